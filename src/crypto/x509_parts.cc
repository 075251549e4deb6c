// Reading what certificates and revocation lists have in common.
#include "crypto/x509_parts.h"

#include <algorithm>

#include "crypto/limits.h"

namespace cocoon::crypto {

using base::BytesView;
using base::Error;
using base::Result;

Error x509_malformed(std::string_view what) {
  return {X509Error::Malformed,
          "A certificate or revocation list is not well-formed at its " + std::string(what) + "."};
}

Result<DerElement> take_element(DerReader& reader, DerTag tag, std::string_view what) {
  const std::optional<DerElement> element = reader.read(tag);
  if (!element) return x509_malformed(what);
  return *element;
}

Result<base::WallTime> take_time(DerReader& reader, std::string_view what) {
  const std::optional<DerElement> element = reader.read_any();
  const std::optional<base::WallTime> time = element ? der_time(*element) : std::nullopt;
  if (!time) return x509_malformed(what);
  return *time;
}

Result<SignedFile> parse_signed_file(BytesView der, std::string_view what) {
  DerReader file(der);
  DerReader outer(TRY(take_element(file, DerTag::Sequence, what)).content);
  if (!file.empty()) {
    return Error(X509Error::TrailingBytes, "Bytes follow a " + std::string(what) + ".");
  }
  SignedFile parts;
  parts.signed_part = TRY(take_element(outer, DerTag::Sequence, "signed part"));
  parts.algorithm = TRY(take_element(outer, DerTag::Sequence, "signature algorithm")).whole;
  const DerElement bits = TRY(take_element(outer, DerTag::BitString, "signature"));
  if (!outer.empty() || bits.content.empty() || bits.content[0] != 0) {
    return x509_malformed("signature");
  }
  parts.signature = bits.content.subspan(1);
  return parts;
}

namespace {

Result<X509Extension> parse_extension(DerReader& list) {
  DerReader reader(TRY(take_element(list, DerTag::Sequence, "extension")).content);
  X509Extension extension;
  extension.oid = TRY(take_element(reader, DerTag::ObjectIdentifier, "extension")).content;
  if (reader.next_is(DerTag::Boolean)) {
    const DerElement critical = TRY(take_element(reader, DerTag::Boolean, "extension"));
    // Some vendors write the default, false, which DER leaves out.
    const bool known =
        critical.content.size() == 1 && (critical.content[0] == 0xff || critical.content[0] == 0);
    if (!known) return x509_malformed("extension");
    extension.critical = critical.content[0] == 0xff ? Critical::Yes : Critical::No;
  }
  extension.value = TRY(take_element(reader, DerTag::OctetString, "extension")).content;
  if (!reader.empty()) return x509_malformed("extension");
  return extension;
}

}  // namespace

Result<std::vector<X509Extension>> parse_extensions(BytesView content) {
  DerReader wrapped(content);
  DerReader list(TRY(take_element(wrapped, DerTag::Sequence, "extensions")).content);
  if (!wrapped.empty() || list.empty()) return x509_malformed("extensions");
  std::vector<X509Extension> extensions;
  while (!list.empty()) {
    if (extensions.size() == kX509ExtensionsMax) {
      return Error(X509Error::TooManyExtensions, "A certificate has too many extensions.");
    }
    const X509Extension extension = TRY(parse_extension(list));
    const auto same = [&](const X509Extension& other) {
      return std::ranges::equal(other.oid, extension.oid);
    };
    if (std::ranges::any_of(extensions, same)) {
      return Error(X509Error::DuplicateExtension,
                   "A certificate has the extension " + oid_text(extension.oid) + " twice.");
    }
    extensions.push_back(extension);
  }
  return extensions;
}

}  // namespace cocoon::crypto
