// The part of DER (ITU-T X.690) that certificates need: elements with one-byte tags and definite,
// shortest lengths. Everything else is refused, so that each value has one encoding only.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/time.h"

namespace cocoon::crypto {

enum class DerTag : std::uint8_t {
  Boolean = 0x01,
  Integer = 0x02,
  BitString = 0x03,
  OctetString = 0x04,
  Null = 0x05,
  ObjectIdentifier = 0x06,
  Enumerated = 0x0a,
  Utf8String = 0x0c,
  PrintableString = 0x13,
  UtcTime = 0x17,
  GeneralizedTime = 0x18,
  Sequence = 0x30,
  Set = 0x31,
  DnsName = 0x82,    // [2] within a subject alternative name
  IpAddress = 0x87,  // [7] there
  Explicit0 = 0xa0,
  Explicit1 = 0xa1,
  Explicit2 = 0xa2,
  Explicit3 = 0xa3,
  Version = Explicit0,     // within a certificate
  Extensions = Explicit3,  // there
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

// The value of an INTEGER or ENUMERATED that is non-negative, in its shortest form, and fits.
std::optional<std::uint64_t> der_small_number(const DerElement& element);
// Whether the content is an INTEGER in its shortest form, of any size and sign.
bool is_shortest_integer(base::BytesView content);
// YYMMDDHHMMSSZ (1950 to 2049) or YYYYMMDDHHMMSSZ, the only forms that RFC 5280 allows.
std::optional<base::WallTime> der_time(const DerElement& element);
// Dotted decimals of the content of an OBJECT IDENTIFIER, for messages; "?" when malformed.
std::string oid_text(base::BytesView oid);

base::Bytes der_element(DerTag tag, base::BytesView content);
// An element whose content is those elements one after another.
base::Bytes der_nest(DerTag tag, std::initializer_list<base::BytesView> elements);
// A non-negative INTEGER from big-endian bytes.
base::Bytes der_unsigned(base::BytesView big_endian);

}  // namespace cocoon::crypto
