// X25519 by OpenSSL; the map between the curves by its big numbers. Only public keys go through
// those, so their timing gives nothing away.
#include "crypto/ed25519_exchange.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "base/check.h"
#include "crypto/hash.h"

namespace cocoon::crypto {
namespace {

constexpr int kBytes = 32;

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using NumberContext = std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)>;
using ExchangeKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Number number() {
  Number made(BN_new(), &BN_free);
  CHECK(made != nullptr);
  return made;
}

Number number(const char* hex) {
  BIGNUM* made = nullptr;
  CHECK(BN_hex2bn(&made, hex) > 0);
  return Number(made, &BN_free);
}

// Arithmetic modulo 2^255 - 19.
class Field {
 public:
  Field()
      : prime_(number("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed")),
        d_(number("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3")),
        context_(BN_CTX_new(), &BN_CTX_free) {
    CHECK(context_ != nullptr);
  }

  // u = (1 + y) / (1 - y), if y belongs to a point of the Edwards curve.
  std::optional<base::Bits256> montgomery(const base::Bits256& edwards) const {
    base::Bits256 bytes = edwards;
    bytes[31] &= 0x7f;  // the sign of x, which u does not depend on
    const Number y = number();
    CHECK(BN_lebin2bn(bytes.data(), kBytes, y.get()) != nullptr);
    if (BN_cmp(y.get(), prime_.get()) >= 0 || BN_is_one(y.get()) || !on_curve(*y)) {
      return std::nullopt;
    }
    const Number one = number("1");
    const Number above = number();
    const Number below = number();
    const Number u = number();
    CHECK(BN_mod_add(above.get(), one.get(), y.get(), prime_.get(), context_.get()) == 1);
    CHECK(BN_mod_sub(below.get(), one.get(), y.get(), prime_.get(), context_.get()) == 1);
    CHECK(BN_mod_inverse(below.get(), below.get(), prime_.get(), context_.get()) != nullptr);
    CHECK(BN_mod_mul(u.get(), above.get(), below.get(), prime_.get(), context_.get()) == 1);
    base::Bits256 out;
    CHECK(BN_bn2lebinpad(u.get(), out.data(), kBytes) == kBytes);
    return out;
  }

 private:
  // Whether x^2 = (y^2 - 1) / (d y^2 + 1) has a solution. A quotient is a square exactly if the
  // product is; the square test is Euler's.
  bool on_curve(const BIGNUM& y) const {
    const Number one = number("1");
    const Number square = number();
    const Number above = number();
    const Number below = number();
    CHECK(BN_mod_sqr(square.get(), &y, prime_.get(), context_.get()) == 1);
    CHECK(BN_mod_sub(above.get(), square.get(), one.get(), prime_.get(), context_.get()) == 1);
    CHECK(BN_mod_mul(below.get(), square.get(), d_.get(), prime_.get(), context_.get()) == 1);
    CHECK(BN_mod_add(below.get(), below.get(), one.get(), prime_.get(), context_.get()) == 1);
    const Number product = number();
    CHECK(BN_mod_mul(product.get(), above.get(), below.get(), prime_.get(), context_.get()) == 1);
    const Number exponent = number();
    CHECK(BN_rshift1(exponent.get(), prime_.get()) == 1);  // (p - 1) / 2
    const Number symbol = number();
    CHECK(BN_mod_exp(symbol.get(), product.get(), exponent.get(), prime_.get(), context_.get()) ==
          1);
    return BN_is_one(symbol.get()) || BN_is_zero(symbol.get());
  }

  Number prime_;
  Number d_;
  NumberContext context_;
};

}  // namespace

std::optional<base::Secret> shared_secret(const Ed25519PrivateKey& own, const base::Bits256& peer) {
  const std::optional<base::Bits256> point = Field().montgomery(peer);
  if (!point) return std::nullopt;
  const base::Secret seed = own.seed();
  base::Bits512 expanded = sha512(seed.expose());
  const ExchangeKey secret(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, expanded.data(), kBytes),
      &EVP_PKEY_free);
  base::wipe_memory(expanded.data(), expanded.size());
  const ExchangeKey other(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, point->data(), kBytes), &EVP_PKEY_free);
  CHECK(secret != nullptr && other != nullptr);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new(secret.get(), nullptr), &EVP_PKEY_CTX_free);
  CHECK(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1);
  base::Bytes shared(kBytes);
  std::size_t size = shared.size();
  // OpenSSL refuses a secret of zeros, which is what points of small order give.
  const bool derived = EVP_PKEY_derive_set_peer(context.get(), other.get()) == 1 &&
                       EVP_PKEY_derive(context.get(), shared.data(), &size) == 1;
  ERR_clear_error();
  if (!derived || size != shared.size()) return std::nullopt;
  return base::Secret(std::move(shared));
}

}  // namespace cocoon::crypto
