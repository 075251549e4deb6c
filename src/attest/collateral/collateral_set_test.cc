// What is at hand never gets older.
#include "attest/collateral/collateral_set.h"

#include "attest/collateral/limits.h"
#include "attest/collateral/recorded_collateral.h"

namespace cocoon::attest::collateral {
namespace {

using namespace std::chrono_literals;

const base::WallTime kNow = base::from_unix_seconds(1'751'624'191);

CollateralSet recorded_set(const std::string& id) {
  CollateralSet set;
  for (auto& [item, fetched] : recorded_items(id)) {
    const auto added = set.add(kNow, item);
    EXPECT_TRUE(added.ok()) << to_text(item.name);
  }
  return set;
}

Item list_of(std::string_view issued, std::string_view number) {
  const std::string text = R"({"tcbInfo":{"issueDate":")" + std::string(issued) +
                           R"(","nextUpdate":"2027-07-30T07:53:47Z","tcbEvaluationDataNumber":)" +
                           std::string(number) + R"(},"signature":"00"})";
  return {intel_names({}).tcb, base::to_bytes(text), {}};
}

TEST(CollateralSet, RecordedCollateralIsWhole) {
  const CollateralSet set = recorded_set("phala-v4");
  const IntelCollateralId id{IntelTee::Tdx, PckAuthority::Platform, {0xb0, 0xc0, 0x6f, 0, 0, 0}};
  const auto collateral = set.intel(id);
  ASSERT_NE(collateral, nullptr);
  const nlohmann::json recorded = nlohmann::json::parse(recorded_collateral("phala-v4"));
  EXPECT_EQ(base::as_text(collateral->tcb_info), recorded.at("tcb_info").get<std::string>());
  EXPECT_EQ(base::as_text(collateral->qe_identity), recorded.at("qe_identity").get<std::string>());
  EXPECT_EQ(collateral->tcb_info_signature.size(), 64u);
  EXPECT_EQ(collateral->pck_crl.front(), 0x30);
  EXPECT_EQ(set.intel({IntelTee::Sgx, PckAuthority::Platform, id.fmspc}), nullptr);
  EXPECT_EQ(set.intel({IntelTee::Tdx, PckAuthority::Platform, {1}}), nullptr);
}

TEST(CollateralSet, NothingIsRolledBack) {
  // The same platform's collateral, half a year apart.
  CollateralSet set = recorded_set("phala-v4-c2");
  const std::uint64_t version = set.version();
  std::size_t refused = 0;
  for (auto& [item, fetched] : recorded_items("phala-v4")) {
    const auto added = set.add(kNow, item);
    if (added) continue;
    EXPECT_EQ(added.error().reason(), "collateral_rolled_back") << to_text(item.name);
    ++refused;
  }
  EXPECT_EQ(refused, 5u);
  EXPECT_EQ(set.version(), version);
}

TEST(CollateralSet, DateAndNumberNeverFall) {
  CollateralSet set;
  ASSERT_TRUE(set.add(kNow, list_of("2026-06-30T00:00:00Z", "18")).ok());
  EXPECT_EQ(set.add(kNow, list_of("2026-06-29T00:00:00Z", "18")).error().reason(),
            "collateral_rolled_back");
  EXPECT_EQ(set.add(kNow, list_of("2026-07-01T00:00:00Z", "17")).error().reason(),
            "collateral_rolled_back");
  EXPECT_EQ(set.version(), 1u);
  EXPECT_TRUE(set.add(kNow, list_of("2026-06-30T00:00:00Z", "18")).ok());
  EXPECT_EQ(set.version(), 1u) << "the same again changes nothing";
  EXPECT_TRUE(set.add(kNow, list_of("2026-07-01T00:00:00Z", "19")).ok());
  EXPECT_EQ(set.version(), 2u);
}

TEST(CollateralSet, DueWhenMissingOldOrEnding) {
  CollateralSet set;
  const Item item = list_of("2026-06-30T00:00:00Z", "18");
  const std::vector<ItemName> wanted{item.name};
  EXPECT_EQ(set.due(kNow, wanted), wanted);
  ASSERT_TRUE(set.add(kNow, item).ok());
  EXPECT_TRUE(set.due(kNow, wanted).empty());
  EXPECT_TRUE(set.due(kNow + 23h, wanted).empty());
  EXPECT_EQ(set.due(kNow + 24h, wanted), wanted);
  const auto ends = *vintage_of(item)->ends;
  ASSERT_TRUE(set.add(ends - 2h, item).ok());
  EXPECT_TRUE(set.due(ends - 90min, wanted).empty());
  EXPECT_EQ(set.due(ends - 1h, wanted), wanted);
}

TEST(CollateralSet, Bounds) {
  CollateralSet set;
  EXPECT_EQ(
      set.add(kNow, {nvidia_manifest("x"), base::Bytes(kItemSizeMax + 1), {}}).error().reason(),
      "collateral_oversized");
  for (std::size_t i = 0; i < kItemsMax; ++i) {
    ASSERT_TRUE(set.add(kNow, {nvidia_manifest(std::to_string(i)), {}, {}}).ok());
  }
  EXPECT_EQ(set.add(kNow, {nvidia_manifest("more"), {}, {}}).error().reason(),
            "collateral_too_many_items");
}

}  // namespace
}  // namespace cocoon::attest::collateral
