// Address texts: known ones, every flag, and what must be refused.
#include "ton/address.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/crc.h"
#include "ton/test_support.h"

namespace cocoon::ton {
namespace {

constexpr std::string_view kRoot = "EQCns7bYSp0igFvS1wpb5wsZjCKCV19MD5AVzI4EyxsnU73k";

std::string_view reason_of_text(std::string_view text) {
  const base::Result<Address> address = parse_address(text);
  return address ? "accepted" : address.error().reason();
}

TEST(Address, ReadsAKnownFriendlyText) {
  const base::Result<FriendlyAddress> root = parse_friendly_address(kRoot);
  ASSERT_TRUE(root);
  EXPECT_EQ(root->bounce, Bounce::Bounceable);
  EXPECT_EQ(root->network, AddressNetwork::Mainnet);
  EXPECT_EQ(to_raw_text(root->address),
            "0:a7b3b6d84a9d22805bd2d70a5be70b198c2282575f4c0f9015cc8e04cb1b2753");
  EXPECT_EQ(to_friendly_text(root->address, Bounce::Bounceable), kRoot);
}

TEST(Address, SameAccountInBothFlagForms) {
  const auto bounceable = parse_address("EQDnlslXI2RtI1WhLmtelkb4CVQGxr8E_xSIjl0Hg79jNhNQ");
  const auto plain = parse_address("UQDnlslXI2RtI1WhLmtelkb4CVQGxr8E_xSIjl0Hg79jNk6V");
  ASSERT_TRUE(bounceable && plain);
  EXPECT_EQ(*bounceable, *plain);
  EXPECT_EQ(to_friendly_text(*plain), "UQDnlslXI2RtI1WhLmtelkb4CVQGxr8E_xSIjl0Hg79jNk6V");
}

TEST(Address, ReadsTestnetAndBothAlphabets) {
  const auto testnet = parse_friendly_address("0QBgPMq7ye2WRcudRHK_-yjHwMXjeN-UCzAuoo06TR6hmgHV");
  const auto mainnet = parse_friendly_address("UQBgPMq7ye2WRcudRHK/+yjHwMXjeN+UCzAuoo06TR6hmrpf");
  ASSERT_TRUE(testnet && mainnet);
  EXPECT_EQ(testnet->network, AddressNetwork::Testnet);
  EXPECT_EQ(testnet->bounce, Bounce::NonBounceable);
  EXPECT_EQ(testnet->address, mainnet->address);
}

TEST(Address, EveryFormComesBack) {
  SeededRandom random(1);
  for (int i = 0; i < 200; ++i) {
    Address address = random_address(random);
    address.workchain = static_cast<std::int8_t>(random.below(256));
    const auto raw = parse_raw_address(to_raw_text(address));
    ASSERT_TRUE(raw);
    EXPECT_EQ(*raw, address);
    for (const Bounce bounce : {Bounce::Bounceable, Bounce::NonBounceable}) {
      for (const AddressNetwork network : {AddressNetwork::Mainnet, AddressNetwork::Testnet}) {
        const auto back = parse_friendly_address(to_friendly_text(address, bounce, network));
        ASSERT_TRUE(back);
        EXPECT_EQ(*back, (FriendlyAddress{address, bounce, network}));
      }
    }
  }
}

TEST(Address, RefusesAnyChangedCharacter) {
  for (std::size_t i = 0; i < kRoot.size(); ++i) {
    std::string text(kRoot);
    text[i] = text[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(reason_of_text(text), "address_checksum") << text;
  }
}

TEST(Address, RefusesWhatIsNoAddress) {
  const std::string hex(64, 'a');
  EXPECT_EQ(reason_of_text("0:" + hex), "accepted");
  EXPECT_EQ(reason_of_text("-1:" + hex), "accepted");
  for (const std::string& text :
       {std::string(), std::string(kRoot) + "A", std::string(kRoot.substr(1)), std::string(48, '='),
        "0:" + hex + "a", "0:" + hex.substr(1), ":" + hex, "00:" + hex, "-0:" + hex, "+0:" + hex,
        " 0:" + hex, "128:" + hex, "0x0:" + hex, "0:" + hex + " ", "0:0:" + hex, hex}) {
    EXPECT_EQ(reason_of_text(text), "address_form") << text;
  }
}

TEST(Address, RefusesUnknownTags) {
  for (const int tag : {0x00, 0x01, 0x12, 0x31, 0x50, 0x71, 0xff}) {
    base::Bytes bytes = *base::from_base64(kRoot);
    bytes[0] = static_cast<std::uint8_t>(tag);
    const std::uint16_t checksum = crypto::crc16_xmodem(base::BytesView(bytes).first(34));
    bytes[34] = static_cast<std::uint8_t>(checksum >> 8);
    bytes[35] = static_cast<std::uint8_t>(checksum & 0xff);
    EXPECT_EQ(reason_of_text(base::to_base64url(bytes)), "address_tag");
  }
}

}  // namespace
}  // namespace cocoon::ton
