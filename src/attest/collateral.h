// Collateral: what Intel publishes about its platforms, without which a quote proves nothing.
//
// Whoever delivers it (a cache, a bundle file, the peer itself) is not trusted: every part is
// signed, and verified with the quote (attest/intel).
#pragma once

#include <array>
#include <compare>
#include <memory>

#include "base/bytes.h"

namespace cocoon::attest {

enum class IntelTee { Sgx, Tdx };
// Which of Intel's two authorities has issued a platform's PCK certificate.
enum class PckAuthority { Processor, Platform };

using Fmspc = std::array<std::uint8_t, 6>;  // family, model, stepping, platform, custom SKU

// Which collateral a quote needs.
struct IntelCollateralId {
  IntelTee tee = IntelTee::Tdx;
  PckAuthority authority = PckAuthority::Platform;
  Fmspc fmspc{};
  friend auto operator<=>(const IntelCollateralId&, const IntelCollateralId&) = default;
};

// As served by Intel's provisioning certification service, version 4, and by caches of it.
struct IntelCollateral {
  base::Bytes root_ca_crl;               // DER or PEM
  base::Bytes pck_crl;                   // DER or PEM
  base::Bytes pck_crl_issuer_chain;      // PEM, issuer first
  base::Bytes tcb_info;                  // the exact bytes that are signed: the inner JSON object
  base::Bytes tcb_info_signature;        // 64 bytes, r then s
  base::Bytes tcb_info_issuer_chain;     // PEM, signer first
  base::Bytes qe_identity;               // the exact bytes that are signed
  base::Bytes qe_identity_signature;     // 64 bytes, r then s
  base::Bytes qe_identity_issuer_chain;  // PEM, signer first
};

// Where verifiers look for collateral. Called often: answers from memory, never waits.
class IntelCollateralSource {
 public:
  virtual ~IntelCollateralSource() = default;
  // Null if there is none (yet).
  virtual std::shared_ptr<const IntelCollateral> find(const IntelCollateralId& id) const = 0;
};

}  // namespace cocoon::attest
