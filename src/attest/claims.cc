// The encoding and the hash that bind keys to evidence.
#include "attest/claims.h"

#include <algorithm>
#include <string>

#include "attest/limits.h"
#include "base/check.h"
#include "base/encoding.h"
#include "crypto/hash.h"

namespace cocoon::attest {
namespace {

constexpr std::string_view kTag = "cocoon claims 2\n";
constexpr std::string_view kGpuEvidenceTag("cocoon gpu evidence 1\0", 22);
constexpr std::string_view kGpuNonceTag("cocoon gpu nonce 1\0", 19);

base::Bits256 take(base::BytesView& bytes) {
  base::Bits256 out;
  std::ranges::copy(bytes.first(out.size()), out.begin());
  bytes = bytes.subspan(out.size());
  return out;
}

}  // namespace

base::Bits512 report_data(const Claims& claims) { return crypto::sha512(claims.tls_public_key); }

std::string_view role_name(EnclaveRole role) {
  switch (role) {
    case EnclaveRole::Client:
      return "client";
    case EnclaveRole::Proxy:
      return "proxy";
    case EnclaveRole::Worker:
      return "worker";
  }
  CHECK(false);
}

std::string_view reason_name(ClaimsError error) {
  switch (error) {
    case ClaimsError::SizeMismatch:
      return "claims_size_mismatch";
    case ClaimsError::UnsupportedVersion:
      return "claims_version_unsupported";
    case ClaimsError::UnknownRole:
      return "claims_role_unknown";
  }
  CHECK(false);
}

base::Bytes encode_claims(const EnclaveClaims& claims) {
  base::Bytes out = base::to_bytes(kTag);
  out.push_back(static_cast<std::uint8_t>(claims.role));
  base::append(out, claims.tls_public_key);
  base::append(out, claims.seal_public_key);
  base::append(out, claims.receipt_public_key);
  base::append(out, claims.gpu_evidence_hash);
  for (int shift = 0; shift < 32; shift += 8) {
    out.push_back(static_cast<std::uint8_t>(claims.block.seqno >> shift));
  }
  base::append(out, claims.block.root_hash);
  CHECK(out.size() == kEnclaveClaimsSize);
  return out;
}

base::Result<EnclaveClaims> parse_claims(base::BytesView bytes) {
  if (bytes.size() != kEnclaveClaimsSize) {
    return base::Error(ClaimsError::SizeMismatch, "The peer's claims have the wrong length.");
  }
  if (base::as_text(bytes.first(kTag.size())) != kTag) {
    return base::Error(ClaimsError::UnsupportedVersion,
                       "The peer's claims are of an unknown version.");
  }
  const std::uint8_t role = bytes[kTag.size()];
  if (role < static_cast<std::uint8_t>(EnclaveRole::Client) ||
      role > static_cast<std::uint8_t>(EnclaveRole::Worker)) {
    return base::Error(ClaimsError::UnknownRole, "The peer claims a role that does not exist.");
  }
  EnclaveClaims claims;
  claims.role = static_cast<EnclaveRole>(role);
  bytes = bytes.subspan(kTag.size() + 1);
  claims.tls_public_key = take(bytes);
  claims.seal_public_key = take(bytes);
  claims.receipt_public_key = take(bytes);
  claims.gpu_evidence_hash = take(bytes);
  for (std::size_t i = 4; i-- > 0;) claims.block.seqno = claims.block.seqno << 8 | bytes[i];
  bytes = bytes.subspan(4);
  claims.block.root_hash = take(bytes);
  return claims;
}

base::Bits256 gpu_evidence_hash(base::BytesView encoded_devices) {
  return crypto::sha256({base::as_bytes(kGpuEvidenceTag), encoded_devices});
}

base::Bits256 gpu_nonce(const base::Bits256& tls_public_key) {
  return crypto::sha256({base::as_bytes(kGpuNonceTag), tls_public_key});
}

base::Bits512 report_data(const EnclaveClaims& claims) {
  return crypto::sha512(encode_claims(claims));
}

Factor freshness_of(base::WallTime now, const NamedBlock& named,
                    std::span<const KnownBlock> known) {
  Values values = {{"block", std::to_string(named.seqno)},
                   {"root_hash", base::to_hex(named.root_hash)}};
  const auto found = std::ranges::find(known, named, &KnownBlock::block);
  if (found == known.end()) {
    return not_checked(FactorId::Freshness, Refusal::FactorNotChecked,
                       "The claims name no block that this side knows.", std::move(values));
  }
  values.emplace_back("block_time", std::to_string(base::to_unix_whole_seconds(found->time)));
  if (found->time > now + kClockSkew) {
    return failed(FactorId::Freshness, Refusal::EvidenceFromFuture,
                  "The claims name a block of the future.", std::move(values));
  }
  if (found->time + kEvidenceLifetime + kClockSkew < now) {
    return failed(FactorId::Freshness, Refusal::EvidenceStale,
                  "The claims name a block that is older than a day.", std::move(values));
  }
  return passed(FactorId::Freshness, std::move(values));
}

}  // namespace cocoon::attest
