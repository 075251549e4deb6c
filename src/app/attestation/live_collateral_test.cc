// What peers make us ask for is bounded.
#include "app/attestation/live_collateral.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "attest/collateral/limits.h"

namespace cocoon::app::attestation {
namespace {

using attest::collateral::ItemName;

const base::WallTime kAskedAt = base::from_unix_seconds(1'795'400'000);

TEST(LiveCollateral, NamesThatNobodyHasGiveWay) {
  LiveCollateral live;
  for (std::size_t i = 0; i < 3 * attest::collateral::kItemsMax; ++i) {
    live.body_of(attest::collateral::nvidia_manifest("made_up_" + std::to_string(i)));
    ASSERT_LE(live.due(kAskedAt).size(), attest::collateral::kItemsMax);
  }
  const ItemName newest = attest::collateral::nvidia_manifest("the_newest");
  live.body_of(newest);
  const auto due = live.due(kAskedAt);
  EXPECT_NE(std::ranges::find(due, newest), due.end());
}

}  // namespace
}  // namespace cocoon::app::attestation
