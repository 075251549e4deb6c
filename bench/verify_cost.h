// Processor time of something done again and again, for the programs that measure verification.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace cocoon::bench {

inline std::string read_vector(const std::string& name) {
  const std::string path = "tests/vectors/attestation/" + name;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "%s is missing: run this in the root of a checkout\n", path.c_str());
    std::exit(1);
  }
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Of this process, in milliseconds.
inline double processor_ms() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// Runs `verify`, which says whether it accepted, once and then for so many seconds.
inline nlohmann::json verification_cost(const std::string& what, double seconds,
                                        const std::function<bool()>& verify) {
  const auto once = [&] {
    const double begin = processor_ms();
    const bool accepted = verify();
    const double spent = processor_ms() - begin;
    if (!accepted) {
      std::fprintf(stderr, "%s: refused\n", what.c_str());
      std::exit(1);
    }
    return spent;
  };
  const double first = once();
  std::vector<double> times;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (times.size() < 10 || std::chrono::steady_clock::now() < end) times.push_back(once());
  std::ranges::sort(times);
  return {{"what", what},
          {"first_ms", first},
          {"p50_ms", times[times.size() / 2]},
          {"p99_ms", times[times.size() * 99 / 100]},
          {"verifications", times.size() + 1}};
}

}  // namespace cocoon::bench
