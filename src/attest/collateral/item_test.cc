// Names, dates and parts of items.
#include "attest/collateral/item.h"

#include "attest/collateral/recorded_collateral.h"
#include "base/encoding.h"

namespace cocoon::attest::collateral {
namespace {

std::string_view refusal_of_name(std::string_view name) {
  const auto parsed = parse_item_name(name);
  return parsed ? "parsed" : parsed.error().reason();
}

TEST(ItemName, OfAQuote) {
  const IntelNames names =
      intel_names({IntelTee::Tdx, PckAuthority::Platform, {0, 0x80, 0x6f, 5, 0, 0}});
  EXPECT_EQ(to_text(names.tcb), "intel/tdx/certification/v4/tcb?fmspc=00806f050000");
  EXPECT_EQ(to_text(names.pck_crl), "intel/sgx/certification/v4/pckcrl?ca=platform&encoding=der");
  EXPECT_EQ(to_text(names.qe_identity), "intel/tdx/certification/v4/qe/identity");
  EXPECT_EQ(to_text(names.root_crl), "intel/sgx/certification/v4/rootcacrl");
  for (const ItemName& name : names.all()) EXPECT_EQ(*parse_item_name(to_text(name)), name);
  EXPECT_EQ(to_text(amd_crl("vcek", "Milan")), "amd/vcek/v1/Milan/crl");
  EXPECT_EQ(to_text(amd_chain("vlek", "Genoa")), "amd/vlek/v1/Genoa/cert_chain");
  EXPECT_EQ(to_text(nvidia_root_crl()), "nvidia/crl/l1-root.crl");
  EXPECT_EQ(to_text(nvidia_chip_crl("GH100")), "nvidia/crl/l2-gh100.crl");
  EXPECT_TRUE(is_list(nvidia_root_crl()));
  EXPECT_FALSE(is_list(nvidia_manifest("x")));
  EXPECT_EQ(to_text(nvidia_manifest("NV_GPU_DRIVER_GH100_550.90.07")),
            "nvidia/v1/rim/NV_GPU_DRIVER_GH100_550.90.07");
}

TEST(ItemName, Refusals) {
  for (const char* name : {"", "intel", "/sgx", "other/sgx", "intel/", "intel//x", "amd/../key",
                           "amd/a b", "amd/a%2e", "amd/a\r\nHost: x"}) {
    EXPECT_EQ(refusal_of_name(name), "collateral_name_malformed") << name;
  }
  EXPECT_EQ(refusal_of_name("amd/" + std::string(600, 'a')), "collateral_name_malformed");
}

TEST(Item, ChainHeader) {
  EXPECT_EQ(base::to_text(*decode_chain_header("a%20b%0A")), "a b\n");
  EXPECT_EQ(base::to_text(*decode_chain_header("-----BEGIN X")), "-----BEGIN X");
  for (const char* bad : {"%", "%2", "%zz", "a%"}) EXPECT_FALSE(decode_chain_header(bad)) << bad;
}

TEST(Item, VintageOfRecordedItems) {
  for (const auto& [item, fetched] : recorded_items("phala-v4")) {
    const auto vintage = vintage_of(item);
    ASSERT_TRUE(vintage.ok()) << to_text(item.name);
    ASSERT_TRUE(vintage->issued && vintage->ends) << to_text(item.name);
    EXPECT_LT(*vintage->issued, *vintage->ends);
    EXPECT_GT(base::to_unix_whole_seconds(*vintage->issued), 1'700'000'000);
    EXPECT_GT(vintage->number, 0u) << to_text(item.name);
  }
  EXPECT_TRUE(vintage_of({nvidia_manifest("x"), base::to_bytes("anything"), {}}).ok());
}

TEST(Item, VintageOfDamagedItems) {
  const IntelNames names = intel_names({});
  const auto reason = [](const ItemName& name, std::string_view body) {
    const auto vintage = vintage_of({name, base::to_bytes(body), {}});
    return vintage ? "read" : vintage.error().reason();
  };
  const std::string good =
      R"({"tcbInfo":{"issueDate":"2026-06-30T07:53:47Z","nextUpdate":"2026-07-30T07:53:47Z",)"
      R"("tcbEvaluationDataNumber":18},"signature":"00"})";
  EXPECT_EQ(reason(names.tcb, good), "read");
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return reason(names.tcb, text);
  };
  EXPECT_EQ(with("2026-06-30", "2026-06-31"), "collateral_item_malformed");
  EXPECT_EQ(with("T07", "T24"), "collateral_item_malformed");
  EXPECT_EQ(with("2026-07", "202a-07"), "collateral_item_malformed");
  EXPECT_EQ(with("issueDate", "isueDate"), "collateral_item_malformed");
  EXPECT_EQ(with(":18", ":-1"), "collateral_item_malformed");
  EXPECT_EQ(reason(names.pck_crl, ""), "collateral_item_malformed");
  EXPECT_EQ(reason(names.root_crl, "30"), "collateral_item_malformed");
}

TEST(Item, SignedObjectKeepsItsExactBytes) {
  const std::string body = R"({"tcbInfo":{"a":"}\"{","b":{"c":[{}]} },"signature":"0aFF"})";
  const base::Bytes bytes = base::to_bytes(body);
  const auto parts = split_signed_object(bytes, "tcbInfo");
  ASSERT_TRUE(parts);
  EXPECT_EQ(base::as_text(parts->object), R"({"a":"}\"{","b":{"c":[{}]} })");
  EXPECT_EQ(base::to_hex(parts->signature), "0aff");
  const base::Bytes before = base::to_bytes(R"({"signature":"01","tcbInfo":{}})");
  EXPECT_EQ(base::to_hex(split_signed_object(before, "tcbInfo")->signature), "01");
  for (const char* bad : {"", "{}", R"({"tcbInfo":{)", R"({"tcbInfo":{"a":"}})",
                          R"({"tcbInfo":{}})", R"({"tcbInfo":{},"signature":"0"})"}) {
    EXPECT_FALSE(split_signed_object(base::as_bytes(bad), "tcbInfo")) << bad;
  }
}

}  // namespace
}  // namespace cocoon::attest::collateral
