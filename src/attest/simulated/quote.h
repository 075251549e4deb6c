// Simulated quotes: what stands in for hardware evidence on a development network. They prove
// nothing but that the holder of that network's root key made them, and say so in their first
// bytes.
//
// Format, version 1, integers little-endian, nothing after the last field:
//   "COCOON SIMULATED QUOTE, PROVES NOTHING\n" | u16 version | u8 name length | name [a-z0-9._-] |
//   64 report data | u64 issued at, Unix seconds | 32 root public key | 64 Ed25519 signature over
//   all before it
#pragma once

#include <string>
#include <string_view>

#include "attest/measurement.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/ed25519.h"

namespace cocoon::attest::simulated {

enum class QuoteError {
  NotSimulated,
  UnsupportedVersion,
  BadProgramName,
  TimeOutOfRange,
  Truncated,
  TrailingBytes,
};
std::string_view reason_name(QuoteError error);

struct Quote {
  std::string program;  // the name of the program that stands in for an image, "cocoon-worker"
  base::Bits512 report_data{};
  base::WallTime issued_at;  // whole seconds
  base::Bits256 root{};
  base::Bits512 signature{};
};

// Signs as the root of a network. BadProgramName if the name has other characters or is too long.
base::Result<base::Bytes> issue_quote(const crypto::Ed25519PrivateKey& root,
                                      std::string_view program, const base::Bits512& report_data,
                                      base::WallTime now);

// Reads without judging the signature.
base::Result<Quote> parse_quote(base::BytesView bytes);
bool signature_holds(const Quote& quote);

// Registers that differ for every program name, so that lists of images work as with real ones.
TdxMeasurements measurements_of(std::string_view program);

}  // namespace cocoon::attest::simulated
