// Which algorithm a certificate says that it was signed with (RFC 5758; RFC 4055 for RSA-PSS).
#include <algorithm>
#include <optional>

#include "crypto/der.h"
#include "crypto/public_key.h"

namespace cocoon::crypto {
namespace {

using base::BytesView;

constexpr std::uint8_t kEcdsaSha256[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
constexpr std::uint8_t kEcdsaSha384[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};
constexpr std::uint8_t kEcdsaSha512[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04};
constexpr std::uint8_t kRsaPss[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a};
constexpr std::uint8_t kMgf1[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08};
// 2.16.840.1.101.3.4.2.N: SHA-256 is 1, SHA-384 2, SHA-512 3.
constexpr std::uint8_t kSha2Arc[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02};

struct AlgorithmParts {
  BytesView oid;
  std::optional<DerElement> parameters;
};

// The elements of an AlgorithmIdentifier; nothing if it is malformed.
std::optional<AlgorithmParts> split(BytesView element) {
  DerReader file(element);
  const auto outer = file.read(DerTag::Sequence);
  if (!outer || !file.empty()) return std::nullopt;
  DerReader reader(outer->content);
  const auto oid = reader.read(DerTag::ObjectIdentifier);
  if (!oid) return std::nullopt;
  AlgorithmParts parts{oid->content, std::nullopt};
  if (!reader.empty()) {
    parts.parameters = reader.read_any();
    if (!parts.parameters || !reader.empty()) return std::nullopt;
  }
  return parts;
}

// 1, 2 or 3: the last number of the hash's identifier. Parameters are NULL or left out.
std::optional<std::uint8_t> hash_number(BytesView element) {
  const auto parts = split(element);
  if (!parts || parts->oid.size() != sizeof(kSha2Arc) + 1) return std::nullopt;
  if (!std::ranges::equal(parts->oid.first(sizeof(kSha2Arc)), kSha2Arc)) return std::nullopt;
  if (parts->parameters &&
      (parts->parameters->tag != DerTag::Null || !parts->parameters->content.empty())) {
    return std::nullopt;
  }
  const std::uint8_t number = parts->oid.back();
  if (number < 1 || number > 3) return std::nullopt;
  return number;
}

std::optional<SignatureAlgorithm> parse_pss(const DerElement& parameters) {
  if (parameters.tag != DerTag::Sequence) return std::nullopt;
  DerReader reader(parameters.content);
  const auto hash = reader.read(DerTag::Explicit0);
  const auto mask = reader.read(DerTag::Explicit1);
  const auto salt = reader.read(DerTag::Explicit2);
  const auto trailer = reader.read(DerTag::Explicit3);
  if (!hash || !mask || !salt || !reader.empty()) return std::nullopt;
  const auto number = hash_number(hash->content);
  const auto mask_parts = split(mask->content);
  if (!number || !mask_parts || !std::ranges::equal(mask_parts->oid, kMgf1) ||
      !mask_parts->parameters || hash_number(mask_parts->parameters->whole) != number) {
    return std::nullopt;
  }
  const auto is_number = [](BytesView element, std::uint64_t wanted) {
    DerReader inner(element);
    const auto integer = inner.read(DerTag::Integer);
    return integer && inner.empty() && der_small_number(*integer) == wanted;
  };
  constexpr std::uint64_t kHashSizes[] = {32, 48, 64};
  constexpr SignatureAlgorithm kAlgorithms[] = {SignatureAlgorithm::RsaPssSha256,
                                                SignatureAlgorithm::RsaPssSha384,
                                                SignatureAlgorithm::RsaPssSha512};
  if (!is_number(salt->content, kHashSizes[*number - 1])) return std::nullopt;
  // The default, 1, is left out in DER; AMD writes it.
  if (trailer && !is_number(trailer->content, 1)) return std::nullopt;
  return kAlgorithms[*number - 1];
}

std::optional<SignatureAlgorithm> parse(BytesView element) {
  const auto parts = split(element);
  if (!parts) return std::nullopt;
  if (std::ranges::equal(parts->oid, kRsaPss)) {
    return parts->parameters ? parse_pss(*parts->parameters) : std::nullopt;
  }
  if (parts->parameters) return std::nullopt;
  if (std::ranges::equal(parts->oid, kEcdsaSha256)) return SignatureAlgorithm::EcdsaSha256;
  if (std::ranges::equal(parts->oid, kEcdsaSha384)) return SignatureAlgorithm::EcdsaSha384;
  if (std::ranges::equal(parts->oid, kEcdsaSha512)) return SignatureAlgorithm::EcdsaSha512;
  return std::nullopt;
}

}  // namespace

base::Result<SignatureAlgorithm> parse_signature_algorithm(BytesView element) {
  const std::optional<SignatureAlgorithm> algorithm = parse(element);
  if (algorithm) return *algorithm;
  return base::Error(X509Error::UnsupportedSignature,
                     "A certificate or revocation list is signed with an algorithm that is not "
                     "supported.");
}

}  // namespace cocoon::crypto
