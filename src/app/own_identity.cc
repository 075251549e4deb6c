#include "app/own_identity.h"

#include "crypto/ed25519.h"
#include "crypto/random.h"
#include "ratls/certificate.h"

namespace cocoon::app {

base::Result<FreshIdentity> make_identity(base::WallTime now, const Trust& trust,
                                          attest::EnclaveRole role) {
  crypto::SystemRandom random;
  const auto key = crypto::Ed25519PrivateKey::generate(random);
  FreshIdentity fresh;
  fresh.tls.certificate_der =
      TRY(ratls::issue_certificate(now, key, trust.provider_list(), random));
  fresh.tls.private_seed = key.seed();
  attest::EnclaveClaims& claims = fresh.proven.claims;
  claims.role = role;
  claims.tls_public_key = key.public_key();
  if (!trust.own_devices) return fresh;
  // Once for each key, not for each proof: the CPU's fresh quote covers their hash.
  auto devices = trust.own_devices(attest::gpu_nonce(key.public_key()));
  if (devices) {
    claims.gpu_evidence_hash = attest::gpu_evidence_hash(*devices);
    fresh.proven.devices = std::move(*devices);
  } else {
    fresh.without_devices = devices.error().message();
  }
  return fresh;
}

}  // namespace cocoon::app
