// Values are taken from the tree whose canonical form was verified, outside the signature.
#include "attest/nvidia/manifest.h"

#include <algorithm>

#include "attest/nvidia/limits.h"
#include "attest/nvidia/xml.h"
#include "attest/nvidia/xml_signature.h"
#include "base/check.h"
#include "base/encoding.h"
#include "crypto/certificate_chain.h"

namespace cocoon::attest::nvidia {
namespace {

using base::Error;
using base::Result;

constexpr std::string_view kSwid = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
constexpr std::string_view kHashSpace = "http://www.w3.org/2001/04/xmlenc#sha384";
constexpr std::string_view kDigestSizeText = "48";

Error malformed_manifest(std::string_view what) {
  return {ManifestError::Malformed, "The manifest has " + std::string(what) + "."};
}

Result<const XmlElement*> only_child(const XmlElement& parent, std::string_view name) {
  const XmlElement* found = nullptr;
  for (const XmlElement* child : parent.elements()) {
    if (!child->is(kSwid, name)) continue;
    if (found != nullptr) return malformed_manifest("more than one " + std::string(name));
    found = child;
  }
  if (found == nullptr) return malformed_manifest("no " + std::string(name));
  return found;
}

Result<std::string> text_of(const XmlElement& element, std::string_view name) {
  const std::string* value = element.attribute(name);
  if (value == nullptr) return malformed_manifest("no " + std::string(name));
  return *value;
}

Result<std::size_t> number_of(const XmlElement& element, std::string_view name, std::size_t max) {
  const std::string text = TRY(text_of(element, name));
  std::size_t number = 0;
  if (text.empty() || text.size() > 6)
    return malformed_manifest("no number as " + std::string(name));
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return malformed_manifest("no number as " + std::string(name));
    number = number * 10 + static_cast<std::size_t>(digit - '0');
  }
  if (number > max) return malformed_manifest("too large a number as " + std::string(name));
  return number;
}

Result<base::Bits384> hash_of(const XmlElement& resource, std::size_t i) {
  const std::string* text = resource.attribute(kHashSpace, "Hash" + std::to_string(i));
  const auto bytes = text == nullptr ? std::nullopt : base::from_hex(*text);
  base::Bits384 hash{};
  if (!bytes || bytes->size() != hash.size())
    return malformed_manifest("a measurement without its hashes");
  std::ranges::copy(*bytes, hash.begin());
  return hash;
}

Result<void> read_resource(const XmlElement& resource, Manifest& manifest) {
  const std::size_t index = TRY(number_of(resource, "index", 254));
  const std::string active = TRY(text_of(resource, "active"));
  if (active == "False" || active == "false") return {};
  if (active != "True" && active != "true")
    return malformed_manifest("a measurement neither on nor off");
  const std::size_t alternatives = TRY(number_of(resource, "alternatives", kAlternativesMax));
  const std::string size = TRY(text_of(resource, "size"));
  if (alternatives == 0 || size != kDigestSizeText) {
    return malformed_manifest("a measurement without values of 48 bytes");
  }
  std::vector<base::Bits384> hashes;
  for (std::size_t i = 0; i < alternatives; ++i) hashes.push_back(TRY(hash_of(resource, i)));
  if (!manifest.golden.emplace(static_cast<std::uint8_t>(index), std::move(hashes)).second) {
    return malformed_manifest("a measurement that comes twice");
  }
  return {};
}

Result<Manifest> read(const XmlElement& root) {
  if (!root.is(kSwid, "SoftwareIdentity"))
    return malformed_manifest("another root than SoftwareIdentity");
  Manifest manifest;
  manifest.id = TRY(text_of(root, "tagId"));
  const XmlElement* meta = TRY(only_child(root, "Meta"));
  manifest.version = TRY(text_of(*meta, "colloquialVersion"));
  manifest.product = TRY(text_of(*meta, "product"));
  if (manifest.version.empty() || manifest.product.empty())
    return malformed_manifest("an empty name");
  const XmlElement* payload = TRY(only_child(root, "Payload"));
  for (const XmlElement* resource : payload->elements()) {
    const std::string* type = resource->attribute("type");
    if (!resource->is(kSwid, "Resource") || type == nullptr || *type != "Measurement") continue;
    TRY(read_resource(*resource, manifest));
  }
  if (manifest.golden.empty()) return malformed_manifest("no measurements");
  return manifest;
}

Result<void> check_signer(base::WallTime now, std::span<const crypto::Certificate> leaf_first,
                          const crypto::PublicKey& root) {
  const auto chain = crypto::check_chain(now, leaf_first, root);
  if (!chain) {
    const bool dates = chain.error().is(crypto::X509Error::Expired) ||
                       chain.error().is(crypto::X509Error::NotYetValid);
    return Error(dates ? ManifestError::SignerNotValidNow : ManifestError::SignerNotTrusted,
                 chain.error().message());
  }
  if (leaf_first.size() < 2 || leaf_first[0].is_ca()) {
    return Error(ManifestError::SignerNotTrusted, "The manifest's signer is an authority itself.");
  }
  return {};
}

}  // namespace

std::string_view reason_name(ManifestError error) {
  switch (error) {
    case ManifestError::Malformed:
      return "manifest_malformed";
    case ManifestError::SignerNotTrusted:
      return "manifest_signer_not_trusted";
    case ManifestError::SignerNotValidNow:
      return "manifest_signer_not_valid_now";
  }
  CHECK(false);
}

Result<Manifest> verify_manifest(base::WallTime now, base::BytesView xml,
                                 const crypto::PublicKey& root) {
  const std::unique_ptr<XmlElement> document = TRY(parse_xml(xml));
  const XmlSignature signature = TRY(check_xml_signature(*document));
  TRY(check_signer(now, signature.leaf_first, root));
  Manifest manifest = TRY(read(*document));
  manifest.not_before = base::WallTime::min();
  manifest.not_after = base::WallTime::max();
  for (const crypto::Certificate& one : signature.leaf_first) {
    manifest.not_before = std::max(manifest.not_before, one.not_before());
    manifest.not_after = std::min(manifest.not_after, one.not_after());
  }
  return manifest;
}

}  // namespace cocoon::attest::nvidia
