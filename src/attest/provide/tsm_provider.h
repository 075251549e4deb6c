// Evidence of this machine's TEE, whichever it is.
#pragma once

#include <memory>
#include <string>

#include "attest/evidence.h"
#include "attest/provide/tsm.h"

namespace cocoon::attest::provide {

class TsmProvider final : public EvidenceProvider {
 public:
  // `vcek`: the certificate of the key that signs SEV-SNP reports (DER), for hosts that don't give
  // it; empty on TDX, whose quotes bring theirs along.
  TsmProvider(std::unique_ptr<TsmFiles> files, std::string root, std::string name,
              base::Bytes vcek = {});

  base::Result<Evidence> quote(base::WallTime now, const base::Bits512& report_data) override;

 private:
  std::unique_ptr<TsmFiles> files_;
  std::string root_;
  std::string name_;
  base::Bytes vcek_;
};

// Of the host's table of certificates the VCEK or VLEK (AMD guest-hypervisor communication block
// standardization (56421), extended guest request: entries of GUID, u32 offset, u32 length, ended
// by a zero GUID). Empty if there is none.
base::Bytes report_key_certificate(base::BytesView table);

}  // namespace cocoon::attest::provide
