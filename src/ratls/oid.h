// Object identifiers of certificates, as the contents of their DER element.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace cocoon::ratls::oid {

// RFC 8410, RFC 5280.
inline constexpr std::uint8_t kEd25519[] = {0x2b, 0x65, 0x70};
inline constexpr std::uint8_t kCountry[] = {0x55, 0x04, 0x06};
inline constexpr std::uint8_t kState[] = {0x55, 0x04, 0x08};
inline constexpr std::uint8_t kOrganization[] = {0x55, 0x04, 0x0a};
inline constexpr std::uint8_t kOrganizationalUnit[] = {0x55, 0x04, 0x0b};
inline constexpr std::uint8_t kCommonName[] = {0x55, 0x04, 0x03};
inline constexpr std::uint8_t kSubjectKeyIdentifier[] = {0x55, 0x1d, 0x0e};
inline constexpr std::uint8_t kKeyUsage[] = {0x55, 0x1d, 0x0f};
inline constexpr std::uint8_t kSubjectAlternativeName[] = {0x55, 0x1d, 0x11};
inline constexpr std::uint8_t kBasicConstraints[] = {0x55, 0x1d, 0x13};
inline constexpr std::uint8_t kExtendedKeyUsage[] = {0x55, 0x1d, 0x25};

// 1.3.6.1.4.1.12345.N, the network's own.
inline constexpr std::uint8_t kTdxQuote[] = {0x2b, 6, 1, 4, 1, 0xe0, 0x39, 1};            // .1
inline constexpr std::uint8_t kTdxClaims[] = {0x2b, 6, 1, 4, 1, 0xe0, 0x39, 2};           // .2
inline constexpr std::uint8_t kSevReportData[] = {0x2b, 6, 1, 4, 1, 0xe0, 0x39, 0x64};    // .100
inline constexpr std::uint8_t kSevReport[] = {0x2b, 6, 1, 4, 1, 0xe0, 0x39, 0x65};        // .101
inline constexpr std::uint8_t kSevVcek[] = {0x2b, 6, 1, 4, 1, 0xe0, 0x39, 0x66};          // .102
inline constexpr std::uint8_t kSimulated[] = {0x2b, 6, 1, 4, 1, 0xe0, 0x39, 0x82, 0x2c};  // .300
inline constexpr std::uint8_t kClaims[] = {0x2b, 6, 1, 4, 1, 0xe0, 0x39, 0x82, 0x2d};     // .301

bool equal(base::BytesView a, base::BytesView b);

}  // namespace cocoon::ratls::oid
