// UTF-8 and references, strictly.
#include "attest/nvidia/xml_text.h"

#include <array>
#include <cstdint>
#include <utility>

namespace cocoon::attest::nvidia {
namespace {

bool is_xml_code(std::uint32_t code) {
  return code == 0x9 || code == 0xA || code == 0xD || (code >= 0x20 && code <= 0xD7FF) ||
         (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

// Length of the sequence that a first byte announces, and the bits it brings; 0: none.
std::pair<std::size_t, std::uint32_t> first_byte(std::uint8_t byte) {
  if (byte < 0x80) return {1, byte};
  if (byte >= 0xC2 && byte <= 0xDF) return {2, byte & 0x1Fu};
  if (byte >= 0xE0 && byte <= 0xEF) return {3, byte & 0x0Fu};
  if (byte >= 0xF0 && byte <= 0xF4) return {4, byte & 0x07u};
  return {0, 0};
}

bool is_utf8_of_xml(std::string_view text) {
  constexpr std::array<std::uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  while (!text.empty()) {
    auto [size, code] = first_byte(static_cast<std::uint8_t>(text[0]));
    if (size == 0 || size > text.size()) return false;
    for (std::size_t i = 1; i < size; ++i) {
      const auto byte = static_cast<std::uint8_t>(text[i]);
      if ((byte & 0xC0) != 0x80) return false;
      code = code << 6 | (byte & 0x3Fu);
    }
    if (code < kLeast[size] || !is_xml_code(code)) return false;
    text.remove_prefix(size);
  }
  return true;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

std::optional<std::uint32_t> character_reference(std::string_view digits) {
  std::uint32_t radix = 10;
  if (digits.starts_with('x')) {
    radix = 16;
    digits.remove_prefix(1);
  }
  if (digits.empty() || digits.size() > 8) return std::nullopt;
  std::uint64_t code = 0;
  for (const char digit : digits) {
    std::uint32_t value = 16;
    if (is_xml_digit(digit)) value = static_cast<std::uint32_t>(digit - '0');
    const char lower = to_xml_lower(digit);
    if (lower >= 'a' && lower <= 'f') value = static_cast<std::uint32_t>(lower - 'a' + 10);
    if (value >= radix) return std::nullopt;
    code = code * radix + value;
  }
  if (code > 0x10FFFF || !is_xml_code(static_cast<std::uint32_t>(code))) return std::nullopt;
  return static_cast<std::uint32_t>(code);
}

bool append_reference(std::string& out, std::string_view name) {
  constexpr std::pair<std::string_view, char> kEntities[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [entity, letter] : kEntities) {
    if (name == entity) {
      out += letter;
      return true;
    }
  }
  if (!name.starts_with('#')) return false;
  const auto code = character_reference(name.substr(1));
  if (code) append_utf8(out, *code);
  return code.has_value();
}

}  // namespace

std::optional<std::string> clean_xml(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!is_utf8_of_xml(text)) return std::nullopt;
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      out += text[i];
    } else if (i + 1 == text.size() || text[i + 1] != '\n') {
      out += '\n';
    }
  }
  return out;
}

std::optional<std::string> resolve_xml_text(std::string_view raw, XmlTextKind kind) {
  std::string out;
  out.reserve(raw.size());
  while (!raw.empty()) {
    if (raw[0] != '&') {
      const bool spaced = kind == XmlTextKind::AttributeValue && is_xml_space(raw[0]);
      out += spaced ? ' ' : raw[0];
      raw.remove_prefix(1);
      continue;
    }
    constexpr std::size_t kReferenceMax = 12;
    const std::size_t end = raw.substr(0, kReferenceMax).find(';');
    if (end == std::string_view::npos) return std::nullopt;
    if (!append_reference(out, raw.substr(1, end - 1))) return std::nullopt;
    raw.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace cocoon::attest::nvidia
