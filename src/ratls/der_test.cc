// One encoding for each value: the shortest. All others are refused.
#include "ratls/der.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "ratls/oid.h"

namespace cocoon::ratls {
namespace {

base::Bytes hex(std::string_view text) { return *base::from_hex(text); }

TEST(Der, LengthsRoundTrip) {
  for (const std::size_t size : {0u, 1u, 127u, 128u, 255u, 256u, 65535u, 65536u, 100000u}) {
    const base::Bytes content(size, 7);
    const base::Bytes bytes = der_element(DerTag::OctetString, content);
    DerReader reader(bytes);
    const auto element = reader.read(DerTag::OctetString);
    ASSERT_TRUE(element.has_value()) << size;
    EXPECT_EQ(base::to_bytes(element->content), content);
    EXPECT_EQ(element->whole.size(), bytes.size());
    EXPECT_TRUE(reader.empty());
  }
}

TEST(Der, RefusesOtherEncodings) {
  const std::string_view bad[] = {
      "",                // nothing
      "30",              // no length
      "3001",            // content missing
      "308000",          // indefinite length
      "30810100",        // one byte in the long form
      "3082000100",      // leading zero in the length
      "3083000080",      // the same
      "308400000001aa",  // four digits
      "3f0100",          // tag of several bytes
      "30ff",            // reserved
  };
  for (const std::string_view text : bad) {
    const base::Bytes bytes = hex(text);
    DerReader reader(bytes);
    EXPECT_FALSE(reader.read_any().has_value()) << text;
  }
}

TEST(Der, AnotherTagConsumesNothing) {
  const base::Bytes bytes = hex("020101");
  DerReader reader(bytes);
  EXPECT_FALSE(reader.read(DerTag::Sequence));
  EXPECT_TRUE(reader.read(DerTag::Integer));
  EXPECT_FALSE(reader.read_any());
}

TEST(Der, UnsignedIntegers) {
  EXPECT_EQ(base::to_hex(der_unsigned({})), "020100");
  EXPECT_EQ(base::to_hex(der_unsigned(hex("0000"))), "020100");
  EXPECT_EQ(base::to_hex(der_unsigned(hex("7f"))), "02017f");
  EXPECT_EQ(base::to_hex(der_unsigned(hex("80"))), "02020080");
  EXPECT_EQ(base::to_hex(der_unsigned(hex("0001ff"))), "020201ff");
}

TEST(Oid, ShownInDottedDecimals) {
  EXPECT_EQ(oid::to_text(oid::kSimulated), "1.3.6.1.4.1.12345.300");
  EXPECT_EQ(oid::to_text(oid::kSevReport), "1.3.6.1.4.1.12345.101");
  EXPECT_EQ(oid::to_text(oid::kEd25519), "1.3.101.112");
  EXPECT_EQ(oid::to_text(hex("8837")), "2.999");
  EXPECT_EQ(oid::to_text({}), "?");
  EXPECT_EQ(oid::to_text(hex("2b80")), "?");
  EXPECT_EQ(oid::to_text(base::Bytes(40, 0xff)), "?");
}

}  // namespace
}  // namespace cocoon::ratls
