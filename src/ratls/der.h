// The part of DER (ITU-T X.690) that certificates need: elements with one-byte tags and definite,
// shortest lengths. Everything else is refused, so that each value has one encoding only.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>

#include "base/bytes.h"

namespace cocoon::ratls {

enum class DerTag : std::uint8_t {
  Boolean = 0x01,
  Integer = 0x02,
  BitString = 0x03,
  OctetString = 0x04,
  ObjectIdentifier = 0x06,
  Utf8String = 0x0c,
  PrintableString = 0x13,
  UtcTime = 0x17,
  GeneralizedTime = 0x18,
  Sequence = 0x30,
  Set = 0x31,
  DnsName = 0x82,     // [2] within a subject alternative name
  IpAddress = 0x87,   // [7] there
  Version = 0xa0,     // [0] within a certificate
  Extensions = 0xa3,  // [3] there
};

struct DerElement {
  DerTag tag{};  // may be a value that has no name above
  base::BytesView content;
  base::BytesView whole;  // with tag and length
};

// Views into the bytes given; linear in their number.
class DerReader {
 public:
  explicit DerReader(base::BytesView bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  bool next_is(DerTag tag) const {
    return !rest_.empty() && rest_[0] == static_cast<std::uint8_t>(tag);
  }
  // Nothing, and nothing consumed, if no well-formed element comes next.
  std::optional<DerElement> read_any();
  // The same if it is of another tag.
  std::optional<DerElement> read(DerTag tag);

 private:
  base::BytesView rest_;
};

base::Bytes der_element(DerTag tag, base::BytesView content);
// An element whose content is those elements one after another.
base::Bytes der_nest(DerTag tag, std::initializer_list<base::BytesView> elements);
// A non-negative INTEGER from big-endian bytes.
base::Bytes der_unsigned(base::BytesView big_endian);

}  // namespace cocoon::ratls
