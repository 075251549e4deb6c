// The grammar of RFC 8259 by recursive descent, bounded by kMaxJsonDepth.
#include "openai/json_reader.h"

#include <charconv>
#include <cstring>

#include "openai/utf8.h"

namespace cocoon::openai {
namespace {

bool is_digit(std::uint8_t byte) { return byte >= '0' && byte <= '9'; }
bool is_hex(std::uint8_t byte) {
  return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

// Whether any of the 8 bytes is a control character, a quote, a backslash or not ASCII.
bool has_special(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t value) { return (value - kOnes) & ~value & kHighs; };
  const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHighs;
  return ((word & kHighs) | control | has_zero(word ^ kOnes * '"') |
          has_zero(word ^ kOnes * '\\')) != 0;
}

// Four hexadecimal digits that were validated before.
std::uint32_t hex_unit(base::BytesView text, std::size_t at) {
  std::uint32_t unit = 0;
  const auto* first = reinterpret_cast<const char*>(text.data()) + at;
  std::from_chars(first, first + 4, unit, 16);
  return unit;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto push = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    push(point);
  } else if (point < 0x800) {
    push(0xc0 | point >> 6);
    push(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    push(0xe0 | point >> 12);
    push(0x80 | (point >> 6 & 0x3f));
    push(0x80 | (point & 0x3f));
  } else {
    push(0xf0 | point >> 18);
    push(0x80 | (point >> 12 & 0x3f));
    push(0x80 | (point >> 6 & 0x3f));
    push(0x80 | (point & 0x3f));
  }
}

char plain_escape(std::uint8_t letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
  }
  return static_cast<char>(letter);  // quote, backslash, slash
}

// The character of the \u escape whose hexadecimal digits start at `at`; moves `at` past it and its
// second half.
std::optional<std::uint32_t> decode_unicode(base::BytesView text, std::size_t end,
                                            std::size_t& at) {
  const std::uint32_t first = hex_unit(text, at);
  at += 4;
  if (first < 0xd800 || first > 0xdfff) return first;
  if (first > 0xdbff || at + 6 > end || text[at] != '\\' || text[at + 1] != 'u')
    return std::nullopt;
  const std::uint32_t second = hex_unit(text, at + 2);
  if (second < 0xdc00 || second > 0xdfff) return std::nullopt;
  at += 6;
  return 0x10000 + ((first - 0xd800) << 10 | (second - 0xdc00));
}

}  // namespace

std::optional<std::uint8_t> JsonReader::peek() const {
  if (at_ >= text_.size()) return std::nullopt;
  return text_[at_];
}

bool JsonReader::take(char expected) {
  if (at_ >= text_.size() || text_[at_] != static_cast<std::uint8_t>(expected)) return false;
  ++at_;
  return true;
}

void JsonReader::skip_space() {
  while (at_ < text_.size()) {
    const std::uint8_t byte = text_[at_];
    if (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t') return;
    ++at_;
  }
}

std::optional<JsonKind> JsonReader::skip_value() {
  const auto if_true = [](bool good, JsonKind kind) {
    return good ? std::optional(kind) : std::nullopt;
  };
  const auto first = peek();
  if (!first) return std::nullopt;
  switch (*first) {
    case '{':
      return if_true(skip_object(), JsonKind::Object);
    case '[':
      return if_true(skip_array(), JsonKind::Array);
    case '"':
      return if_true(skip_string().has_value(), JsonKind::String);
    case 't':
      return if_true(skip_word("true"), JsonKind::True);
    case 'f':
      return if_true(skip_word("false"), JsonKind::False);
    case 'n':
      return if_true(skip_word("null"), JsonKind::Null);
  }
  return if_true(skip_number(), JsonKind::Number);
}

bool JsonReader::skip_object() {
  JsonObjectReader members(text_, at_, depth_);
  while (members.next()) {
  }
  at_ = members.at();
  fault_ = members.fault();
  return members.ended();
}

bool JsonReader::skip_array() {
  if (depth_ >= kMaxJsonDepth) {
    fault_ = JsonFault::TooDeep;
    return false;
  }
  ++at_;
  ++depth_;
  skip_space();
  if (!take(']')) {
    for (;;) {
      if (!skip_value()) return false;
      skip_space();
      if (take(']')) break;
      if (!take(',')) return false;
      skip_space();
    }
  }
  --depth_;
  return true;
}

bool JsonReader::skip_digits() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  return at_ > begin;
}

bool JsonReader::skip_number() {
  take('-');
  if (!take('0') && !skip_digits()) return false;
  if (take('.') && !skip_digits()) return false;
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    return skip_digits();
  }
  return true;
}

bool JsonReader::skip_word(const char* word) {
  for (; *word != '\0'; ++word) {
    if (!take(*word)) return false;
  }
  return true;
}

std::optional<JsonSpan> JsonReader::skip_string() {
  if (!take('"')) return std::nullopt;
  const std::size_t begin = at_;
  while (at_ < text_.size()) {
    std::uint64_t word = 0;
    while (at_ + sizeof(word) <= text_.size()) {
      std::memcpy(&word, text_.data() + at_, sizeof(word));
      if (has_special(word)) break;
      at_ += sizeof(word);
    }
    if (at_ == text_.size()) return std::nullopt;
    const std::uint8_t byte = text_[at_];
    if (byte == '"') return JsonSpan{begin, at_++};
    if (byte < 0x20) return std::nullopt;
    if (byte == '\\') {
      if (!skip_escape()) return std::nullopt;
    } else {
      // Letters that aren't ASCII come in runs.
      do {
        const std::size_t length = utf8_length(text_.subspan(at_));
        if (length == 0) return std::nullopt;
        at_ += length;
      } while (at_ < text_.size() && text_[at_] >= 0x80);
    }
  }
  return std::nullopt;
}

bool JsonReader::skip_escape() {
  ++at_;
  const auto letter = peek();
  if (!letter) return false;
  ++at_;
  if (*letter != 'u') return std::strchr("\"\\/bfnrt", *letter) != nullptr && *letter != 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    if (at_ >= text_.size() || !is_hex(text_[at_])) return false;
  }
  return true;
}

JsonObjectReader::JsonObjectReader(base::BytesView text, std::size_t at, int depth)
    : reader_(text, at, depth + 1),
      previous_end_(at + 1),
      too_deep_(depth >= kMaxJsonDepth),
      failed_(too_deep_ || !reader_.take('{')) {
  reader_.skip_space();
  if (!failed_ && reader_.take('}')) ended_ = true;
}

std::optional<JsonMember> JsonObjectReader::next() {
  if (failed_ || ended_) return std::nullopt;
  failed_ = true;  // until the member is whole
  JsonMember member;
  member.begin = reader_.at();
  member.previous_end = previous_end_;
  const auto key = reader_.skip_string();
  if (!key) return std::nullopt;
  member.key = *key;
  reader_.skip_space();
  if (!reader_.take(':')) return std::nullopt;
  reader_.skip_space();
  member.value.begin = reader_.at();
  const auto kind = reader_.skip_value();
  if (!kind) return std::nullopt;
  member.kind = *kind;
  member.value.end = previous_end_ = reader_.at();
  reader_.skip_space();
  if (reader_.take('}')) {
    ended_ = true;
  } else {
    if (!reader_.take(',')) return std::nullopt;
    reader_.skip_space();
    if (reader_.peek() != '"') return std::nullopt;
    member.next_begin = reader_.at();
  }
  failed_ = false;
  return member;
}

std::optional<std::string> decode_json_string(base::BytesView text, JsonSpan between_quotes) {
  std::string out;
  out.reserve(between_quotes.end - between_quotes.begin);
  for (std::size_t at = between_quotes.begin; at < between_quotes.end;) {
    if (text[at] != '\\') {
      out.push_back(static_cast<char>(text[at++]));
      continue;
    }
    const std::uint8_t letter = text[at + 1];
    at += 2;
    if (letter != 'u') {
      out.push_back(plain_escape(letter));
      continue;
    }
    const auto point = decode_unicode(text, between_quotes.end, at);
    if (!point) return std::nullopt;
    append_utf8(out, *point);
  }
  return out;
}

}  // namespace cocoon::openai
