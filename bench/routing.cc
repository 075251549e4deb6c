// What choosing a worker costs: `bench_routing [SECONDS]` lets a market of 1,000, 10,000 and
// 100,000 workers decide on one core, requests beginning and ending all the time. Prints a line of
// JSON for each size.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "market/market.h"

namespace {

using namespace cocoon;

constexpr std::size_t kModels = 20;
constexpr std::int64_t kSlots = 32;
// Share of all slots that is busy: a market at ease chooses too easily.
constexpr double kBusy = 0.7;

// SplitMix64: fast, and no part of what is measured.
class Sequence final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(next() >> 56U);
  }

 private:
  std::uint64_t next() {
    std::uint64_t value = state_ += 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
  }
  std::uint64_t state_ = 1;
};

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::string model(std::size_t number) { return "model-" + std::to_string(number % kModels); }

nlohmann::json decide(std::size_t workers, double seconds) {
  market::Market market;
  Sequence random;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kModels; ++i) names.push_back(model(i));
  for (std::size_t i = 0; i < workers; ++i) {
    const auto added = market.add({.model = model(i),
                                   .owner = "owner",
                                   .coefficient = 1000 + static_cast<std::int64_t>(i % 7) * 100,
                                   .max_active = kSlots,
                                   .availability = market::Availability::Enabled});
    if (!added) std::exit(1);
  }
  const auto most = static_cast<std::size_t>(static_cast<double>(workers) * kSlots * kBusy);
  std::deque<market::WorkerId> running;
  base::Instant now{};
  std::uint64_t decisions = 0;
  const auto request = [&] {
    now += std::chrono::microseconds(3);
    const auto choice =
        market.choose(now, {.model = names[decisions % kModels], .max_coefficient = 1400}, random);
    ++decisions;
    if (const auto* worker = std::get_if<market::WorkerId>(&choice)) {
      if (market.started(*worker)) running.push_back(*worker);
    }
    if (running.size() <= most) return;
    market.finished(now, running.front(), market::Outcome::Succeeded, std::chrono::seconds(1));
    running.pop_front();
  };
  while (running.size() < most / 2) request();
  const std::uint64_t before = decisions;
  const double began = processor_seconds();
  double spent = 0;
  do {
    for (int i = 0; i < 1000; ++i) request();
    spent = processor_seconds() - began;
  } while (spent < seconds);
  return {{"what", "start, choice and end of a request"},
          {"workers", workers},
          {"decisions_per_core_second", static_cast<double>(decisions - before) / spent}};
}

}  // namespace

int main(int count, char** arguments) {
  const double seconds = count > 1 ? std::strtod(arguments[1], nullptr) : 2;
  for (const std::size_t workers : {1'000U, 10'000U, 100'000U}) {
    std::printf("%s\n", decide(workers, seconds).dump().c_str());
  }
  return 0;
}
