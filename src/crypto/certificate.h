// X.509 certificates (RFC 5280) as strict DER: read, not judged. Whom to trust is decided in
// certificate_chain.h.
//
// Refuses: everything that is not version 3, unique identifiers, repeated extensions, algorithms
// and keys that public_key.h doesn't know. An extension that nobody here understands is kept.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/public_key.h"
#include "crypto/x509_error.h"

namespace cocoon::crypto {

enum class Critical { No, Yes };

struct X509Extension {
  base::BytesView oid;  // content of the DER element
  Critical critical = Critical::No;
  base::BytesView value;  // content of the OCTET STRING
};

// Cheap to copy; all views live as long as one copy does.
class Certificate {
 public:
  // At most kX509SizeMax bytes, nothing behind the certificate.
  static base::Result<Certificate> parse(base::BytesView der);
  // PEM with exactly one block, or DER.
  static base::Result<Certificate> parse_any(base::BytesView bytes);

  base::BytesView der() const { return *bytes_; }
  base::BytesView serial() const { return serial_; }    // content of the INTEGER
  base::BytesView issuer() const { return issuer_; }    // Name, whole DER element
  base::BytesView subject() const { return subject_; }  // the same
  base::WallTime not_before() const { return not_before_; }
  base::WallTime not_after() const { return not_after_; }
  const PublicKey& public_key() const { return public_key_; }
  std::span<const X509Extension> extensions() const { return extensions_; }
  std::optional<base::BytesView> extension(base::BytesView oid) const;

  bool is_ca() const { return is_ca_; }
  std::optional<std::uint64_t> path_length() const { return path_length_; }
  // Without the extension any usage is allowed.
  bool has_key_usage() const { return key_usage_.has_value(); }
  bool may_sign_certificates() const { return allows(0x04); }
  bool may_sign_crls() const { return allows(0x02); }

  bool signed_by(const PublicKey& key) const;

 private:
  friend class CertificateReader;
  explicit Certificate(PublicKey key) : public_key_(std::move(key)) {}
  bool allows(std::uint8_t bit) const { return !key_usage_ || (*key_usage_ & bit) != 0; }

  std::shared_ptr<const base::Bytes> bytes_;
  base::BytesView signed_part_;
  base::BytesView signature_;
  SignatureAlgorithm algorithm_{};
  base::BytesView serial_;
  base::BytesView issuer_;
  base::BytesView subject_;
  base::WallTime not_before_;
  base::WallTime not_after_;
  PublicKey public_key_;
  std::vector<X509Extension> extensions_;
  bool is_ca_ = false;
  std::optional<std::uint64_t> path_length_;
  std::optional<std::uint8_t> key_usage_;
};

// One or more certificates in PEM, in the order given; at most kChainLengthMax.
base::Result<std::vector<Certificate>> parse_certificates_pem(base::BytesView pem);

// The common name in a Name, if it has exactly one; for messages and for roles that vendors express
// that way.
std::optional<std::string> common_name(base::BytesView name);

}  // namespace cocoon::crypto
