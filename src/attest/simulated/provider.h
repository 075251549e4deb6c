// Makers of evidence for programs that don't run in a TEE.
#pragma once

#include <string>

#include "attest/evidence.h"
#include "crypto/ed25519.h"

namespace cocoon::attest::simulated {

// Simulated quotes in the name of a program, signed by the root key of a development network.
class Provider final : public EvidenceProvider {
 public:
  Provider(crypto::Ed25519PrivateKey root, std::string program)
      : root_(std::move(root)), program_(std::move(program)) {}
  base::Result<Evidence> quote(base::WallTime now, const base::Bits512& report_data) override;

 private:
  crypto::Ed25519PrivateKey root_;
  std::string program_;
};

// What test networks of the reference implementation expect.
class FakeTdxProvider final : public EvidenceProvider {
 public:
  base::Result<Evidence> quote(base::WallTime now, const base::Bits512& report_data) override;
};

}  // namespace cocoon::attest::simulated
