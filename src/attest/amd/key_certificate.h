// Certificates of the keys that sign SEV-SNP reports: VCEK, of one chip, and VLEK, of one cloud.
//
// Read, not judged: verify.h checks the chain. Source: AMD VCEK and VLEK certificate interface
// specification (57230), section 2. Refuses certificates without the extensions that tie the key to
// a product, a firmware and a chip (or a cloud), and what is not P-384.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "attest/amd/product.h"
#include "base/result.h"
#include "crypto/certificate.h"

namespace cocoon::attest::amd {

enum class KeyCertificateError {
  Malformed,
  UnknownProduct,
  NotAReportKey,  // neither VCEK nor VLEK, or with another kind of key
};
std::string_view reason_name(KeyCertificateError error);

enum class ReportKey { Vcek, Vlek };
std::string_view report_key_name(ReportKey key);

struct KeyCertificate {
  crypto::Certificate certificate;
  ReportKey key{};
  Product product{};
  std::string product_text;  // with stepping
  Tcb tcb;
  base::Bytes hardware_id;  // VCEK: 64 bytes, of Turin 8; VLEK: empty
  std::string cloud_id;     // VLEK only
};

// DER, or PEM with one block.
base::Result<KeyCertificate> parse_key_certificate(base::BytesView bytes);

}  // namespace cocoon::attest::amd
