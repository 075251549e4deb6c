// Own identity: a fresh TLS key with its certificate, and what this program proves by it inside
// sessions.
#pragma once

#include <string>

#include "app/trust.h"
#include "base/result.h"
#include "base/time.h"
#include "io/tls.h"
#include "ratls/session_proof.h"

namespace cocoon::app {

struct FreshIdentity {
  io::TlsIdentity tls;
  ratls::ProvenIdentity proven;
  std::string without_devices;  // why no GPUs are claimed, though the program would like to
};

// Asks the hardware, which takes a moment: on any thread. Certificates bind the TLS key alone, so
// that peers of every version can read them; the claims stand in the proofs.
base::Result<FreshIdentity> make_identity(base::WallTime now, const Trust& trust,
                                          attest::EnclaveRole role);

}  // namespace cocoon::app
