// Reading revocation lists in one pass; serials are sorted for look-up.
#include "crypto/crl.h"

#include <algorithm>

#include "crypto/limits.h"
#include "crypto/pem.h"
#include "crypto/x509_parts.h"

namespace cocoon::crypto {

using base::BytesView;
using base::Error;
using base::Result;

namespace {

bool before(BytesView a, BytesView b) { return std::ranges::lexicographical_compare(a, b); }

Result<void> refuse_unknown_critical(std::span<const X509Extension> extensions,
                                     std::span<const BytesView> understood) {
  for (const X509Extension& extension : extensions) {
    const auto same = [&](BytesView oid) { return std::ranges::equal(oid, extension.oid); };
    if (extension.critical == Critical::Yes && std::ranges::none_of(understood, same)) {
      return Error(
          X509Error::UnknownCriticalExtension,
          "A revocation list demands the unknown extension " + oid_text(extension.oid) + ".");
    }
  }
  return {};
}

Result<BytesView> read_entry(BytesView content) {
  DerReader reader(content);
  const BytesView serial = TRY(take_element(reader, DerTag::Integer, "revoked serial")).content;
  if (!is_shortest_integer(serial)) return x509_malformed("revoked serial");
  TRY(take_time(reader, "revocation date"));
  if (reader.empty()) return serial;
  const BytesView rest = TRY(take_element(reader, DerTag::Sequence, "entry extensions")).whole;
  if (!reader.empty()) return x509_malformed("entry extensions");
  const std::vector<X509Extension> extensions = TRY(parse_extensions(rest));
  // Another issuer for the entry (an indirect list) would be critical and is not understood.
  const BytesView understood[] = {oid::kReasonCode, oid::kInvalidityDate};
  TRY(refuse_unknown_critical(extensions, understood));
  return serial;
}

Result<std::vector<BytesView>> read_revoked(DerReader& body) {
  std::vector<BytesView> serials;
  if (!body.next_is(DerTag::Sequence)) return serials;
  DerReader list(TRY(take_element(body, DerTag::Sequence, "revoked serials")).content);
  while (!list.empty()) {
    const DerElement entry = TRY(take_element(list, DerTag::Sequence, "revoked serial"));
    serials.push_back(TRY(read_entry(entry.content)));
  }
  std::ranges::sort(serials, before);
  return serials;
}

Result<std::optional<BytesView>> read_number(std::span<const X509Extension> extensions) {
  for (const X509Extension& extension : extensions) {
    if (!std::ranges::equal(extension.oid, BytesView(oid::kCrlNumber))) continue;
    DerReader reader(extension.value);
    const DerElement number = TRY(take_element(reader, DerTag::Integer, "number"));
    const bool good =
        reader.empty() && is_shortest_integer(number.content) && (number.content[0] & 0x80) == 0;
    if (!good) return x509_malformed("number");
    return std::optional<BytesView>(number.content);
  }
  return std::optional<BytesView>();
}

}  // namespace

Result<Crl> Crl::read(std::shared_ptr<const base::Bytes> bytes) {
  const SignedFile file = TRY(parse_signed_file(*bytes, "revocation list"));
  Crl crl;
  DerReader body(file.signed_part.content);
  const DerElement version = TRY(take_element(body, DerTag::Integer, "version"));
  if (der_small_number(version) != 1) {
    return Error(X509Error::UnsupportedVersion, "A revocation list is not of version 2.");
  }
  const DerElement algorithm = TRY(take_element(body, DerTag::Sequence, "signature algorithm"));
  if (!std::ranges::equal(algorithm.whole, file.algorithm)) {
    return x509_malformed("signature algorithm");
  }
  crl.algorithm_ = TRY(parse_signature_algorithm(file.algorithm));
  crl.issuer_ = TRY(take_element(body, DerTag::Sequence, "issuer")).whole;
  crl.this_update_ = TRY(take_time(body, "this update"));
  crl.next_update_ = TRY(take_time(body, "next update"));
  crl.revoked_ = std::make_shared<const std::vector<BytesView>>(TRY(read_revoked(body)));
  if (!body.empty()) {
    const DerElement list = TRY(take_element(body, DerTag::Explicit0, "extensions"));
    const std::vector<X509Extension> extensions = TRY(parse_extensions(list.content));
    // A delta list and one of a part of the certificates say so in critical extensions.
    const BytesView understood[] = {oid::kCrlNumber, oid::kAuthorityKeyIdentifier};
    TRY(refuse_unknown_critical(extensions, understood));
    crl.number_ = TRY(read_number(extensions));
  }
  if (!body.empty()) return x509_malformed("end");
  crl.signed_part_ = file.signed_part.whole;
  crl.signature_ = file.signature;
  crl.bytes_ = std::move(bytes);
  return crl;
}

Result<Crl> Crl::parse(BytesView der) {
  if (der.size() > kCrlSizeMax) {
    return Error(X509Error::Oversized, "A revocation list is larger than any in use.");
  }
  return read(std::make_shared<const base::Bytes>(base::to_bytes(der)));
}

Result<Crl> Crl::parse_any(BytesView bytes) {
  if (!looks_like_pem(bytes)) return parse(bytes);
  const std::vector<base::Bytes> blocks = TRY(parse_pem(bytes, "X509 CRL", 1, kCrlSizeMax));
  return parse(blocks.front());
}

bool Crl::is_revoked(BytesView serial) const {
  return std::ranges::binary_search(*revoked_, serial, before);
}

bool Crl::signed_by(const PublicKey& key) const {
  return key.verify(algorithm_, signed_part_, signature_);
}

Result<void> check_crl(base::WallTime now, const Crl& crl, const Certificate& issuer) {
  if (!std::ranges::equal(crl.issuer(), issuer.subject())) {
    return Error(X509Error::IssuerMismatch,
                 "The revocation list is of '" + common_name(crl.issuer()).value_or("nobody") +
                     "', not of '" + common_name(issuer.subject()).value_or("nobody") + "'.");
  }
  if (!issuer.may_sign_crls()) {
    return Error(X509Error::CrlSignNotAllowed,
                 "The issuer of the revocation list may not sign such lists.");
  }
  if (!crl.signed_by(issuer.public_key())) {
    return Error(X509Error::SignatureInvalid, "The signature of the revocation list doesn't hold.");
  }
  if (now < crl.this_update()) {
    return Error(X509Error::CrlNotYetValid, "The revocation list is of the future.");
  }
  if (now > crl.next_update()) {
    return Error(X509Error::CrlExpired, "The revocation list is out of date.");
  }
  return {};
}

}  // namespace cocoon::crypto
