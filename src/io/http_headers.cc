#include "io/http_headers.h"

#include <algorithm>

#include "base/check.h"

namespace cocoon::io {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= ' ' && byte != 0x7f);
  });
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

HttpHeaders::HttpHeaders(std::initializer_list<HttpHeader> fields) {
  entries_.reserve(fields.size());
  for (const HttpHeader& field : fields) add(field.name, field.value);
}

void HttpHeaders::add(std::string_view name, std::string_view value) {
  entries_.push_back({text_.size(), name.size(), value.size()});
  text_.append(name).append(value);
}

std::optional<std::string_view> HttpHeaders::get(std::string_view name) const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const HttpHeader field = (*this)[i];
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

HttpHeader HttpHeaders::operator[](std::size_t index) const {
  CHECK(index < entries_.size());
  const Entry& entry = entries_[index];
  const std::string_view text = text_;
  return {text.substr(entry.offset, entry.name_size),
          text.substr(entry.offset + entry.name_size, entry.value_size)};
}

void HttpHeaders::clear() {
  text_.clear();
  entries_.clear();
}

bool HttpHeaders::sendable() const {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const HttpHeader field = (*this)[i];
    if (!is_token(field.name) || !is_value(field.value)) return false;
  }
  return true;
}

}  // namespace cocoon::io
