// What certificates and revocation lists have in common. Internal to this module.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/certificate.h"
#include "crypto/der.h"

namespace cocoon::crypto {

base::Error x509_malformed(std::string_view what);

// The next element, which must be of that tag; `what` names it in the refusal.
base::Result<DerElement> take_element(DerReader& reader, DerTag tag, std::string_view what);
base::Result<base::WallTime> take_time(DerReader& reader, std::string_view what);

// SEQUENCE { signed part, algorithm, BIT STRING }, nothing behind it.
struct SignedFile {
  DerElement signed_part;
  base::BytesView algorithm;  // whole element; the signed part must name the same
  base::BytesView signature;
};
base::Result<SignedFile> parse_signed_file(base::BytesView der, std::string_view what);

// The content of an Extensions element: a SEQUENCE of 1 to kX509ExtensionsMax, each once.
base::Result<std::vector<X509Extension>> parse_extensions(base::BytesView content);

namespace oid {
inline constexpr std::uint8_t kCommonName[] = {0x55, 0x04, 0x03};
inline constexpr std::uint8_t kSubjectKeyIdentifier[] = {0x55, 0x1d, 0x0e};
inline constexpr std::uint8_t kKeyUsage[] = {0x55, 0x1d, 0x0f};
inline constexpr std::uint8_t kBasicConstraints[] = {0x55, 0x1d, 0x13};
inline constexpr std::uint8_t kCrlNumber[] = {0x55, 0x1d, 0x14};
inline constexpr std::uint8_t kReasonCode[] = {0x55, 0x1d, 0x15};
inline constexpr std::uint8_t kInvalidityDate[] = {0x55, 0x1d, 0x18};
inline constexpr std::uint8_t kAuthorityKeyIdentifier[] = {0x55, 0x1d, 0x23};
inline constexpr std::uint8_t kExtendedKeyUsage[] = {0x55, 0x1d, 0x25};
}  // namespace oid

}  // namespace cocoon::crypto
