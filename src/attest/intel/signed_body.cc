// A walk over the body once it is known to be well-formed.
#include "attest/intel/signed_body.h"

#include <optional>
#include <string>

#include "attest/intel/collateral_json.h"

namespace cocoon::attest::intel {
namespace {

// One past the quote that ends the string which starts at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos) {
    ++at;
  }
  return at;
}

// One past the bracket that closes the one at `at`.
std::size_t end_of_container(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at + 1;
    ++at;
  }
  return text.size();
}

// The object that is the member `name` of the object which `text` is; `text` is well-formed.
std::optional<std::string_view> find_object(std::string_view text, std::string_view name) {
  std::size_t at = skip_space(text, 0) + 1;
  while (at < text.size()) {
    at = skip_space(text, at);
    if (at >= text.size() || text[at] != '"') return std::nullopt;
    const std::size_t key_end = end_of_string(text, at);
    const std::string_view key = text.substr(at + 1, key_end - at - 2);
    at = skip_space(text, skip_space(text, key_end) + 1);
    if (at >= text.size()) return std::nullopt;
    const std::size_t begin = at;
    if (text[at] == '{' || text[at] == '[') {
      at = end_of_container(text, at);
    } else if (text[at] == '"') {
      at = end_of_string(text, at);
    }
    if (key == name && text[begin] == '{') return text.substr(begin, at - begin);
    at = text.find(',', at);
    if (at == std::string_view::npos) return std::nullopt;
    ++at;
  }
  return std::nullopt;
}

}  // namespace

base::Result<SignedBody> split_signed_body(base::BytesView body, std::string_view name) {
  const std::optional<JsonValue> parsed = parse_json(body);
  if (!parsed) return malformed_collateral(name);
  TRY(take_member(*parsed, name, Kind::Object));
  const JsonValue* digits = TRY(take_member(*parsed, "signature", Kind::String));
  const auto signature = base::from_hex(digits->text);
  const auto object = find_object(base::as_text(body), name);
  if (!signature || !object) return malformed_collateral("signature");
  return SignedBody{base::to_bytes(*object), *signature};
}

}  // namespace cocoon::attest::intel
