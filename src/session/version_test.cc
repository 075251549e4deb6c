// [WIRE-50]
#include "session/version.h"

#include <gtest/gtest.h>

#include <optional>

namespace cocoon::session {
namespace {

struct Case {
  VersionRange own;
  VersionRange remote;
  std::optional<std::int32_t> chosen;
};

TEST(Version, HighestInBothRanges) {
  const Case cases[] = {
      {{0, 4}, {1, 2}, 2},
      {{0, 4}, {1, 1}, 1},
      {{0, 4}, {0, 0}, 0},
      {{0, 4}, {3, 9}, 4},
      {{1, 2}, {0, 4}, 2},
      {{3, 4}, {1, 2}, std::nullopt},
      {{1, 2}, {3, 4}, std::nullopt},
      {{0, 4}, {2, 1}, std::nullopt},
      {{0, 4}, {-5, -1}, std::nullopt},
      {{0, 4}, {INT32_MIN, INT32_MAX}, 4},
  };
  for (const Case& test : cases) {
    const auto chosen = negotiate(test.own, test.remote);
    EXPECT_EQ(chosen.ok(), test.chosen.has_value()) << test.remote.min << ".." << test.remote.max;
    if (chosen.ok()) EXPECT_EQ(*chosen, test.chosen);
    if (!chosen.ok()) EXPECT_EQ(chosen.error().reason(), "no_common_version");
  }
}

}  // namespace
}  // namespace cocoon::session
