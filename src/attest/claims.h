// Claims: the keys that an enclave answers for. Their hash is the report data of its evidence, so
// that evidence can't be shown beside another key.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "attest/factor.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace cocoon::attest {

// What peers of the live network claim: the key of their TLS connections and nothing else.
struct Claims {
  base::Bits256 tls_public_key;  // Ed25519
};

// SHA-512 of the raw TLS public key, as the live network binds it.
base::Bits512 report_data(const Claims& claims);

enum class EnclaveRole : std::uint8_t { Client = 1, Proxy = 2, Worker = 3 };
std::string_view role_name(EnclaveRole role);

// A block of TON's masterchain. Evidence that names it was made after it.
struct NamedBlock {
  std::uint32_t seqno = 0;
  base::Bits256 root_hash{};
  friend bool operator==(const NamedBlock&, const NamedBlock&) = default;
};

// Version 2: everything that an enclave answers for. A field that is all zero claims nothing.
struct EnclaveClaims {
  EnclaveRole role = EnclaveRole::Worker;
  base::Bits256 tls_public_key{};      // Ed25519
  base::Bits256 seal_public_key{};     // X25519: requests are sealed to it
  base::Bits256 receipt_public_key{};  // Ed25519: receipts are signed with it
  base::Bits256 gpu_evidence_hash{};   // SHA-256 of what its GPUs have signed
  NamedBlock block;
  friend bool operator==(const EnclaveClaims&, const EnclaveClaims&) = default;
};

enum class ClaimsError { SizeMismatch, UnsupportedVersion, UnknownRole };
std::string_view reason_name(ClaimsError error);

// "cocoon claims 2\n" | u8 role | TLS, seal and receipt key, GPU evidence hash (32 each) | u32
// seqno, little-endian | root hash. 181 bytes: one encoding for every set of claims.
inline constexpr std::size_t kEnclaveClaimsSize = 181;
base::Bytes encode_claims(const EnclaveClaims& claims);
base::Result<EnclaveClaims> parse_claims(base::BytesView bytes);

// SHA-512 of the encoding.
base::Bits512 report_data(const EnclaveClaims& claims);

// Of the encoded set of reports (nvidia/device_set.h): SHA-256 over "cocoon gpu evidence 1", a zero
// byte and the encoding.
base::Bits256 gpu_evidence_hash(base::BytesView encoded_devices);
// What the GPUs are asked with: SHA-256 over "cocoon gpu nonce 1", a zero byte and the TLS key. The
// claims that name their answers can't be part of it; the key is in both.
base::Bits256 gpu_nonce(const base::Bits256& tls_public_key);

// A block whose proof this side has checked, and the time that it carries.
struct KnownBlock {
  NamedBlock block;
  base::WallTime time;
};
// Whether the block that the claims name makes the evidence recent enough (kEvidenceLifetime).
Factor freshness_of(base::WallTime now, const NamedBlock& named, std::span<const KnownBlock> known);

}  // namespace cocoon::attest
