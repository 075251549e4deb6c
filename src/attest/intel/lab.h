// For tests: an Intel of our own. One platform, a quote of it, and collateral, all in order, and
// each part of which can be changed before it is signed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "attest/collateral.h"
#include "base/time.h"
#include "crypto/x509_lab.h"

namespace cocoon::attest::intel {

struct IntelLab {
  // Texts and bodies are those of a synthetic vector.
  explicit IntelLab(const std::string& vector_id = "v5-td15");
  // Members point at each other.
  IntelLab(const IntelLab&) = delete;
  IntelLab& operator=(const IntelLab&) = delete;

  base::WallTime now;
  crypto::LabKey root_key, platform_key, processor_key, tcb_key, pck_key, attestation_key,
      other_key;
  crypto::LabCertificate root, platform, tcb_signer, pck;
  crypto::LabCrl root_crl, pck_crl;

  // Who signs what; each may be pointed at another key.
  const crypto::LabKey* signs_root = &root_key;
  const crypto::LabKey* signs_platform = &root_key;
  const crypto::LabKey* signs_tcb_signer = &root_key;
  const crypto::LabKey* signs_pck = &platform_key;
  const crypto::LabKey* signs_root_crl = &root_key;
  const crypto::LabKey* signs_pck_crl = &platform_key;
  const crypto::LabKey* signs_tcb_info = &tcb_key;
  const crypto::LabKey* signs_qe_identity = &tcb_key;
  const crypto::LabKey* signs_qe_report = &pck_key;
  const crypto::LabKey* signs_quote = &attestation_key;

  base::Bytes signed_part;  // header, descriptor, body
  base::Bytes qe_report;
  base::Bytes authentication_data = base::Bytes(32, 7);
  std::string tcb_info;
  std::string qe_identity;
  base::Bytes pck_extension;

  using ChangeChain = std::function<void(std::vector<base::Bytes>& leaf_first)>;
  // After the certificates are built.
  ChangeChain change_pck_chain = [](auto&) {};
  ChangeChain change_signer_chain = [](auto&) {};
  ChangeChain change_crl_chain = [](auto&) {};
  // After the hash of the attestation key was put into the report.
  std::function<void(base::Bytes&)> change_bound_report = [](auto&) {};

  struct Built {
    base::Bytes quote;
    IntelCollateral collateral;
  };
  Built build() const;

  // The first occurrence in one of the texts; the test fails if there is none.
  static void replace(std::string& text, std::string_view what, std::string_view with);

 private:
  base::Bytes build_quote() const;
};

}  // namespace cocoon::attest::intel
