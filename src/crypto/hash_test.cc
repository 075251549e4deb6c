// The vectors of FIPS 180-4's examples and of RFC 4231.
#include "crypto/hash.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace cocoon::crypto {
namespace {

using base::as_bytes;
using base::to_hex;

TEST(Hash, EmptyAndAbc) {
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(
      to_hex(sha384(as_bytes("abc"))),
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134"
      "c825a7");
  EXPECT_EQ(
      to_hex(sha512(as_bytes("abc"))),
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3"
      "feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Hash, PiecesAreOneMessage) {
  const base::Bytes first = base::to_bytes("a");
  const base::Bytes second = base::to_bytes("bc");
  EXPECT_EQ(sha256({first, second}), sha256(as_bytes("abc")));
  EXPECT_EQ(sha384({first, {}, second}), sha384(as_bytes("abc")));
  EXPECT_EQ(sha512({first, second}), sha512(as_bytes("abc")));
  EXPECT_NE(sha256({second, first}), sha256({first, second}));
}

TEST(Hash, Sha384InParts) {
  Sha384 hash;
  hash.update(as_bytes("a"));
  hash.update({});
  hash.update(as_bytes("bc"));
  EXPECT_EQ(hash.finish(), sha384(as_bytes("abc")));
}

TEST(Hash, HmacOfRfc4231) {
  EXPECT_EQ(to_hex(hmac_sha256(base::Bytes(20, 0x0b), as_bytes("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(base::Bytes(131, 0xaa),
                               as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hash, HmacOfNothing) {
  EXPECT_EQ(to_hex(hmac_sha256({}, {})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

}  // namespace
}  // namespace cocoon::crypto
