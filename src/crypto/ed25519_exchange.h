// Diffie-Hellman between Ed25519 keys, by way of X25519 (RFC 7748): the secret scalar is the one
// that signs, the public point is mapped from the Edwards to the Montgomery curve, as TON's ADNL
// does it.
#pragma once

#include <optional>

#include "base/secret.h"
#include "crypto/ed25519.h"

namespace cocoon::crypto {

// The 32 shared bytes. Nothing if the peer's key is not a point of the curve, or one of so small an
// order that the secret would be no secret.
std::optional<base::Secret> shared_secret(const Ed25519PrivateKey& own, const base::Bits256& peer);

}  // namespace cocoon::crypto
