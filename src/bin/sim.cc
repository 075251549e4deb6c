// cocoon-sim: whole networks in virtual time, from a seed. A failing run is a number that replays
// it.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>

#include "sim/simulation.h"

namespace {

constexpr const char* kUsage =
    "usage: cocoon-sim --seed N | --seeds A..B\n"
    "Runs worlds made from the seeds, on all cores, and checks their books. A world that goes "
    "wrong\n"
    "is made as small as possible and told. --seed tells the whole story of one.\n";

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<cocoon::sim::SimulationOptions> read(int argc, char** argv) {
  using cocoon::sim::SimulationOptions;
  using cocoon::sim::Telling;
  if (argc != 3) return std::nullopt;
  const std::string_view what = argv[1];
  const std::string_view value = argv[2];
  const auto dots = value.find("..");
  const auto first = number(value.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : number(value.substr(dots + 2));
  if (!first || !last || *first > *last || (what != "--seed" && what != "--seeds"))
    return std::nullopt;
  return SimulationOptions{.first_seed = *first,
                           .last_seed = *last,
                           .telling = what == "--seed" ? Telling::Aloud : Telling::Quiet,
                           .threads = std::max(1U, std::thread::hardware_concurrency())};
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = read(argc, argv);
  if (!options) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  return cocoon::sim::run_simulation(*options, [](std::string_view line) {
    std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
  });
}
