// Fields of collateral that its parsers share. Each takes a member out of an object and refuses it,
// CollateralMalformed, when it is missing or not of its form.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "attest/intel/fault.h"
#include "attest/intel/json.h"
#include "attest/intel/tcb_info.h"
#include "base/encoding.h"
#include "base/result.h"

namespace cocoon::attest::intel {

base::Error malformed_collateral(std::string_view member);

base::Result<const JsonValue*> take_member(const JsonValue& object, std::string_view name,
                                           JsonValue::Kind kind);
base::Result<std::uint64_t> take_number(const JsonValue& object, std::string_view name,
                                        std::uint64_t max);
// "2025-06-19T10:16:03Z"
base::Result<base::WallTime> take_date(const JsonValue& object, std::string_view name);
// Statuses may be any of collateral's.
base::Result<LevelVerdict> take_verdict(const JsonValue& level);
// Levels of modules and enclaves, which know three statuses only.
base::Result<std::vector<SvnLevel>> take_svn_levels(const JsonValue& object);

// Hexadecimal digits of either case, exactly as many as fit.
template <std::size_t N>
base::Result<std::array<std::uint8_t, N>> take_hex(const JsonValue& object, std::string_view name) {
  const JsonValue* value = TRY(take_member(object, name, JsonValue::Kind::String));
  const auto bytes = base::from_hex(value->text);
  if (!bytes || bytes->size() != N) return malformed_collateral(name);
  std::array<std::uint8_t, N> out;
  std::ranges::copy(*bytes, out.begin());
  return out;
}

}  // namespace cocoon::attest::intel
