// Ranks names by how they match, then by edit distance (Levenshtein) on lower-case letters.
#include "openai/nearest.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "openai/limits.h"

namespace cocoon::openai {
namespace {

// Ranks below any edit distance that counts as near; smaller is nearer.
constexpr std::size_t kSameName = 0;
constexpr std::size_t kSameBaseName = 1;
constexpr std::size_t kContained = 2;
constexpr std::size_t kEdited = 3;
// Shorter parts are contained in everything.
constexpr std::size_t kLeastContained = 3;

std::string folded(std::string_view name) {
  std::string out(name.substr(0, kMaxModelNameBytes));
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view base_name(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

std::optional<std::size_t> rank(std::string_view wanted, std::string_view known) {
  if (wanted == known) return kSameName;
  const std::string_view wanted_base = base_name(wanted);
  const std::string_view known_base = base_name(known);
  if (wanted_base == known_base) return kSameBaseName;
  const auto within = [](std::string_view part, std::string_view whole) {
    return part.size() >= kLeastContained && whole.find(part) != std::string_view::npos;
  };
  if (within(wanted_base, known) || within(known_base, wanted)) return kContained;
  // A name may differ from the wanted one in a third of its letters.
  const std::size_t longer = std::max(wanted_base.size(), known_base.size());
  const std::size_t shorter = std::min(wanted_base.size(), known_base.size());
  if ((longer - shorter) * 3 > longer) return std::nullopt;
  const std::size_t distance = edit_distance(wanted_base, known_base);
  if (distance * 3 > longer) return std::nullopt;
  return kEdited + distance;
}

}  // namespace

std::vector<std::string> nearest_models(std::string_view wanted,
                                        std::span<const std::string> known) {
  const std::string wanted_folded = folded(wanted);
  std::vector<std::pair<std::size_t, std::string_view>> ranked;
  for (const std::string& name : known.first(std::min(known.size(), kMaxModelsCompared))) {
    if (const auto found = rank(wanted_folded, folded(name))) ranked.emplace_back(*found, name);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (const auto& [unused, name] : ranked) {
    if (names.size() == kMaxNearestModels) break;
    names.emplace_back(name);
  }
  return names;
}

}  // namespace cocoon::openai
