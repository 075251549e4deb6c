#include "worker/engine_terms.h"

#include <charconv>
#include <functional>
#include <string>
#include <vector>

#include "openai/json_reader.h"

namespace cocoon::worker {
namespace {

using openai::JsonKind;
using openai::JsonMember;
using openai::JsonSpan;

class Page {
 public:
  explicit Page(std::string_view text) : text_(base::as_bytes(text)) {}

  // The value of a member of the object that begins at `at`.
  std::optional<JsonMember> member(std::size_t at, int depth, std::string_view name) const {
    openai::JsonObjectReader members(text_, at, depth);
    std::optional<JsonMember> found;
    while (const auto member = members.next()) {
      if (!found && text(member->key) == name) found = *member;
    }
    return members.ended() ? found : std::nullopt;
  }

  // Where the objects in an array begin.
  std::vector<std::size_t> objects(const JsonMember& array, int depth) const {
    std::vector<std::size_t> places;
    openai::JsonReader reader(text_, array.value.begin, depth);
    reader.take('[');
    do {
      reader.skip_space();
      const std::size_t at = reader.at();
      const auto kind = reader.skip_value();
      if (!kind) return places;
      if (*kind == JsonKind::Object) places.push_back(at);
      reader.skip_space();
    } while (reader.take(','));
    return places;
  }

  std::optional<std::int32_t> number(std::size_t at, int depth, std::string_view name) const {
    const auto found = member(at, depth, name);
    if (!found || found->kind != JsonKind::Number) return std::nullopt;
    const std::string_view digits = text(found->value);
    std::int32_t value = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size();
    return whole && value > 0 ? std::optional(value) : std::nullopt;
  }

  // Where the page's one object begins.
  std::optional<std::size_t> start() const {
    openai::JsonReader reader(text_, 0, 0);
    reader.skip_space();
    if (reader.peek() != '{') return std::nullopt;
    return reader.at();
  }

  bool is_named(std::size_t at, int depth, std::string_view name) const {
    const auto id = member(at, depth, "id");
    if (!id || id->kind != JsonKind::String) return false;
    return openai::decode_json_string(text_, {id->value.begin + 1, id->value.end - 1}) == name;
  }

 private:
  std::string_view text(JsonSpan span) const {
    return base::as_text(text_.subspan(span.begin, span.end - span.begin));
  }

  base::BytesView text_;
};

}  // namespace

std::optional<std::int32_t> context_on_models_page(std::string_view page_text,
                                                   std::string_view model) {
  const Page page(page_text);
  const auto start = page.start();
  const auto data = start ? page.member(*start, 0, "data") : std::nullopt;
  if (!data || data->kind != JsonKind::Array) return std::nullopt;
  const auto rows = page.objects(*data, 1);
  for (const std::size_t row : rows) {
    if (rows.size() > 1 && !page.is_named(row, 2, model)) continue;
    for (const char* name : {"max_model_len", "context_length"}) {
      if (const auto tokens = page.number(row, 2, name)) return tokens;
    }
    const auto meta = page.member(row, 2, "meta");
    if (!meta || meta->kind != JsonKind::Object) return std::nullopt;
    return page.number(meta->value.begin, 3, "n_ctx");
  }
  return std::nullopt;
}

std::optional<std::int32_t> context_on_props_page(std::string_view page_text) {
  const Page page(page_text);
  const auto start = page.start();
  const auto settings =
      start ? page.member(*start, 0, "default_generation_settings") : std::nullopt;
  if (!settings || settings->kind != JsonKind::Object) return std::nullopt;
  return page.number(settings->value.begin, 1, "n_ctx");
}

}  // namespace cocoon::worker
