// Nodes in document order; name spaces sorted by prefix, attributes by name space and name.
#include "attest/nvidia/canonical_xml.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace cocoon::attest::nvidia {
namespace {

using Scope = std::map<std::string, std::string>;  // prefix to URI

void append_text(std::string& out, std::string_view text) {
  for (const char letter : text) {
    switch (letter) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\r':
        out += "&#xD;";
        break;
      default:
        out += letter;
    }
  }
}

void append_value(std::string& out, std::string_view value) {
  for (const char letter : value) {
    switch (letter) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\t':
        out += "&#x9;";
        break;
      case '\n':
        out += "&#xA;";
        break;
      case '\r':
        out += "&#xD;";
        break;
      default:
        out += letter;
    }
  }
}

std::string qualified(std::string_view prefix, std::string_view name) {
  return prefix.empty() ? std::string(name) : std::string(prefix) + ":" + std::string(name);
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  out += ' ';
  out += name;
  out += "=\"";
  append_value(out, value);
  out += '"';
}

class Writer {
 public:
  explicit Writer(const XmlElement* without) : without_(without) {}

  // `rendered`: what the output's parent has in scope; `scope`: what the element has.
  void write(const XmlElement& element, const Scope& rendered, const Scope& scope,
             std::vector<XmlAttribute> attributes) {
    const std::string name = qualified(element.prefix, element.name);
    out_ += '<';
    out_ += name;
    write_namespaces(rendered, scope);
    std::ranges::sort(attributes, {},
                      [](const XmlAttribute& one) { return std::tie(one.space, one.name); });
    for (const XmlAttribute& one : attributes) {
      append_attribute(out_, qualified(one.prefix, one.name), one.value);
    }
    out_ += '>';
    for (const XmlNode& child : element.children) write_child(child, scope);
    out_ += "</";
    out_ += name;
    out_ += '>';
  }

  std::string finish() && { return std::move(out_); }

  static void declare(const XmlElement& element, Scope& scope) {
    for (const XmlNamespace& one : element.declared) scope[one.prefix] = one.uri;
  }

 private:
  void write_namespaces(const Scope& rendered, const Scope& scope) {
    for (const auto& [prefix, uri] : scope) {  // sorted, the default first
      const auto before = rendered.find(prefix);
      const std::string_view inherited =
          before == rendered.end() ? std::string_view() : before->second;
      if (inherited == uri) continue;  // the absent default is the empty one
      append_attribute(out_, prefix.empty() ? "xmlns" : "xmlns:" + prefix, uri);
    }
  }

  void write_child(const XmlNode& child, const Scope& scope) {
    if (const auto* text = std::get_if<std::string>(&child)) {
      append_text(out_, *text);
      return;
    }
    const XmlElement& element = **std::get_if<std::unique_ptr<XmlElement>>(&child);
    if (&element == without_) return;
    Scope inner = scope;
    declare(element, inner);
    write(element, scope, inner, element.attributes);
  }

  const XmlElement* without_;
  std::string out_;
};

}  // namespace

std::string canonical_xml(const XmlElement& element, std::span<const XmlElement* const> ancestors,
                          const XmlElement* without) {
  Scope scope;
  for (const XmlElement* ancestor : ancestors) Writer::declare(*ancestor, scope);
  Writer::declare(element, scope);
  std::vector<XmlAttribute> attributes = element.attributes;
  // The nearest ancestor's xml:lang and xml:space count; no other xml: attributes are ever parsed.
  for (auto ancestor = ancestors.rbegin(); ancestor != ancestors.rend(); ++ancestor) {
    for (const XmlAttribute& one : (*ancestor)->attributes) {
      const bool known = std::ranges::any_of(attributes, [&](const XmlAttribute& other) {
        return other.space == one.space && other.name == one.name;
      });
      if (one.prefix == "xml" && !known) attributes.push_back(one);
    }
  }
  Writer writer(without);
  writer.write(element, {}, scope, std::move(attributes));
  return std::move(writer).finish();
}

}  // namespace cocoon::attest::nvidia
