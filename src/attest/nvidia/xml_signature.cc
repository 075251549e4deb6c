// Shape first, then digest, then signature.
#include "attest/nvidia/xml_signature.h"

#include <algorithm>

#include "attest/nvidia/canonical_xml.h"
#include "attest/nvidia/xml_text.h"
#include "base/check.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/limits.h"

namespace cocoon::attest::nvidia {
namespace {

using base::Error;
using base::Result;

constexpr std::string_view kSpace = "http://www.w3.org/2000/09/xmldsig#";
constexpr std::string_view kEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
constexpr std::string_view kCanonical10 = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
constexpr std::string_view kCanonical11 = "http://www.w3.org/2006/12/xml-c14n11";
constexpr std::string_view kEcdsaSha384 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";
constexpr std::string_view kSha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384";

Error shape(std::string_view what) {
  return {XmlSignatureError::ShapeNotAllowed,
          "The document's signature has " + std::string(what) + "."};
}

void count_signatures(const XmlElement& element, std::size_t& count) {
  if (element.space == kSpace && element.name == "Signature") ++count;
  for (const XmlElement* child : element.elements()) count_signatures(*child, count);
}

Result<const XmlElement*> find_signature(const XmlElement& root) {
  std::size_t count = 0;
  count_signatures(root, count);
  if (count == 0) return Error(XmlSignatureError::Missing, "The document is not signed.");
  for (const XmlElement* child : root.elements()) {
    if (count == 1 && child->is(kSpace, "Signature")) return child;
  }
  return Error(XmlSignatureError::NotOne,
               "The document has several signatures, or one that is not right below its root.");
}

bool is_blank(std::string_view text) { return std::ranges::all_of(text, is_xml_space); }

// The children, which must be exactly these, and no text between.
Result<std::vector<const XmlElement*>> children(const XmlElement& parent,
                                                std::initializer_list<std::string_view> names) {
  std::vector<const XmlElement*> found = parent.elements();
  const bool same = std::ranges::equal(
      found, names,
      [](const XmlElement* one, std::string_view name) { return one->is(kSpace, name); });
  if (!same || !is_blank(parent.text())) {
    return shape("other parts in its " + parent.name + " than it should");
  }
  return found;
}

Result<void> check_algorithm(const XmlElement& element,
                             std::initializer_list<std::string_view> allowed) {
  const std::string* algorithm = element.attribute("Algorithm");
  if (algorithm == nullptr || element.attributes.size() != 1 || !element.elements().empty() ||
      std::ranges::find(allowed, *algorithm) == allowed.end()) {
    return shape("another algorithm as " + element.name + " than it should");
  }
  return {};
}

Result<base::Bytes> base64_within(const XmlElement& element, std::size_t size_max) {
  std::string text = element.text();
  std::erase_if(text, is_xml_space);
  if (!element.elements().empty() || text.size() > size_max * 4 / 3 + 4) {
    return shape("something else than base64 as " + element.name);
  }
  auto bytes = base::from_base64(text);
  if (!bytes) return shape("something else than base64 as " + element.name);
  return *std::move(bytes);
}

// The digest that the reference to the whole document states.
Result<base::Bytes> check_reference(const XmlElement& reference) {
  const std::string* uri = reference.attribute("URI");
  if (uri == nullptr || !uri->empty() || reference.attributes.size() != 1) {
    return shape("a reference to something else than the whole document");
  }
  const auto parts = TRY(children(reference, {"Transforms", "DigestMethod", "DigestValue"}));
  const auto transforms = TRY(children(*parts[0], {"Transform", "Transform"}));
  TRY(check_algorithm(*transforms[0], {kEnveloped}));
  TRY(check_algorithm(*transforms[1], {kCanonical10, kCanonical11}));
  TRY(check_algorithm(*parts[1], {kSha384}));
  return base64_within(*parts[2], sizeof(base::Bits384));
}

Result<std::vector<crypto::Certificate>> read_certificates(const XmlElement& key_info) {
  const auto data = TRY(children(key_info, {"X509Data"}));
  std::vector<crypto::Certificate> certificates;
  for (const XmlElement* one : data[0]->elements()) {
    if (!one->is(kSpace, "X509Certificate") || certificates.size() == crypto::kChainLengthMax) {
      return shape("other parts in its X509Data than a few certificates");
    }
    const base::Bytes der = TRY(base64_within(*one, crypto::kX509SizeMax));
    certificates.push_back(TRY(crypto::Certificate::parse(der)));
  }
  if (certificates.empty()) return shape("no certificate");
  return certificates;
}

}  // namespace

std::string_view reason_name(XmlSignatureError error) {
  switch (error) {
    case XmlSignatureError::Missing:
      return "xml_signature_missing";
    case XmlSignatureError::NotOne:
      return "xml_signature_not_one";
    case XmlSignatureError::ShapeNotAllowed:
      return "xml_signature_shape_not_allowed";
    case XmlSignatureError::DigestMismatch:
      return "xml_signature_digest_mismatch";
    case XmlSignatureError::SignatureInvalid:
      return "xml_signature_invalid";
  }
  CHECK(false);
}

Result<XmlSignature> check_xml_signature(const XmlElement& root) {
  const XmlElement* signature = TRY(find_signature(root));
  const auto parts = TRY(children(*signature, {"SignedInfo", "SignatureValue", "KeyInfo"}));
  const XmlElement& signed_info = *parts[0];
  const auto named =
      TRY(children(signed_info, {"CanonicalizationMethod", "SignatureMethod", "Reference"}));
  TRY(check_algorithm(*named[0], {kCanonical10, kCanonical11}));
  TRY(check_algorithm(*named[1], {kEcdsaSha384}));
  const base::Bytes stated = TRY(check_reference(*named[2]));
  const std::string document = canonical_xml(root, {}, signature);
  const base::Bits384 digest = crypto::sha384(base::as_bytes(document));
  if (!std::ranges::equal(stated, digest)) {
    return Error(XmlSignatureError::DigestMismatch,
                 "The document was changed after it was signed.");
  }
  const base::Bytes value = TRY(base64_within(*parts[1], 2 * 48));
  std::vector<crypto::Certificate> certificates = TRY(read_certificates(*parts[2]));
  const XmlElement* ancestors[] = {&root, signature};
  const std::string signed_bytes = canonical_xml(signed_info, ancestors, nullptr);
  const crypto::PublicKey& key = certificates[0].public_key();
  if (key.kind() != crypto::KeyKind::EcP384 ||
      !key.verify_raw(base::as_bytes(signed_bytes), value)) {
    return Error(XmlSignatureError::SignatureInvalid, "The document's signature doesn't hold.");
  }
  return XmlSignature{signature, std::move(certificates)};
}

}  // namespace cocoon::attest::nvidia
