// Files with collateral, ours and others'.
#include "attest/collateral/bundle.h"

#include "attest/collateral/limits.h"
#include "attest/collateral/recorded_collateral.h"

namespace cocoon::attest::collateral {
namespace {

std::string_view reason_of(std::string_view text) {
  const auto items = parse_bundle(text);
  return items ? "parsed" : items.error().reason();
}

TEST(Bundle, ThereAndBack) {
  std::vector<BundledItem> items = recorded_items("phala-v4");
  ASSERT_EQ(items.size(), 5u);
  items.front().fetched = base::from_unix_seconds(1'751'624'191);
  const auto back = parse_bundle(write_bundle(items));
  ASSERT_TRUE(back.ok()) << back.error().message();
  ASSERT_EQ(back->size(), items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ((*back)[i].item.name, items[i].item.name);
    EXPECT_EQ((*back)[i].item.body, items[i].item.body);
    EXPECT_EQ((*back)[i].item.issuer_chain, items[i].item.issuer_chain);
    EXPECT_EQ((*back)[i].fetched, items[i].fetched);
  }
}

TEST(Bundle, Refusals) {
  EXPECT_EQ(reason_of(""), "collateral_bundle_malformed");
  EXPECT_EQ(reason_of("[]"), "collateral_bundle_malformed");
  EXPECT_EQ(reason_of("{} {}"), "collateral_bundle_malformed");
  EXPECT_EQ(reason_of("{}"), "collateral_bundle_version_unsupported");
  EXPECT_EQ(reason_of(R"({"cocoon_collateral":2,"items":[]})"),
            "collateral_bundle_version_unsupported");
  EXPECT_EQ(reason_of(R"({"cocoon_collateral":1,"items":[]})"), "parsed");
  EXPECT_EQ(reason_of(R"({"cocoon_collateral":1,"items":{}})"), "collateral_bundle_malformed");
  const auto with_item = [](std::string_view item) {
    return reason_of(R"({"cocoon_collateral":1,"items":[)" + std::string(item) + "]}");
  };
  EXPECT_EQ(with_item(R"({"name":"amd/a","body":"","issuer_chain":"","fetched":0})"), "parsed");
  EXPECT_EQ(with_item(R"({"name":"amd","body":"","issuer_chain":"","fetched":0})"),
            "collateral_name_malformed");
  EXPECT_EQ(with_item(R"({"name":"amd/a","body":"!","issuer_chain":"","fetched":0})"),
            "collateral_bundle_malformed");
  EXPECT_EQ(with_item(R"({"name":"amd/a","body":"","issuer_chain":"","fetched":-1})"),
            "collateral_bundle_malformed");
  EXPECT_EQ(with_item("1"), "collateral_bundle_malformed");
  EXPECT_EQ(reason_of(std::string(100'000, '[')), "collateral_bundle_malformed");
  EXPECT_EQ(reason_of(std::string(kBundleSizeMax + 1, ' ')), "collateral_oversized");
  nlohmann::json foreign = nlohmann::json::parse(recorded_collateral("phala-v4"));
  foreign["pck_crl"] = "zz";
  EXPECT_EQ(reason_of(foreign.dump()), "collateral_bundle_malformed");
}

}  // namespace
}  // namespace cocoon::attest::collateral
