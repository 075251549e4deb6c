// Cyclic redundancy checks, against accidents only: they prove nothing about who wrote the bytes.
#pragma once

#include "base/bytes.h"

namespace cocoon::crypto {

// IEEE 802.3 (reflected polynomial 0xedb88320), as in zlib.
std::uint32_t crc32(base::BytesView data);
// Castagnoli (reflected polynomial 0x82f63b78; RFC 3720, appendix B.4).
std::uint32_t crc32c(base::BytesView data);
// XMODEM (polynomial 0x1021, start 0, not reflected), as in TON's text addresses.
std::uint16_t crc16_xmodem(base::BytesView data);

}  // namespace cocoon::crypto
