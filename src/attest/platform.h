// Platform: one machine, by what its maker calls it in the certificate of its attestation key.
// Lists of revoked, enrolled and endorsed machines are lists of these.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace cocoon::attest {

// SHA-256 over "cocoon platform 1", a zero byte, the kind, a zero byte and the maker's identifier.
using PlatformId = base::Bits256;

inline constexpr std::string_view kPlatformKindPpid = "ppid";  // Intel: of the PCK certificate
inline constexpr std::string_view kPlatformKindChip = "chip";  // AMD: hwID of the VCEK certificate
inline constexpr std::string_view kPlatformKindCloud =
    "cloud";  // AMD: csp id of a VLEK certificate

PlatformId platform_id(std::string_view kind, base::BytesView identifier);

}  // namespace cocoon::attest
