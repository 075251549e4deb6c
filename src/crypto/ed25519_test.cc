// RFC 8032's vectors, refusals, and the life of a key.
#include "crypto/ed25519.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <algorithm>

#include "base/encoding.h"
#include "crypto/random.h"

namespace cocoon::crypto {
namespace {

struct Vector {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

// RFC 8032, section 7.1, tests 1 to 3.
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "4"
     "6bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6"
     "594a7c15e9716ed28dc027beceea1ec40a"},
};

base::Bits512 bits512(const char* hex) {
  const base::Bytes bytes = *base::from_hex(hex);
  base::Bits512 bits{};
  EXPECT_EQ(bytes.size(), bits.size());
  std::copy_n(bytes.begin(), bits.size(), bits.begin());
  return bits;
}

TEST(Ed25519, Rfc8032) {
  for (const Vector& vector : kVectors) {
    const auto key = Ed25519PrivateKey::from_seed(*base::from_hex(vector.seed));
    ASSERT_TRUE(key.ok());
    EXPECT_EQ(base::to_hex(key->public_key()), vector.public_key);
    const base::Bytes message = *base::from_hex(vector.message);
    EXPECT_EQ(base::to_hex(key->sign(message)), vector.signature);
    EXPECT_TRUE(ed25519_verify(key->public_key(), message, bits512(vector.signature)));
    EXPECT_EQ(base::to_hex(key->seed().expose()), vector.seed);
  }
}

TEST(Ed25519, RefusesOtherMessageKeyAndSignature) {
  SystemRandom random;
  const auto key = Ed25519PrivateKey::generate(random);
  const auto other = Ed25519PrivateKey::generate(random);
  const base::Bytes message = base::to_bytes("pay 1 TON");
  base::Bits512 signature = key.sign(message);
  EXPECT_TRUE(ed25519_verify(key.public_key(), message, signature));
  EXPECT_FALSE(ed25519_verify(key.public_key(), base::as_bytes("pay 2 TON"), signature));
  EXPECT_FALSE(ed25519_verify(other.public_key(), message, signature));
  for (std::size_t bit = 0; bit < 512; ++bit) {
    signature[bit / 8] = static_cast<std::uint8_t>(signature[bit / 8] ^ 1u << bit % 8);
    EXPECT_FALSE(ed25519_verify(key.public_key(), message, signature)) << "bit " << bit;
    signature[bit / 8] = static_cast<std::uint8_t>(signature[bit / 8] ^ 1u << bit % 8);
  }
}

TEST(Ed25519, MalformedKeyIsARefusalAndLeavesNoError) {
  base::Bits256 not_a_point;
  not_a_point.fill(0xff);
  not_a_point[0] = 2;
  EXPECT_FALSE(ed25519_verify(not_a_point, base::as_bytes("x"), base::Bits512{}));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(Ed25519, SeedOfAnotherSizeIsRefused) {
  for (const std::size_t size : {0u, 31u, 33u, 64u}) {
    const auto key = Ed25519PrivateKey::from_seed(base::Bytes(size));
    ASSERT_FALSE(key.ok());
    EXPECT_EQ(key.error().reason(), "wrong_seed_size");
  }
}

}  // namespace
}  // namespace cocoon::crypto
