// Which firmware a device's certificate was made for: TCG DICE attestation architecture, extensions
// that name a digest of firmware (FWID).
#pragma once

#include <optional>

#include "base/bytes.h"
#include "crypto/certificate.h"

namespace cocoon::attest::nvidia {

// 2.23.133.5.4.1 with version, device key and FWID, as Hopper's certificates have it.
inline constexpr std::uint8_t kCompositeDeviceId[] = {0x67, 0x81, 0x05, 0x05, 0x04, 0x01};
// 2.23.133.5.4.1.1, DiceTcbInfo, as Blackwell's have it.
inline constexpr std::uint8_t kDiceTcbInfo[] = {0x67, 0x81, 0x05, 0x05, 0x04, 0x01, 0x01};

// SHA-384; of several the first. Nothing if neither extension names one in its own form.
std::optional<base::Bits384> firmware_id(const crypto::Certificate& certificate);

}  // namespace cocoon::attest::nvidia
