// Whom NVIDIA's devices and manifests are traced back to.
#pragma once

#include "crypto/public_key.h"

namespace cocoon::attest::nvidia {

struct Roots {
  crypto::PublicKey device;    // "NVIDIA Device Identity CA"
  crypto::PublicKey manifest;  // "NVIDIA CoRIM signing Root CA"
};

// The keys that NVIDIA publishes with its attestation SDK, as of 2026.
Roots pinned_roots();

}  // namespace cocoon::attest::nvidia
