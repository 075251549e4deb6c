// XML: what is refused, and the bytes of canonical forms (examples of W3C Canonical XML 1.1,
// section 3, as far as this part of XML goes).
#include "attest/nvidia/xml.h"

#include <gtest/gtest.h>

#include "attest/nvidia/canonical_xml.h"
#include "attest/nvidia/limits.h"

namespace cocoon::attest::nvidia {
namespace {

std::string canonical(std::string_view text) {
  const auto root = parse_xml(base::as_bytes(text));
  return root ? canonical_xml(**root, {}, nullptr) : std::string(root.error().reason());
}

TEST(CanonicalXml, StartAndEndTags) {
  EXPECT_EQ(
      canonical("<doc>\n   <e1   />\n   <e2   ></e2>\n   <e3   name = \"elem3\"   id=\"elem3\"  "
                " />\n</doc>"),
      "<doc>\n   <e1></e1>\n   <e2></e2>\n   <e3 id=\"elem3\" name=\"elem3\"></e3>\n</doc>");
  EXPECT_EQ(canonical("<doc><e5 a:attr=\"out\" b:attr=\"sorted\" attr2=\"all\" attr=\"I'm\"\n"
                      "xmlns:b=\"http://www.ietf.org\"\nxmlns:a=\"http://www.w3.org\"\n"
                      "xmlns=\"http://example.org\"/></doc>"),
            "<doc><e5 xmlns=\"http://example.org\" xmlns:a=\"http://www.w3.org\" "
            "xmlns:b=\"http://www.ietf.org\" attr=\"I'm\" attr2=\"all\" b:attr=\"sorted\" "
            "a:attr=\"out\"></e5></doc>");
  EXPECT_EQ(canonical("<doc><e6 xmlns=\"\" xmlns:a=\"http://www.w3.org\"><e7 "
                      "xmlns=\"http://www.ietf.org\"><e8 xmlns=\"\" "
                      "xmlns:a=\"http://www.w3.org\"/></e7></e6></doc>"),
            "<doc><e6 xmlns:a=\"http://www.w3.org\"><e7 xmlns=\"http://www.ietf.org\"><e8 "
            "xmlns=\"\"></e8></e7></e6></doc>");
}

TEST(CanonicalXml, LettersAndReferences) {
  EXPECT_EQ(
      canonical("<doc><text>First line&#x0d;&#10;Second line</text><value>&#x32;</value>"
                "<compute expr='value>\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"'/>"
                "<norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/></doc>"),
      "<doc><text>First line&#xD;\nSecond line</text><value>2</value><compute "
      "expr=\"value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; "
      "?&quot;valid&quot;:&quot;error&quot;\"></compute><norm attr=\" '    &#xD;&#xA;&#x9;   ' "
      "\"></norm></doc>");
  EXPECT_EQ(canonical("<doc>&#169;</doc>"), "<doc>\xC2\xA9</doc>");
  EXPECT_EQ(canonical("<a>x\r\ny\rz</a>"), "<a>x\ny\nz</a>");
  EXPECT_EQ(canonical("<a b=\"x\ty\nz\"/>"), "<a b=\"x y z\"></a>");
  EXPECT_EQ(
      canonical("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c --><a>b<!-- c -->d</a>\n"),
      "<a>bd</a>");
  EXPECT_EQ(canonical("\xEF\xBB\xBF<a/>"), "<a></a>");
}

TEST(CanonicalXml, OfAPartWithWhatItInherits) {
  const auto root =
      parse_xml(base::as_bytes("<r xmlns=\"u:d\" xmlns:p=\"u:p\" xml:lang=\"en\" a=\"1\"><m "
                               "xmlns:q=\"u:q\"><p:x/></m><n/></r>"));
  ASSERT_TRUE(root.ok());
  const XmlElement* middle = (*root)->elements()[0];
  const XmlElement* ancestors[] = {root->get(), middle};
  EXPECT_EQ(canonical_xml(*middle->elements()[0], ancestors, nullptr),
            "<p:x xmlns=\"u:d\" xmlns:p=\"u:p\" xmlns:q=\"u:q\" xml:lang=\"en\"></p:x>");
  EXPECT_EQ(canonical_xml(**root, {}, middle),
            "<r xmlns=\"u:d\" xmlns:p=\"u:p\" a=\"1\" xml:lang=\"en\"><n></n></r>");
}

TEST(Xml, Refused) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "xml_malformed"},
      {"text", "xml_malformed"},
      {"<a>", "xml_malformed"},
      {"<a></b>", "xml_malformed"},
      {"<a></a><b></b>", "xml_malformed"},
      {"<a></a>x", "xml_malformed"},
      {"<a b=1/>", "xml_malformed"},
      {"<a b/>", "xml_malformed"},
      {"<a b=\"1\"c=\"2\"/>", "xml_malformed"},
      {"<a b=\"1\" b=\"2\"/>", "xml_malformed"},
      {"<a x:b=\"1\"/>", "xml_malformed"},
      {"<x:a/>", "xml_malformed"},
      {"<a xmlns:x=\"u\" xmlns:y=\"u\" x:b=\"1\" y:b=\"2\"/>", "xml_malformed"},
      {"<a xmlns:x=\"u\" xmlns:x=\"v\"/>", "xml_malformed"},
      {"<a xmlns:x=\"\"/>", "xml_malformed"},
      {"<a xmlns:xml=\"u\"/>", "xml_unsupported"},
      {"<a xmlns:xmlns=\"u\"/>", "xml_unsupported"},
      {"<a xml:id=\"b\"/>", "xml_unsupported"},
      {"<a xml:base=\"b\"/>", "xml_unsupported"},
      {"<a b=\"<\"/>", "xml_malformed"},
      {"<a>]]></a>", "xml_malformed"},
      {"<a>&</a>", "xml_malformed"},
      {"<a>&b;</a>", "xml_malformed"},
      {"<a>&#0;</a>", "xml_malformed"},
      {"<a>&#xD800;</a>", "xml_malformed"},
      {"<a>&#x110000;</a>", "xml_malformed"},
      {"<a>&#;</a>", "xml_malformed"},
      {"<a>\x01</a>", "xml_malformed"},
      {"<a>\xC0\x80</a>", "xml_malformed"},
      {"<a>\xFF</a>", "xml_malformed"},
      {"<a><!-- b -- c --></a>", "xml_malformed"},
      {"<1a/>", "xml_malformed"},
      {"<a:b:c xmlns:a=\"u\"/>", "xml_malformed"},
      {"<a><![CDATA[b]]></a>", "xml_unsupported"},
      {"<a><?php b ?></a>", "xml_unsupported"},
      {"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "xml_unsupported"},
      {"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "xml_unsupported"},
      {"<?xml version=\"1.1\"?><a/>", "xml_unsupported"},
      {"<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>", "xml_unsupported"},
  };
  for (const auto& [text, reason] : cases) EXPECT_EQ(canonical(text), reason) << text;
}

TEST(Xml, Bombs) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "<a>";
  EXPECT_EQ(canonical(deep), "xml_oversized");
  std::string wide = "<a>";
  for (int i = 0; i < 100000; ++i) wide += "<b/>";
  EXPECT_EQ(canonical(wide + "</a>"), "xml_oversized");
  std::string attributes = "<a";
  for (int i = 0; i < 100; ++i) attributes += " b" + std::to_string(i) + "=\"\"";
  EXPECT_EQ(canonical(attributes + "/>"), "xml_oversized");
  std::string spaces;
  for (int i = 0; i < 20; ++i) {
    spaces += "<a";
    for (int j = 0; j < 10; ++j) spaces += " xmlns:n" + std::to_string(10 * i + j) + "=\"u\"";
    spaces += ">";
  }
  EXPECT_EQ(canonical(spaces), "xml_oversized");
  EXPECT_EQ(canonical("<a>" + std::string(kManifestSizeMax, ' ') + "</a>"), "xml_oversized");
}

}  // namespace
}  // namespace cocoon::attest::nvidia
