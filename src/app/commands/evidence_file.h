// Evidence from a file or from a peer: what `cocoon attest verify` looks at.
#pragma once

#include <optional>
#include <string>

#include "attest/claims.h"
#include "attest/evidence.h"
#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::app::commands {

struct ShownEvidence {
  attest::Evidence evidence;
  std::string origin;  // for people: "certificate of 192.0.2.1:443"
  // Of a certificate: its key, and claims if it has any.
  std::optional<base::Bits256> key;
  std::optional<attest::EnclaveClaims> claims;
};

// A peer's certificate (PEM or DER), a TDX quote, an SEV-SNP report, or a simulated quote; binary,
// or as hexadecimal text. `key_certificate` goes with a report.
base::Result<ShownEvidence> read_evidence_file(const std::string& path,
                                               const std::string& key_certificate);
// The certificate that a peer shows: connects, looks, and hangs up.
base::Result<ShownEvidence> ask_peer(const std::string& host_port);

}  // namespace cocoon::app::commands
