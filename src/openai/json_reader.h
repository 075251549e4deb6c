// Strict JSON (RFC 8259) over bytes in memory, telling where things stand so that they can be
// copied or cut.
//
// Refuses: anything that isn't JSON, invalid UTF-8, nesting deeper than kMaxJsonDepth. Accepts what
// others trip over and the standard allows: numbers of any size, \u escapes that form no character
// (as long as nobody asks for that string).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "openai/limits.h"

namespace cocoon::openai {

enum class JsonKind { Object, Array, String, Number, True, False, Null };
enum class JsonFault { Syntax, TooDeep };

struct JsonSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct JsonMember {
  JsonSpan key;    // between the quotes, still escaped
  JsonSpan value;  // strings with their quotes
  JsonKind kind = JsonKind::Null;
  std::size_t begin =
      0;  // of the whole member: the key's opening quote; it ends where the value ends
  std::size_t previous_end = 0;  // end of the member before it, or one past the opening brace
  std::optional<std::size_t> next_begin;  // of the member after it, if there is one
};

// Steps over one value and validates all of it. `depth` counts the containers around it.
class JsonReader {
 public:
  JsonReader(base::BytesView text, std::size_t at, int depth)
      : text_(text), at_(at), depth_(depth) {}

  void skip_space();
  std::optional<JsonKind> skip_value();
  std::optional<JsonSpan> skip_string();  // the bytes between the quotes
  bool take(char expected);
  std::optional<std::uint8_t> peek() const;
  std::size_t at() const { return at_; }
  JsonFault fault() const { return fault_; }  // after a function answered nothing

 private:
  bool skip_object();
  bool skip_array();
  bool skip_number();
  bool skip_digits();
  bool skip_word(const char* word);
  bool skip_escape();

  base::BytesView text_;
  std::size_t at_;
  int depth_;
  JsonFault fault_ = JsonFault::Syntax;
};

// The members of one object, in order.
class JsonObjectReader {
 public:
  // `at` is where the opening brace stands.
  JsonObjectReader(base::BytesView text, std::size_t at, int depth);

  // The next member; nothing at the end of the object or at a fault.
  std::optional<JsonMember> next();
  bool ended() const { return ended_; }  // the closing brace was read
  JsonFault fault() const { return too_deep_ ? JsonFault::TooDeep : reader_.fault(); }
  std::size_t at() const { return reader_.at(); }  // once ended: one past the closing brace

 private:
  JsonReader reader_;
  std::size_t previous_end_;
  bool too_deep_;
  bool failed_;
  bool ended_ = false;
};

// The text of a string that skip_string() found. Nothing if an escape stands for no character (a
// lone surrogate).
std::optional<std::string> decode_json_string(base::BytesView text, JsonSpan between_quotes);

}  // namespace cocoon::openai
