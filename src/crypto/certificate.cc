// Reading certificates: one pass, every element in its place.
#include "crypto/certificate.h"

#include <algorithm>

#include "crypto/limits.h"
#include "crypto/pem.h"
#include "crypto/x509_parts.h"

namespace cocoon::crypto {

using base::BytesView;
using base::Error;
using base::Result;

// Fills a certificate's fields; apart from it so that the header needs no DER.
class CertificateReader {
 public:
  static Result<Certificate> read(std::shared_ptr<const base::Bytes> bytes);

 private:
  struct Body {
    BytesView serial, algorithm, issuer, subject, key;
    base::WallTime not_before, not_after;
    std::vector<X509Extension> extensions;
  };
  static Result<Body> read_body(BytesView content);
  static Result<void> read_basic_constraints(Certificate& certificate);
  static Result<void> read_key_usage(Certificate& certificate);
};

namespace {

Result<void> check_version(DerReader& body) {
  if (!body.next_is(DerTag::Version)) {
    return Error(X509Error::UnsupportedVersion, "A certificate is not X.509 v3.");
  }
  DerReader reader(TRY(take_element(body, DerTag::Version, "version")).content);
  const DerElement number = TRY(take_element(reader, DerTag::Integer, "version"));
  if (!reader.empty()) return x509_malformed("version");
  if (der_small_number(number) != 2) {
    return Error(X509Error::UnsupportedVersion, "A certificate is not X.509 v3.");
  }
  return {};
}

}  // namespace

Result<CertificateReader::Body> CertificateReader::read_body(BytesView content) {
  Body body;
  DerReader reader(content);
  TRY(check_version(reader));
  body.serial = TRY(take_element(reader, DerTag::Integer, "serial number")).content;
  if (!is_shortest_integer(body.serial)) return x509_malformed("serial number");
  body.algorithm = TRY(take_element(reader, DerTag::Sequence, "signature algorithm")).whole;
  body.issuer = TRY(take_element(reader, DerTag::Sequence, "issuer")).whole;
  DerReader validity(TRY(take_element(reader, DerTag::Sequence, "validity")).content);
  body.not_before = TRY(take_time(validity, "validity"));
  body.not_after = TRY(take_time(validity, "validity"));
  if (!validity.empty()) return x509_malformed("validity");
  body.subject = TRY(take_element(reader, DerTag::Sequence, "subject")).whole;
  body.key = TRY(take_element(reader, DerTag::Sequence, "public key")).whole;
  if (!reader.empty()) {
    const DerElement list = TRY(take_element(reader, DerTag::Extensions, "extensions"));
    body.extensions = TRY(parse_extensions(list.content));
  }
  if (!reader.empty()) return x509_malformed("end");
  return body;
}

Result<void> CertificateReader::read_basic_constraints(Certificate& certificate) {
  const auto value = certificate.extension(oid::kBasicConstraints);
  if (!value) return {};
  DerReader file(*value);
  DerReader reader(TRY(take_element(file, DerTag::Sequence, "basic constraints")).content);
  if (!file.empty()) return x509_malformed("basic constraints");
  if (const auto ca = reader.read(DerTag::Boolean)) {
    const bool known = ca->content.size() == 1 && (ca->content[0] == 0xff || ca->content[0] == 0);
    if (!known) return x509_malformed("basic constraints");
    certificate.is_ca_ = ca->content[0] == 0xff;
  }
  if (const auto length = reader.read(DerTag::Integer)) {
    certificate.path_length_ = der_small_number(*length);
    if (!certificate.path_length_ || !certificate.is_ca_) {
      return x509_malformed("basic constraints");
    }
  }
  if (!reader.empty()) return x509_malformed("basic constraints");
  return {};
}

Result<void> CertificateReader::read_key_usage(Certificate& certificate) {
  const auto value = certificate.extension(oid::kKeyUsage);
  if (!value) return {};
  DerReader file(*value);
  const DerElement bits = TRY(take_element(file, DerTag::BitString, "key usage"));
  if (!file.empty() || bits.content.size() < 2 || bits.content.size() > 3 || bits.content[0] > 7) {
    return x509_malformed("key usage");
  }
  certificate.key_usage_ = bits.content[1];
  return {};
}

Result<Certificate> CertificateReader::read(std::shared_ptr<const base::Bytes> bytes) {
  const SignedFile file = TRY(parse_signed_file(*bytes, "certificate"));
  Body body = TRY(read_body(file.signed_part.content));
  if (!std::ranges::equal(body.algorithm, file.algorithm)) {
    return x509_malformed("signature algorithm");
  }
  const SignatureAlgorithm algorithm = TRY(parse_signature_algorithm(file.algorithm));
  Certificate certificate(TRY(PublicKey::parse(body.key)));
  certificate.bytes_ = std::move(bytes);
  certificate.signed_part_ = file.signed_part.whole;
  certificate.signature_ = file.signature;
  certificate.algorithm_ = algorithm;
  certificate.serial_ = body.serial;
  certificate.issuer_ = body.issuer;
  certificate.subject_ = body.subject;
  certificate.not_before_ = body.not_before;
  certificate.not_after_ = body.not_after;
  certificate.extensions_ = std::move(body.extensions);
  TRY(read_basic_constraints(certificate));
  TRY(read_key_usage(certificate));
  return certificate;
}

Result<Certificate> Certificate::parse(BytesView der) {
  if (der.size() > kX509SizeMax) {
    return Error(X509Error::Oversized, "A certificate is larger than any in use.");
  }
  return CertificateReader::read(std::make_shared<const base::Bytes>(base::to_bytes(der)));
}

Result<Certificate> Certificate::parse_any(BytesView bytes) {
  if (!looks_like_pem(bytes)) return parse(bytes);
  const std::vector<base::Bytes> blocks = TRY(parse_pem(bytes, "CERTIFICATE", 1, kX509SizeMax));
  return parse(blocks.front());
}

std::optional<BytesView> Certificate::extension(BytesView oid) const {
  for (const X509Extension& extension : extensions_) {
    if (std::ranges::equal(extension.oid, oid)) return extension.value;
  }
  return std::nullopt;
}

bool Certificate::signed_by(const PublicKey& key) const {
  return key.verify(algorithm_, signed_part_, signature_);
}

Result<std::vector<Certificate>> parse_certificates_pem(BytesView pem) {
  const std::vector<base::Bytes> blocks =
      TRY(parse_pem(pem, "CERTIFICATE", kChainLengthMax, kX509SizeMax));
  std::vector<Certificate> certificates;
  certificates.reserve(blocks.size());
  for (const base::Bytes& block : blocks) certificates.push_back(TRY(Certificate::parse(block)));
  return certificates;
}

std::optional<std::string> common_name(BytesView name) {
  DerReader file(name);
  const auto outer = file.read(DerTag::Sequence);
  if (!outer) return std::nullopt;
  std::optional<std::string> found;
  for (DerReader parts(outer->content); !parts.empty();) {
    const auto part = parts.read(DerTag::Set);
    if (!part) return std::nullopt;
    for (DerReader set(part->content); !set.empty();) {
      const auto pair = set.read(DerTag::Sequence);
      if (!pair) return std::nullopt;
      DerReader reader(pair->content);
      const auto type = reader.read(DerTag::ObjectIdentifier);
      const auto value = reader.read_any();
      if (!type || !value) return std::nullopt;
      if (!std::ranges::equal(type->content, oid::kCommonName)) continue;
      if (found) return std::nullopt;
      found = base::to_text(value->content);
    }
  }
  return found;
}

}  // namespace cocoon::crypto
