// The two forms of the extension.
#include "attest/nvidia/firmware_id.h"

#include <algorithm>

#include "crypto/der.h"

namespace cocoon::attest::nvidia {
namespace {

using base::BytesView;
using crypto::DerReader;
using crypto::DerTag;

constexpr std::uint8_t kSha384Identifier[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02};
constexpr DerTag kFwids{0xa6};  // [6], of DiceTcbInfo

// FWID ::= SEQUENCE { hashAlg OBJECT IDENTIFIER, digest OCTET STRING }
std::optional<base::Bits384> read_fwid(DerReader& reader) {
  const auto fwid = reader.read(DerTag::Sequence);
  if (!fwid) return std::nullopt;
  DerReader parts(fwid->content);
  const auto algorithm = parts.read(DerTag::ObjectIdentifier);
  const auto digest = parts.read(DerTag::OctetString);
  base::Bits384 result{};
  if (!algorithm || !digest || !parts.empty() || digest->content.size() != result.size() ||
      !std::ranges::equal(algorithm->content, kSha384Identifier)) {
    return std::nullopt;
  }
  std::ranges::copy(digest->content, result.begin());
  return result;
}

// SEQUENCE { version INTEGER, deviceID SubjectPublicKeyInfo, fwid FWID }
std::optional<base::Bits384> of_composite(BytesView value) {
  DerReader outer(value);
  const auto sequence = outer.read(DerTag::Sequence);
  if (!sequence || !outer.empty()) return std::nullopt;
  DerReader parts(sequence->content);
  if (!parts.read(DerTag::Integer) || !parts.read(DerTag::Sequence)) return std::nullopt;
  const auto result = read_fwid(parts);
  return parts.empty() ? result : std::nullopt;
}

// SEQUENCE of optional fields, each with its own tag.
std::optional<base::Bits384> of_tcb_info(BytesView value) {
  DerReader outer(value);
  const auto sequence = outer.read(DerTag::Sequence);
  if (!sequence || !outer.empty()) return std::nullopt;
  DerReader fields(sequence->content);
  while (!fields.empty()) {
    const auto field = fields.read_any();
    if (!field) return std::nullopt;
    if (field->tag != kFwids) continue;
    DerReader list(field->content);
    return read_fwid(list);
  }
  return std::nullopt;
}

}  // namespace

std::optional<base::Bits384> firmware_id(const crypto::Certificate& certificate) {
  if (const auto value = certificate.extension(kCompositeDeviceId)) return of_composite(*value);
  if (const auto value = certificate.extension(kDiceTcbInfo)) return of_tcb_info(*value);
  return std::nullopt;
}

}  // namespace cocoon::attest::nvidia
