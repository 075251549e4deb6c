// A small part of XML (XML 1.0, Namespaces in XML 1.0) as signed manifests need it: elements,
// attributes, name spaces, text.
//
// Refuses: document types and their entities, processing instructions, CDATA sections, names beyond
// ASCII, xml:base and xml:id, repeated attributes, prefixes without a name space, other encodings
// than UTF-8, and everything beyond the bounds in limits.h. Comments are dropped. Linear time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::attest::nvidia {

enum class XmlError { Oversized, Malformed, Unsupported };
std::string_view reason_name(XmlError error);

struct XmlAttribute {
  std::string prefix;
  std::string name;
  std::string space;  // URI of the name space; empty without a prefix
  std::string value;  // references replaced
};

struct XmlNamespace {
  std::string prefix;  // empty: the default
  std::string uri;     // empty: none
};

struct XmlElement;
using XmlNode = std::variant<std::string, std::unique_ptr<XmlElement>>;

struct XmlElement {
  std::string prefix;
  std::string name;
  std::string space;
  std::vector<XmlAttribute> attributes;  // in the order given, without declarations
  std::vector<XmlNamespace> declared;    // by this element
  std::vector<XmlNode> children;         // text is never empty, and never beside text

  // Without a name space.
  const std::string* attribute(std::string_view name_) const;
  const std::string* attribute(std::string_view space_, std::string_view name_) const;
  bool is(std::string_view space_, std::string_view name_) const {
    return space == space_ && name == name_;
  }
  std::vector<const XmlElement*> elements() const;
  // All of the text directly within.
  std::string text() const;
};

base::Result<std::unique_ptr<XmlElement>> parse_xml(base::BytesView bytes);

}  // namespace cocoon::attest::nvidia
