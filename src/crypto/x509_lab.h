// For tests: keys, certificates and revocation lists that can be wrong in any one way and are
// signed all the same.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "crypto/certificate.h"

namespace cocoon::crypto {

// A fresh P-256 key.
class LabKey {
 public:
  LabKey();
  base::Bytes point() const;  // x then y
  PublicKey public_key() const;
  base::Bytes sign(base::BytesView message) const;      // DER of r and s
  base::Bytes sign_raw(base::BytesView message) const;  // r then s

 private:
  std::shared_ptr<evp_pkey_st> key_;
};

enum class LabRole { Authority, Leaf };

struct LabCertificate {
  std::string subject;
  std::string issuer;
  base::Bytes serial = {1};
  base::WallTime not_before;
  base::WallTime not_after;
  LabRole role = LabRole::Leaf;
  std::optional<std::uint8_t> path_length{};
  std::optional<std::uint8_t> key_usage{};  // the first eight bits
  std::vector<base::Bytes> extensions{};    // whole elements, after those above

  base::Bytes build(const LabKey& key, const LabKey& issuer_key) const;
};

struct LabCrl {
  std::string issuer;
  base::WallTime this_update;
  std::optional<base::WallTime> next_update;
  std::vector<base::Bytes> serials{};
  std::vector<base::Bytes> extensions{};  // whole elements

  base::Bytes build(const LabKey& issuer_key) const;
};

base::Bytes lab_extension(base::BytesView oid, Critical critical, base::BytesView value);
// SEQUENCE { body, algorithm, signature }
base::Bytes lab_sign(base::BytesView body, const LabKey& key);
base::Bytes lab_time(base::WallTime time);
std::string lab_pem(const std::vector<base::Bytes>& blocks, std::string_view label = "CERTIFICATE");

}  // namespace cocoon::crypto
