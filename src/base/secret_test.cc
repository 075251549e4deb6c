#include "base/secret.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace cocoon::base {
namespace {

TEST(Secret, CannotBeCopiedByAccident) {
  static_assert(!std::is_copy_constructible_v<Secret>);
  static_assert(!std::is_copy_assignable_v<Secret>);
  const Secret secret(to_bytes("hush"));
  EXPECT_TRUE(equal_constant_time(secret.clone().expose(), secret.expose()));
}

TEST(Secret, MovesAndLeavesNothingBehind) {
  Secret from(to_bytes("hush"));
  const Secret to(std::move(from));
  EXPECT_TRUE(from.empty());
  EXPECT_EQ(as_text(to.expose()), "hush");
}

TEST(Secret, ComparesContentAndLength) {
  EXPECT_TRUE(equal_constant_time(as_bytes("abc"), as_bytes("abc")));
  EXPECT_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("abd")));
  EXPECT_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("ab")));
}

}  // namespace
}  // namespace cocoon::base
