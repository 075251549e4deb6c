// Strict JSON (RFC 8259) for collateral: one object, bounded in size and depth, every name once in
// its object, numbers without sign, fraction and exponent. Refuses everything else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace cocoon::attest::intel {

struct JsonMember;

class JsonValue {
 public:
  enum class Kind { Object, Array, String, Number, Other };  // Other: true, false, null

  Kind kind = Kind::Other;
  std::string text;          // of a String
  std::uint64_t number = 0;  // of a Number
  std::vector<JsonValue> items;
  std::vector<JsonMember> members;

  // The member of an object, if it is of that kind; null otherwise.
  const JsonValue* member(std::string_view name, Kind wanted) const;
  bool has_member(std::string_view name) const;
};
using Kind = JsonValue::Kind;

struct JsonMember {
  std::string name;
  JsonValue value;
};

// Nothing if `text` is anything else than one well-formed object.
std::optional<JsonValue> parse_json(base::BytesView text);

}  // namespace cocoon::attest::intel
