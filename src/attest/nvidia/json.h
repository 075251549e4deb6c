// Strict JSON (RFC 8259) for tokens: bounded in size and depth, every name once in its object,
// nothing behind the value. Internal to this module.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace cocoon::attest::nvidia {

std::optional<nlohmann::json> parse_strict_json(base::BytesView text, std::size_t size_max);

// The member of an object, if it is there and text.
std::optional<std::string> text_member(const nlohmann::json& object, std::string_view name);
// The same for a number without sign, fraction and exponent.
std::optional<std::uint64_t> number_member(const nlohmann::json& object, std::string_view name);
// Whether the member is there and true.
bool is_true_member(const nlohmann::json& object, std::string_view name);

}  // namespace cocoon::attest::nvidia
