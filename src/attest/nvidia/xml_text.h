// Letters of XML: which there are, line ends, references.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cocoon::attest::nvidia {

inline bool is_xml_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
inline bool is_xml_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool is_xml_digit(char c) { return c >= '0' && c <= '9'; }
inline char to_xml_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Without a byte order mark, all line ends as LF (XML 1.0, 2.11). Nothing if it is not
// shortest-form UTF-8, or has letters that XML does not allow.
std::optional<std::string> clean_xml(std::string_view text);

enum class XmlTextKind { Content, AttributeValue };
// With references to letters and to XML's own five entities replaced; of attribute values also
// white space as spaces (XML 1.0, 3.3.3). Nothing if there is any other reference.
std::optional<std::string> resolve_xml_text(std::string_view raw, XmlTextKind kind);

}  // namespace cocoon::attest::nvidia
