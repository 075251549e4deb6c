// The bytes between the braces, as they came.
#include "attest/intel/signed_body.h"

#include <gtest/gtest.h>

#include "attest/intel/vectors_lab.h"
#include "attest/intel/verify.h"

namespace cocoon::attest::intel {
namespace {

std::string object_in(std::string_view body, std::string_view name = "tcbInfo") {
  const auto split = split_signed_body(base::as_bytes(body), name);
  return split ? base::to_text(split->object) : std::string(split.error().reason());
}

TEST(SignedBody, KeepsTheBytes) {
  EXPECT_EQ(object_in(R"({"tcbInfo":{"a":1},"signature":"00ff"})"), R"({"a":1})");
  EXPECT_EQ(object_in(R"( { "signature" : "00ff" , "tcbInfo" : { "a" : [ 1, {} ] } } )"),
            R"({ "a" : [ 1, {} ] })");
  EXPECT_EQ(
      object_in(R"({"x":{"tcbInfo":{"no":1}},"y":[{"tcbInfo":{}}],"z":7,"tcbInfo":{"yes":"}\"{"},)"
                R"("signature":""})"),
      R"({"yes":"}\"{"})");
  EXPECT_EQ(object_in(R"({"enclaveIdentity":{},"signature":"00"})", "enclaveIdentity"), "{}");
}

TEST(SignedBody, RefusesOtherForms) {
  for (const char* body :
       {"", "{}", "[]", R"({"tcbInfo":{}})", R"({"tcbInfo":{},"signature":1})",
        R"({"tcbInfo":{},"signature":"0"})", R"({"tcbInfo":{},"signature":"0g"})",
        R"({"tcbInfo":[],"signature":"00"})", R"({"tcbInfo":{},"tcbInfo":{},"signature":"00"})",
        R"({"tcbInfo":{},"signature":"00"}x)", R"({"tcbInfo":{,"signature":"00"})",
        // The name written with an escape is the same name to a parser, and other bytes.
        "{\"\\u0074cbInfo\":{},\"signature\":\"00\"}"}) {
    EXPECT_EQ(object_in(body), "collateral_malformed") << body;
  }
}

// A body put together from recorded parts comes apart into them.
TEST(SignedBody, OfARecordedService) {
  const IntelVector vector = load_intel_vector("tdx", "phala-v4");
  const std::string body = "{\"tcbInfo\":" + base::to_text(vector.collateral.tcb_info) +
                           ",\"signature\":\"" +
                           base::to_hex(vector.collateral.tcb_info_signature) + "\"}";
  const auto split = split_signed_body(base::as_bytes(body), "tcbInfo");
  ASSERT_TRUE(split.ok());
  EXPECT_EQ(split->object, vector.collateral.tcb_info);
  EXPECT_EQ(split->signature, vector.collateral.tcb_info_signature);
}

}  // namespace
}  // namespace cocoon::attest::intel
