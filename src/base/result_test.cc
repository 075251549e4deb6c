#include "base/result.h"

#include <gtest/gtest.h>

namespace cocoon::base {
namespace {

enum class Fruit { Rotten, Unripe };
std::string_view reason_name(Fruit fruit) { return fruit == Fruit::Rotten ? "rotten" : "unripe"; }
enum class Weather { Rain };
std::string_view reason_name(Weather) { return "rain"; }

Result<int> pick(int quality) {
  if (quality < 0) return Error(Fruit::Rotten, "the fruit is rotten");
  return quality;
}
Result<void> look(int quality) {
  TRY(pick(quality));
  return {};
}
Result<int> pick_two(int quality) { return TRY(pick(quality)) + TRY(pick(quality)); }

TEST(Result, CarriesTheValueOrTheError) {
  EXPECT_EQ(*pick_two(4), 8);
  EXPECT_TRUE(look(1).ok());
  const auto failed = pick_two(-1);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().reason(), "rotten");
  EXPECT_TRUE(failed.error().is(Fruit::Rotten));
  EXPECT_FALSE(failed.error().is(Fruit::Unripe));
  EXPECT_FALSE(failed.error().as<Weather>());
  EXPECT_EQ(Error(Weather::Rain, "it rains").reason(), "rain");
}

TEST(Result, AddsContextToTheMessage) {
  EXPECT_EQ(pick(-1).error().reason(), "rotten");
  EXPECT_EQ(std::move(pick(-1)).error().within("picking").message(),
            "picking: the fruit is rotten");
}

TEST(Result, ReadingTheOtherSideEndsTheProcess) {
  EXPECT_DEATH(static_cast<void>(*pick(-1)), "invariant broken");
  EXPECT_DEATH(static_cast<void>(pick(1).error()), "invariant broken");
}

}  // namespace
}  // namespace cocoon::base
