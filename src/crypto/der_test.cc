// One encoding for each value: the shortest. All others are refused.
#include "crypto/der.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace cocoon::crypto {
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
  EXPECT_EQ(oid_text(hex("2b06010401e039822c")), "1.3.6.1.4.1.12345.300");
  EXPECT_EQ(oid_text(hex("2b06010401e03965")), "1.3.6.1.4.1.12345.101");
  EXPECT_EQ(oid_text(hex("2b6570")), "1.3.101.112");
  EXPECT_EQ(oid_text(hex("8837")), "2.999");
  EXPECT_EQ(oid_text({}), "?");
  EXPECT_EQ(oid_text(hex("2b80")), "?");
  EXPECT_EQ(oid_text(base::Bytes(40, 0xff)), "?");
}

TEST(DerNumber, ShortestAndNotNegative) {
  const auto number = [](std::string_view text) {
    const base::Bytes bytes = hex(text);
    return der_small_number(*DerReader(bytes).read_any());
  };
  EXPECT_EQ(number("020100"), 0u);
  EXPECT_EQ(number("0a0103"), 3u);
  EXPECT_EQ(number("020200ff"), 255u);
  EXPECT_EQ(number("02087fffffffffffffff"), 0x7fffffffffffffffu);
  for (const char* bad : {"0200", "020180", "0202007f", "0202ff80", "0209008000000000000000"}) {
    EXPECT_FALSE(number(bad).has_value()) << bad;
  }
  EXPECT_FALSE(number("040101").has_value());
}

TEST(DerTime, OnlyTheFormsOfCertificates) {
  const auto time = [](DerTag tag, std::string_view text) {
    const base::Bytes bytes = der_element(tag, base::as_bytes(text));
    return der_time(*DerReader(bytes).read_any());
  };
  EXPECT_EQ(time(DerTag::UtcTime, "700101000001Z"), base::from_unix_seconds(1));
  EXPECT_EQ(time(DerTag::UtcTime, "491231235959Z"), base::from_unix_seconds(2'524'607'999));
  EXPECT_EQ(time(DerTag::UtcTime, "500101000000Z"), base::from_unix_seconds(-631'152'000));
  EXPECT_EQ(time(DerTag::GeneralizedTime, "99991231235959Z"),
            base::from_unix_seconds(253'402'300'799));
  for (const char* bad :
       {"", "7001010000Z", "700101000001", "701301000000Z", "700230000000Z", "700101240000Z",
        "700101006000Z", "700101000060Z", "70010100000xZ", "700101000001+0000", "+00101000001Z"}) {
    EXPECT_FALSE(time(DerTag::UtcTime, bad).has_value()) << bad;
  }
  EXPECT_FALSE(time(DerTag::GeneralizedTime, "700101000001Z").has_value());
  EXPECT_FALSE(time(DerTag::OctetString, "19700101000001Z").has_value());
}

}  // namespace
}  // namespace cocoon::crypto
