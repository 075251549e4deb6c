// cocoon-sim: whole networks in virtual time, from a seed. A failing run is a number that replays
// it.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <thread>

#include "base/check.h"
#include "sim/scenario.h"
#include "sim/simulation.h"

namespace {

constexpr const char* kUsage =
    "usage: cocoon-sim --seed N | --seeds A..B | --scenario FILE\n"
    "Runs worlds made from the seeds, on all cores, and checks their books. A world that goes "
    "wrong\n"
    "is made as small as possible and told. --seed tells the whole story of one. --scenario plays\n"
    "a story that is written down (tests/scenarios).\n";

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

void print(std::string_view line) {
  std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
}

int play(const char* path) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "cocoon-sim: %s can't be read\n", path);
    return 2;
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  cocoon::base::set_suspect_mode(cocoon::base::SuspectMode::Abort);
  const auto played = cocoon::sim::Scenario(print).play(text);
  if (played) return 0;
  std::fprintf(stderr, "%s: %s\n", path, played.error().message().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--scenario") return play(argv[2]);
  const auto options = read(argc, argv);
  if (!options) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  return cocoon::sim::run_simulation(*options, print);
}
