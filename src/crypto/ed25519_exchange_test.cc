// Key exchange, streams and password keys against known values.
#include "crypto/ed25519_exchange.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/aes_ctr.h"
#include "crypto/password.h"

namespace cocoon::crypto {
namespace {

Ed25519PrivateKey key_of(std::uint8_t byte) {
  return *Ed25519PrivateKey::from_seed(base::Bytes(32, byte));
}

TEST(Ed25519Exchange, BothSidesGetTheSameSecret) {
  const Ed25519PrivateKey a = key_of(1);
  const Ed25519PrivateKey b = key_of(2);
  const auto at_a = shared_secret(a, b.public_key());
  const auto at_b = shared_secret(b, a.public_key());
  ASSERT_TRUE(at_a && at_b);
  EXPECT_TRUE(base::equal_constant_time(at_a->expose(), at_b->expose()));
  EXPECT_FALSE(
      base::equal_constant_time(at_a->expose(), shared_secret(a, a.public_key())->expose()));
}

TEST(Ed25519Exchange, RefusesWhatIsNoKey) {
  const Ed25519PrivateKey own = key_of(1);
  base::Bits256 peer{};
  EXPECT_FALSE(shared_secret(own, peer));  // y = 0: order 4
  peer[0] = 1;
  EXPECT_FALSE(shared_secret(own, peer));  // the neutral element
  peer[0] = 2;
  EXPECT_FALSE(shared_secret(own, peer));  // no point has y = 2
  peer.fill(0xff);
  EXPECT_FALSE(shared_secret(own, peer));  // not below the prime
}

// NIST SP 800-38A, F.5.5.
TEST(Aes256Ctr, KnownAnswerInPieces) {
  const base::Bits256 key =
      *base::bits256_from_hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
  base::Bits128 counter{};
  for (std::size_t i = 0; i < counter.size(); ++i) {
    counter[i] = static_cast<std::uint8_t>(0xf0 + i);
  }
  base::Bytes data =
      *base::from_hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
  Aes256Ctr cipher(key, counter);
  cipher.apply(std::span(data).first(5));
  cipher.apply(std::span(data).subspan(5));
  EXPECT_EQ(base::to_hex(data), "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5");
}

TEST(Password, KnownAnswers) {
  // RFC 4231, case 2.
  EXPECT_EQ(base::to_hex(
                hmac_sha512(base::as_bytes("Jefe"), base::as_bytes("what do ya want for nothing?"))
                    .expose()),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
  EXPECT_EQ(
      base::to_hex(
          pbkdf2_hmac_sha512(base::as_bytes("password"), base::as_bytes("salt"), 2, 32).expose()),
      "e1d9c16aa681708a45f5c7c4e215ceb66e011a2e9f0040713f18aefdb866d53c");
}

}  // namespace
}  // namespace cocoon::crypto
