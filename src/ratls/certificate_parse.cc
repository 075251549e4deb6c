// Reading a stranger's certificate (RFC 5280, RFC 8410): one pass, every element in its place, no
// second chances.
#include <algorithm>
#include <chrono>
#include <optional>

#include "base/check.h"
#include "crypto/der.h"
#include "ratls/certificate.h"
#include "ratls/oid.h"

namespace cocoon::ratls {
namespace {

using base::BytesView;
using base::Error;
using base::Result;
using crypto::DerElement;
using crypto::DerReader;
using crypto::DerTag;

// SEQUENCE { OBJECT IDENTIFIER 1.3.101.112 }: Ed25519 has no parameters.
constexpr std::uint8_t kEd25519Algorithm[] = {0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70};

Error refuse(CertificateError error, std::string_view sentence) {
  return {error, std::string(sentence)};
}

Error malformed_certificate(std::string_view what) {
  return refuse(CertificateError::Malformed,
                "The peer's certificate is not well-formed at its " + std::string(what) + ".");
}

Result<DerElement> take(DerReader& reader, DerTag tag, std::string_view what) {
  const std::optional<DerElement> element = reader.read(tag);
  if (!element) return malformed_certificate(what);
  return *element;
}

template <std::size_t N>
Result<std::array<std::uint8_t, N>> take_bits(DerReader& reader, std::string_view what) {
  const DerElement element = TRY(take(reader, DerTag::BitString, what));
  if (element.content.size() != N + 1 || element.content[0] != 0)
    return malformed_certificate(what);
  std::array<std::uint8_t, N> bits;
  std::ranges::copy(element.content.subspan(1), bits.begin());
  return bits;
}

Result<base::WallTime> take_time(DerReader& reader) {
  const bool utc = reader.next_is(DerTag::UtcTime);
  const DerElement element =
      TRY(take(reader, utc ? DerTag::UtcTime : DerTag::GeneralizedTime, "validity"));
  const std::optional<base::WallTime> time = crypto::der_time(element);
  if (!time) return malformed_certificate("validity");
  return *time;
}

Result<void> parse_validity(DerReader& body, PeerCertificate& certificate) {
  DerReader validity(TRY(take(body, DerTag::Sequence, "validity")).content);
  certificate.not_before = TRY(take_time(validity));
  certificate.not_after = TRY(take_time(validity));
  if (!validity.empty() || certificate.not_after < certificate.not_before) {
    return malformed_certificate("validity");
  }
  return {};
}

Result<base::Bits256> parse_public_key(DerReader& body) {
  DerReader reader(TRY(take(body, DerTag::Sequence, "public key")).content);
  const DerElement algorithm = TRY(take(reader, DerTag::Sequence, "public key"));
  if (!std::ranges::equal(algorithm.whole, kEd25519Algorithm)) {
    return refuse(CertificateError::UnsupportedKeyType,
                  "The peer's certificate has a key of another type than Ed25519.");
  }
  const base::Bits256 key = TRY((take_bits<32>(reader, "public key")));
  if (!reader.empty()) return malformed_certificate("public key");
  return key;
}

// v1 is said by saying nothing. Extensions are allowed in it, as the reference implementation makes
// them.
Result<void> parse_version(DerReader& body) {
  if (!body.next_is(DerTag::Version)) return {};
  DerReader reader(TRY(take(body, DerTag::Version, "version")).content);
  const DerElement number = TRY(take(reader, DerTag::Integer, "version"));
  if (!reader.empty()) return malformed_certificate("version");
  if (number.content.size() != 1 || number.content[0] != 2) {
    return refuse(CertificateError::UnsupportedVersion,
                  "The peer's certificate is neither X.509 v1 nor v3.");
  }
  return {};
}

struct ExtensionView {
  BytesView oid;
  Criticality criticality = Criticality::NonCritical;
  BytesView value;
};

Result<ExtensionView> parse_extension(DerReader& list) {
  DerReader reader(TRY(take(list, DerTag::Sequence, "extension")).content);
  ExtensionView extension;
  extension.oid = TRY(take(reader, DerTag::ObjectIdentifier, "extension")).content;
  if (reader.next_is(DerTag::Boolean)) {
    // DER leaves the default, false, out.
    const DerElement critical = TRY(take(reader, DerTag::Boolean, "extension"));
    if (critical.content.size() != 1 || critical.content[0] != 0xff)
      return malformed_certificate("extension");
    extension.criticality = Criticality::Critical;
  }
  extension.value = TRY(take(reader, DerTag::OctetString, "extension")).content;
  if (!reader.empty()) return malformed_certificate("extension");
  if (extension.value.size() > kExtensionSizeMax) {
    return refuse(CertificateError::ExtensionOversized,
                  "An extension of the peer's certificate is too large.");
  }
  return extension;
}

// None of the standard ones can restrict what is accepted here: there are no chains, and names mean
// nothing.
bool is_known(BytesView oid) {
  const BytesView known[] = {oid::kTdxQuote,         oid::kTdxClaims,
                             oid::kSevReportData,    oid::kSevReport,
                             oid::kSevVcek,          oid::kSimulated,
                             oid::kClaims,           oid::kSubjectKeyIdentifier,
                             oid::kKeyUsage,         oid::kSubjectAlternativeName,
                             oid::kBasicConstraints, oid::kExtendedKeyUsage};
  return std::ranges::any_of(known, [oid](BytesView one) { return oid::equal(one, oid); });
}

using Extensions = std::vector<ExtensionView>;

Result<Extensions> parse_extensions(DerReader& body) {
  Extensions extensions;
  if (body.empty()) return extensions;
  DerReader wrapped(TRY(take(body, DerTag::Extensions, "extensions")).content);
  DerReader list(TRY(take(wrapped, DerTag::Sequence, "extensions")).content);
  if (!wrapped.empty() || list.empty()) return malformed_certificate("extensions");
  while (!list.empty()) {
    if (extensions.size() == kExtensionsMax) {
      return refuse(CertificateError::TooManyExtensions,
                    "The peer's certificate has too many extensions.");
    }
    const ExtensionView extension = TRY(parse_extension(list));
    const auto same = [&](const ExtensionView& other) {
      return oid::equal(other.oid, extension.oid);
    };
    if (std::ranges::any_of(extensions, same)) {
      return refuse(CertificateError::DuplicateExtension,
                    "The peer's certificate has the extension " + crypto::oid_text(extension.oid) +
                        " twice.");
    }
    if (extension.criticality == Criticality::Critical && !is_known(extension.oid)) {
      return refuse(CertificateError::UnknownCriticalExtension,
                    "The peer's certificate demands the unknown extension " +
                        crypto::oid_text(extension.oid) + ".");
    }
    extensions.push_back(extension);
  }
  return extensions;
}

std::optional<BytesView> find(const Extensions& extensions, BytesView oid) {
  for (const ExtensionView& extension : extensions) {
    if (oid::equal(extension.oid, oid)) return extension.value;
  }
  return std::nullopt;
}

base::Bits512 bits512(BytesView bytes) {
  base::Bits512 bits;
  CHECK(bytes.size() == bits.size());
  std::ranges::copy(bytes, bits.begin());
  return bits;
}

Error incomplete() {
  return refuse(CertificateError::EvidenceIncomplete,
                "The evidence in the peer's certificate is incomplete.");
}

Result<std::optional<attest::Evidence>> find_tdx(const Extensions& extensions,
                                                 const base::Bits256& public_key) {
  const auto claims = find(extensions, oid::kTdxClaims);
  const auto quote = find(extensions, oid::kTdxQuote);
  if (claims && !std::ranges::equal(*claims, public_key)) {
    return refuse(CertificateError::ClaimsMismatch,
                  "The peer's certificate claims another key than its own.");
  }
  if (!quote) {
    if (claims) return incomplete();
    return std::optional<attest::Evidence>();
  }
  if (quote->size() == 64)
    return std::optional<attest::Evidence>(attest::FakeTdxEvidence{bits512(*quote)});
  return std::optional<attest::Evidence>(attest::TdxEvidence{base::to_bytes(*quote)});
}

Result<std::optional<attest::Evidence>> find_sev_snp(const Extensions& extensions) {
  const auto report_data = find(extensions, oid::kSevReportData);
  const auto report = find(extensions, oid::kSevReport);
  const auto vcek = find(extensions, oid::kSevVcek);
  if (!report_data && !report && !vcek) return std::optional<attest::Evidence>();
  if (!report_data || !report || !vcek || report_data->size() != 64) return incomplete();
  return std::optional<attest::Evidence>(attest::SevSnpEvidence{
      bits512(*report_data), base::to_bytes(*report), base::to_bytes(*vcek)});
}

Result<std::vector<attest::Evidence>> collect_evidence(const Extensions& extensions,
                                                       const base::Bits256& public_key) {
  std::vector<attest::Evidence> evidence;
  if (auto tdx = TRY(find_tdx(extensions, public_key))) evidence.push_back(std::move(*tdx));
  if (auto sev_snp = TRY(find_sev_snp(extensions))) evidence.push_back(std::move(*sev_snp));
  if (const auto simulated = find(extensions, oid::kSimulated)) {
    evidence.push_back(attest::SimulatedEvidence{base::to_bytes(*simulated)});
  }
  // Simulated beside fake evidence serves peers of both kinds of test network. A real TEE has one
  // kind, its own.
  const auto is_real = [](const attest::Evidence& one) {
    const attest::EvidenceKind kind = attest::kind_of(one);
    return kind == attest::EvidenceKind::Tdx || kind == attest::EvidenceKind::SevSnp;
  };
  if (evidence.size() > 1 && std::ranges::any_of(evidence, is_real)) {
    return refuse(CertificateError::EvidenceConflict,
                  "The peer's certificate has other evidence beside that of a TEE.");
  }
  return evidence;
}

Result<std::optional<attest::EnclaveClaims>> find_claims(const Extensions& extensions,
                                                         const base::Bits256& public_key) {
  const auto bytes = find(extensions, oid::kClaims);
  if (!bytes) return std::optional<attest::EnclaveClaims>();
  const attest::EnclaveClaims claims = TRY(attest::parse_claims(*bytes));
  if (claims.tls_public_key != public_key) {
    return refuse(CertificateError::ClaimsMismatch,
                  "The peer's certificate claims another key than its own.");
  }
  return std::optional(claims);
}

struct SignedPart {
  PeerCertificate certificate;
  BytesView algorithm;
};

Result<SignedPart> parse_signed_part(BytesView content) {
  SignedPart part;
  DerReader body(content);
  TRY(parse_version(body));
  TRY(take(body, DerTag::Integer, "serial number"));
  part.algorithm = TRY(take(body, DerTag::Sequence, "signature algorithm")).whole;
  const DerElement issuer = TRY(take(body, DerTag::Sequence, "issuer"));
  TRY(parse_validity(body, part.certificate));
  const DerElement subject = TRY(take(body, DerTag::Sequence, "subject"));
  part.certificate.public_key = TRY(parse_public_key(body));
  if (!std::ranges::equal(issuer.whole, subject.whole)) {
    return refuse(CertificateError::NotSelfSigned,
                  "The peer's certificate was issued by somebody else; each peer signs its own.");
  }
  const Extensions extensions = TRY(parse_extensions(body));
  if (!body.empty()) return malformed_certificate("end");
  part.certificate.evidence = TRY(collect_evidence(extensions, part.certificate.public_key));
  part.certificate.claims = TRY(find_claims(extensions, part.certificate.public_key));
  return part;
}

}  // namespace

Result<PeerCertificate> parse_certificate(BytesView der) {
  if (der.size() > kCertificateSizeMax) {
    return refuse(CertificateError::CertificateOversized, "The peer's certificate is too large.");
  }
  DerReader file(der);
  DerReader outer(TRY(take(file, DerTag::Sequence, "beginning")).content);
  if (!file.empty()) {
    return refuse(CertificateError::TrailingBytes, "Bytes follow the peer's certificate.");
  }
  const DerElement body = TRY(take(outer, DerTag::Sequence, "signed part"));
  const DerElement algorithm = TRY(take(outer, DerTag::Sequence, "signature algorithm"));
  const DerElement signature = TRY(take(outer, DerTag::BitString, "signature"));
  if (!outer.empty()) return malformed_certificate("end");

  SignedPart part = TRY(parse_signed_part(body.content));
  if (!std::ranges::equal(algorithm.whole, kEd25519Algorithm) ||
      !std::ranges::equal(part.algorithm, kEd25519Algorithm)) {
    return refuse(CertificateError::UnsupportedSignature,
                  "The peer's certificate is signed with another algorithm than Ed25519.");
  }
  if (signature.content.size() != 65 || signature.content[0] != 0)
    return malformed_certificate("signature");
  if (!crypto::ed25519_verify(part.certificate.public_key, body.whole,
                              bits512(signature.content.subspan(1)))) {
    return refuse(CertificateError::SignatureInvalid,
                  "The peer's certificate isn't signed by the key in it.");
  }
  return std::move(part.certificate);
}

Result<void> check_dates(const PeerCertificate& certificate, base::WallTime now) {
  if (certificate.not_before > now + kClockSkew) {
    return refuse(CertificateError::NotYetValid,
                  "The peer's certificate isn't valid yet: check the clocks of both machines.");
  }
  if (certificate.not_after + kClockSkew < now) {
    return refuse(CertificateError::Expired,
                  "The peer's certificate has expired: restart the peer, or check both clocks.");
  }
  return {};
}

}  // namespace cocoon::ratls
