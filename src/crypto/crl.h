// Certificate revocation lists (RFC 5280, section 5): complete lists of one issuer, as strict DER.
//
// Refuses: delta and indirect lists, and everything else that a critical extension would demand.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/certificate.h"

namespace cocoon::crypto {

// Cheap to copy; all views live as long as one copy does.
class Crl {
 public:
  // At most kCrlSizeMax bytes, nothing behind the list. A list without nextUpdate is refused: it
  // would never be stale.
  static base::Result<Crl> parse(base::BytesView der);
  // PEM with exactly one block, or DER.
  static base::Result<Crl> parse_any(base::BytesView bytes);

  base::BytesView der() const { return *bytes_; }
  base::BytesView issuer() const { return issuer_; }  // Name, whole DER element
  base::WallTime this_update() const { return this_update_; }
  base::WallTime next_update() const { return next_update_; }
  // Content of the INTEGER, big-endian; grows with each list of the issuer.
  std::optional<base::BytesView> number() const { return number_; }
  std::size_t size() const { return revoked_->size(); }
  // `serial` as Certificate::serial() gives it.
  bool is_revoked(base::BytesView serial) const;

  bool signed_by(const PublicKey& key) const;

 private:
  Crl() = default;
  static base::Result<Crl> read(std::shared_ptr<const base::Bytes> bytes);

  std::shared_ptr<const base::Bytes> bytes_;
  base::BytesView signed_part_;
  base::BytesView signature_;
  SignatureAlgorithm algorithm_{};
  base::BytesView issuer_;
  base::WallTime this_update_;
  base::WallTime next_update_;
  std::optional<base::BytesView> number_;
  std::shared_ptr<const std::vector<base::BytesView>> revoked_;  // serials, sorted
};

// That `crl` is the list of `issuer`: IssuerMismatch, CrlSignNotAllowed, SignatureInvalid; and then
// that it is of now, ends included: CrlNotYetValid, CrlExpired.
base::Result<void> check_crl(base::WallTime now, const Crl& crl, const Certificate& issuer);

}  // namespace cocoon::crypto
