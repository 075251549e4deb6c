// Answers of NVIDIA's remote attestation service (NRAS, versions 3 and 4): one token about the
// platform and one about each GPU, signed by the service. An alternative to looking at the reports
// oneself, for those who would rather trust the service.
//
// Formats: JWS compact (RFC 7515), JWK sets (RFC 7517), ES384 (RFC 7518), EAT (RFC 9711) with
// detached submodules. The service says what it thinks of GPUs, not whose they are: the nonce must
// come from the enclave's keys (gpu_nonce()).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "attest/factor.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/public_key.h"

namespace cocoon::attest::nvidia {

inline constexpr std::string_view kServiceIssuer = "https://nras.attestation.nvidia.com";

// The service's keys by name (kid). P-384 keys for ES384 only; others are skipped.
struct TokenKeys {
  std::map<std::string, crypto::PublicKey> by_name;
};
base::Result<TokenKeys> parse_token_keys(base::BytesView json);

// What one GPU token claims about its GPU, read and not judged.
struct GpuClaim {
  std::string name;  // "GPU-0"
  std::string hardware_model;
  std::string device_id;  // ueid
  std::string driver_version;
  std::string vbios_version;
};

struct TokenExamination {
  base::Result<void> check;    // its error's reason is a Refusal
  std::vector<GpuClaim> gpus;  // empty unless the check passed
};

struct TokenQuestion {
  base::BytesView answer;  // JSON: [["JWT", token], {"GPU-0": token, ...}]
  base::Bits256 nonce{};
  std::string_view issuer = kServiceIssuer;
  std::optional<std::size_t> gpus;  // how many there must be; nothing: at least one
};

// That the service vouches for each GPU, today and for this nonce. Refuses an answer that lacks or
// adds a GPU, or has the same one twice.
TokenExamination examine_tokens(base::WallTime now, const TokenQuestion& question,
                                const TokenKeys& keys);

// The factors gpu_chain and gpu_firmware of such an examination.
std::vector<Factor> token_factors(const TokenExamination& examination);

}  // namespace cocoon::attest::nvidia
