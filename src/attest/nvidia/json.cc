// The library's parser with a watch over names and depth.
#include "attest/nvidia/json.h"

#include <set>
#include <vector>

#include "attest/nvidia/limits.h"

namespace cocoon::attest::nvidia {

using nlohmann::json;

std::optional<json> parse_strict_json(base::BytesView text, std::size_t size_max) {
  if (text.size() > size_max) return std::nullopt;
  bool strict = true;
  std::vector<std::set<std::string>> names;  // of the objects that are open
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > static_cast<int>(kJsonDepthMax)) strict = false;
    if (event == json::parse_event_t::object_start) names.emplace_back();
    if (event == json::parse_event_t::object_end) names.pop_back();
    if (event == json::parse_event_t::key) {
      strict = names.back().insert(parsed.get<std::string>()).second && strict;
    }
    return strict;  // what follows a fault is not kept
  };
  json value = json::parse(text.begin(), text.end(), watch, /*allow_exceptions=*/false);
  if (!strict || value.is_discarded()) return std::nullopt;
  return value;
}

std::optional<std::string> text_member(const json& object, std::string_view name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::uint64_t> number_member(const json& object, std::string_view name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

bool is_true_member(const json& object, std::string_view name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace cocoon::attest::nvidia
