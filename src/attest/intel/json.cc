// A tree from the events of a JSON parser that itself doesn't recurse.
#include "attest/intel/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "attest/intel/limits.h"

namespace cocoon::attest::intel {

namespace {

// Answers false where the parser has to stop.
class TreeBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return add({}); }
  bool boolean(bool) override { return add({}); }
  bool number_integer(number_integer_t) override { return false; }  // negative
  bool number_float(number_float_t, const string_t&) override { return false; }
  bool binary(binary_t&) override { return false; }
  bool number_unsigned(number_unsigned_t value) override {
    JsonValue number;
    number.kind = Kind::Number;
    number.number = value;
    return add(std::move(number));
  }
  bool string(string_t& value) override {
    JsonValue string;
    string.kind = Kind::String;
    string.text = std::move(value);
    return add(std::move(string));
  }
  bool start_object(std::size_t) override { return open(Kind::Object); }
  bool start_array(std::size_t) override { return open(Kind::Array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    JsonValue& object = open_.back();
    if (object.members.size() == kJsonMembersMax || object.has_member(name)) return false;
    object.members.push_back({std::move(name), {}});
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

  std::optional<JsonValue> take() { return std::move(root_); }

 private:
  bool open(Kind kind) {
    if (open_.size() == kJsonDepthMax) return false;
    open_.emplace_back().kind = kind;
    return true;
  }

  bool close() {
    JsonValue done = std::move(open_.back());
    open_.pop_back();
    return add(std::move(done));
  }

  bool add(JsonValue value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return true;
    }
    JsonValue& parent = open_.back();
    if (parent.kind == Kind::Object) {
      parent.members.back().value = std::move(value);
      return true;
    }
    if (parent.items.size() == kJsonItemsMax) return false;
    parent.items.push_back(std::move(value));
    return true;
  }

  std::vector<JsonValue> open_;
  std::optional<JsonValue> root_;
};

}  // namespace

bool JsonValue::has_member(std::string_view name) const {
  return std::ranges::any_of(members, [name](const JsonMember& one) { return one.name == name; });
}

const JsonValue* JsonValue::member(std::string_view name, Kind wanted) const {
  for (const JsonMember& one : members) {
    if (one.name == name) return one.value.kind == wanted ? &one.value : nullptr;
  }
  return nullptr;
}

std::optional<JsonValue> parse_json(base::BytesView text) {
  // The library would pass over a byte order mark.
  if (text.empty() || text.size() > kJsonSizeMax || text[0] == 0xef) return std::nullopt;
  TreeBuilder builder;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return std::nullopt;
  std::optional<JsonValue> root = builder.take();
  if (!root || root->kind != Kind::Object) return std::nullopt;
  return root;
}

}  // namespace cocoon::attest::intel
