// HttpHeaders: an ordered list of HTTP header fields in one piece of memory. Names are matched
// without regard to case.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cocoon::io {

struct HttpHeader {
  std::string_view name;
  std::string_view value;
};

class HttpHeaders {
 public:
  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<HttpHeader> fields);

  void add(std::string_view name, std::string_view value);
  // The first field of that name.
  std::optional<std::string_view> get(std::string_view name) const;
  bool has(std::string_view name) const { return get(name).has_value(); }

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  HttpHeader operator[](std::size_t index) const;
  void clear();

  // Every name is a token and no value has a control character (RFC 9110 section 5): nothing can be
  // injected.
  bool sendable() const;

 private:
  struct Entry {
    std::size_t offset;
    std::size_t name_size;
    std::size_t value_size;
  };
  std::string text_;
  std::vector<Entry> entries_;
};

// ASCII letters without regard to case.
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace cocoon::io
