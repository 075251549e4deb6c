// A recursive descent of bounded depth over bytes that are known to be UTF-8.
#include "attest/nvidia/xml.h"

#include <algorithm>
#include <array>

#include "attest/nvidia/limits.h"
#include "attest/nvidia/xml_text.h"
#include "base/check.h"

namespace cocoon::attest::nvidia {
namespace {

constexpr std::string_view kXmlSpace = "http://www.w3.org/XML/1998/namespace";
constexpr std::string_view kXmlnsSpace = "http://www.w3.org/2000/xmlns/";

base::Error malformed_xml(std::string_view what) {
  return {XmlError::Malformed, "The XML document has " + std::string(what) + "."};
}
base::Error unsupported(std::string_view what) {
  return {XmlError::Unsupported, "The XML document has " + std::string(what) + "."};
}
base::Error oversized() {
  return {XmlError::Oversized, "The XML document is larger or deeper than any manifest."};
}

struct QualifiedName {
  std::string_view prefix;
  std::string_view name;
};

bool is_name(std::string_view text) {
  if (text.empty() || !(is_xml_letter(text[0]) || text[0] == '_')) return false;
  return std::ranges::all_of(text, [](char letter) {
    return is_xml_letter(letter) || is_xml_digit(letter) || letter == '_' || letter == '-' ||
           letter == '.';
  });
}

base::Result<QualifiedName> split(std::string_view raw) {
  const std::size_t colon = raw.find(':');
  const QualifiedName result = colon == std::string_view::npos
                                   ? QualifiedName{{}, raw}
                                   : QualifiedName{raw.substr(0, colon), raw.substr(colon + 1)};
  if (!is_name(result.name) || (colon != std::string_view::npos && !is_name(result.prefix))) {
    return malformed_xml("a name that is none");
  }
  return result;
}

struct RawAttribute {
  std::string_view name;
  std::string value;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  base::Result<std::unique_ptr<XmlElement>> document() {
    TRY(declaration());
    TRY(skip_around());
    std::unique_ptr<XmlElement> root = TRY(element(0));
    TRY(skip_around());
    if (!rest_.empty()) return malformed_xml("something behind its root");
    return root;
  }

 private:
  bool take(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  bool skip_space() {
    const std::size_t size = rest_.size();
    while (!rest_.empty() && is_xml_space(rest_[0])) rest_.remove_prefix(1);
    return rest_.size() != size;
  }
  // Up to `end`, which is taken too.
  base::Result<std::string_view> until(std::string_view end) {
    const std::size_t at = rest_.find(end);
    if (at == std::string_view::npos) return malformed_xml("something that does not end");
    const std::string_view taken = rest_.substr(0, at);
    rest_.remove_prefix(at + end.size());
    return taken;
  }

  base::Result<void> declaration() {
    if (!rest_.starts_with("<?xml ")) return {};
    rest_.remove_prefix(5);
    bool versioned = false;
    while (!take("?>")) {
      if (!skip_space() || rest_.empty()) return malformed_xml("a broken declaration");
      if (take("?>")) break;
      const RawAttribute part = TRY(attribute());
      std::string value = part.value;
      std::ranges::transform(value, value.begin(), to_xml_lower);
      if (part.name == "version" && value == "1.0" && !versioned) {
        versioned = true;
      } else if (!(part.name == "encoding" && value == "utf-8") && part.name != "standalone") {
        return unsupported("another version or encoding than 1.0 and UTF-8");
      }
    }
    if (!versioned) return malformed_xml("a declaration without version");
    return {};
  }

  base::Result<void> comment() {
    const std::string_view inside = TRY(until("--"));
    (void)inside;
    if (!take(">")) return malformed_xml("two dashes in a comment");
    return {};
  }

  base::Result<void> skip_around() {
    for (;;) {
      skip_space();
      if (!take("<!--")) return {};
      TRY(comment());
    }
  }

  std::string_view raw_name() {
    const auto end = std::ranges::find_if(rest_, [](char letter) {
      return is_xml_space(letter) || letter == '=' || letter == '/' || letter == '>' ||
             letter == '<' || letter == '"' || letter == '\'' || letter == '&';
    });
    const std::string_view name = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(name.size());
    return name;
  }

  base::Result<RawAttribute> attribute() {
    const std::string_view name = raw_name();
    skip_space();
    if (name.empty() || !take("=")) return malformed_xml("an attribute without a value");
    skip_space();
    const std::string_view quote = rest_.substr(0, 1);
    if (quote != "\"" && quote != "'") return malformed_xml("a value without quotes");
    rest_.remove_prefix(1);
    const std::string_view raw = TRY(until(quote));
    if (raw.find('<') != std::string_view::npos) return malformed_xml("a tag within a value");
    auto value = resolve_xml_text(raw, XmlTextKind::AttributeValue);
    if (!value) return malformed_xml("a reference that is not one of XML's own");
    return RawAttribute{name, *std::move(value)};
  }

  // The URI that a prefix stands for here.
  const std::string* uri_of(std::string_view prefix) const {
    static const std::string kXml(kXmlSpace);
    if (prefix == "xml") return &kXml;
    for (auto it = scope_.rbegin(); it != scope_.rend(); ++it) {
      if (it->prefix == prefix) return &it->uri;
    }
    return nullptr;
  }

  base::Result<void> declare(XmlElement& element, std::string_view prefix, std::string uri) {
    if (prefix == "xml" || prefix == "xmlns" || uri == kXmlSpace || uri == kXmlnsSpace) {
      return unsupported("a new meaning for a reserved prefix");
    }
    if (!prefix.empty() && uri.empty()) return malformed_xml("a prefix for no name space");
    for (const XmlNamespace& other : element.declared) {
      if (other.prefix == prefix) return malformed_xml("a prefix that is declared twice");
    }
    if (scope_.size() >= kXmlNamespacesMax) return oversized();
    element.declared.push_back({std::string(prefix), std::move(uri)});
    scope_.push_back(element.declared.back());
    return {};
  }

  base::Result<void> add_attributes(XmlElement& element, std::vector<RawAttribute> raw) {
    for (RawAttribute& one : raw) {
      const QualifiedName name = TRY(split(one.name));
      if (name.prefix == "xmlns") {
        TRY(declare(element, name.name, std::move(one.value)));
      } else if (one.name == "xmlns") {
        TRY(declare(element, {}, std::move(one.value)));
      } else {
        element.attributes.push_back(
            {std::string(name.prefix), std::string(name.name), {}, std::move(one.value)});
      }
    }
    for (XmlAttribute& one : element.attributes) {
      if (one.prefix.empty()) continue;
      const std::string* uri = uri_of(one.prefix);
      if (uri == nullptr) return malformed_xml("a prefix that is not declared");
      if (one.prefix == "xml" && one.name != "lang" && one.name != "space") {
        return unsupported("xml:base, xml:id or the like");
      }
      one.space = *uri;
    }
    std::vector<std::pair<std::string_view, std::string_view>> names;
    for (const XmlAttribute& one : element.attributes) names.emplace_back(one.space, one.name);
    std::ranges::sort(names);
    if (std::ranges::adjacent_find(names) != names.end()) {
      return malformed_xml("an attribute that comes twice");
    }
    return {};
  }

  // Whether the tag closed its own element.
  base::Result<bool> start_tag(XmlElement& element, std::string_view& raw) {
    if (++elements_ > kXmlElementsMax) return oversized();
    raw = raw_name();
    std::vector<RawAttribute> attributes;
    bool empty = false;
    for (;;) {
      const bool spaced = skip_space();
      if (take(">")) break;
      if (take("/>")) {
        empty = true;
        break;
      }
      if (!spaced || rest_.empty()) return malformed_xml("a broken tag");
      if (attributes.size() == kXmlAttributesMax) return oversized();
      attributes.push_back(TRY(attribute()));
    }
    const QualifiedName name = TRY(split(raw));
    TRY(add_attributes(element, std::move(attributes)));
    const std::string* uri = uri_of(name.prefix);
    if ((uri == nullptr && !name.prefix.empty()) || name.prefix == "xmlns") {
      return malformed_xml("a prefix that is not declared");
    }
    element.prefix = name.prefix;
    element.name = name.name;
    element.space = uri == nullptr ? std::string() : *uri;
    return empty;
  }

  base::Result<void> add_text(XmlElement& element) {
    const std::string_view raw = rest_.substr(0, rest_.find('<'));
    rest_.remove_prefix(raw.size());
    if (raw.find("]]>") != std::string_view::npos)
      return malformed_xml("the end of a section that never began");
    const auto text = resolve_xml_text(raw, XmlTextKind::Content);
    if (!text) return malformed_xml("a reference that is not one of XML's own");
    auto* before =
        element.children.empty() ? nullptr : std::get_if<std::string>(&element.children.back());
    if (before != nullptr) {
      *before += *text;
    } else {
      element.children.emplace_back(*text);
    }
    return {};
  }

  base::Result<void> content(XmlElement& element, std::size_t depth) {
    while (!rest_.starts_with("</")) {
      if (rest_.empty()) return malformed_xml("an element that does not end");
      if (rest_[0] != '<') {
        TRY(add_text(element));
      } else if (take("<!--")) {
        TRY(comment());
      } else {
        element.children.emplace_back(TRY(this->element(depth + 1)));
      }
    }
    return {};
  }

  base::Result<std::unique_ptr<XmlElement>> element(std::size_t depth) {
    if (depth >= kXmlDepthMax) return oversized();
    if (rest_.starts_with("<!") || rest_.starts_with("<?")) {
      return unsupported("a document type, a processing instruction or a CDATA section");
    }
    if (!take("<")) return malformed_xml("no root");
    auto result = std::make_unique<XmlElement>();
    const std::size_t outer = scope_.size();
    std::string_view raw;
    const bool empty = TRY(start_tag(*result, raw));
    if (!empty) {
      TRY(content(*result, depth));
      rest_.remove_prefix(2);
      const bool same = raw_name() == raw;
      skip_space();
      if (!same || !take(">")) return malformed_xml("tags that don't fit together");
    }
    scope_.resize(outer);
    return result;
  }

  std::string_view rest_;
  std::vector<XmlNamespace> scope_;
  std::size_t elements_ = 0;
};

}  // namespace

std::string_view reason_name(XmlError error) {
  switch (error) {
    case XmlError::Oversized:
      return "xml_oversized";
    case XmlError::Malformed:
      return "xml_malformed";
    case XmlError::Unsupported:
      return "xml_unsupported";
  }
  CHECK(false);
}

base::Result<std::unique_ptr<XmlElement>> parse_xml(base::BytesView bytes) {
  if (bytes.size() > kManifestSizeMax) return oversized();
  const auto text = clean_xml(base::as_text(bytes));
  if (!text) return malformed_xml("bytes that are no UTF-8 or no letters of XML");
  return Parser(*text).document();
}

const std::string* XmlElement::attribute(std::string_view name_) const {
  return attribute({}, name_);
}

const std::string* XmlElement::attribute(std::string_view space_, std::string_view name_) const {
  for (const XmlAttribute& one : attributes) {
    if (one.space == space_ && one.name == name_) return &one.value;
  }
  return nullptr;
}

std::vector<const XmlElement*> XmlElement::elements() const {
  std::vector<const XmlElement*> found;
  for (const XmlNode& child : children) {
    if (const auto* element = std::get_if<std::unique_ptr<XmlElement>>(&child)) {
      found.push_back(element->get());
    }
  }
  return found;
}

std::string XmlElement::text() const {
  std::string all;
  for (const XmlNode& child : children) {
    if (const auto* text = std::get_if<std::string>(&child)) all += *text;
  }
  return all;
}

}  // namespace cocoon::attest::nvidia
