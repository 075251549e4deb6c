// Writing certificates (RFC 5280, RFC 8410), with the fields that the network's peers expect.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string_view>

#include "attest/claims.h"
#include "base/check.h"
#include "crypto/der.h"
#include "crypto/hash.h"
#include "ratls/certificate.h"
#include "ratls/oid.h"

namespace cocoon::ratls {
namespace {

using base::Bytes;
using base::BytesView;
using crypto::DerTag;

Bytes oid_element(BytesView oid) { return der_element(DerTag::ObjectIdentifier, oid); }

Bytes bit_string(BytesView bits, std::uint8_t unused_bits) {
  const std::uint8_t first[] = {unused_bits};
  return der_nest(DerTag::BitString, {first, bits});
}

Bytes ed25519_algorithm() { return der_nest(DerTag::Sequence, {oid_element(oid::kEd25519)}); }

Bytes name_part(BytesView type, DerTag tag, std::string_view value) {
  const Bytes pair =
      der_nest(DerTag::Sequence, {oid_element(type), der_element(tag, base::as_bytes(value))});
  return der_element(DerTag::Set, pair);
}

// Nobody checks the name. It is the one of the network's other certificates, so that ours don't
// stand out.
Bytes name() {
  return der_nest(DerTag::Sequence,
                  {name_part(oid::kCountry, DerTag::PrintableString, "AE"),
                   name_part(oid::kState, DerTag::Utf8String, "DUBAI"),
                   name_part(oid::kOrganization, DerTag::Utf8String, "TDLib Development"),
                   name_part(oid::kOrganizationalUnit, DerTag::Utf8String, "Security"),
                   name_part(oid::kCommonName, DerTag::Utf8String, "localhost")});
}

// RFC 5280, 4.1.2.5: two digits of the year until 2049, four from 2050.
Bytes time_element(base::WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  const auto days = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date{std::chrono::sys_days(days)};
  const std::chrono::hh_mm_ss clock(seconds - days);
  const int year = static_cast<int>(date.year());
  const bool short_year = year >= 1950 && year < 2050;
  char text[32];
  std::snprintf(
      text, sizeof(text), short_year ? "%02d%02u%02u%02d%02d%02dZ" : "%04d%02u%02u%02d%02d%02dZ",
      short_year ? year % 100 : year, static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return der_element(short_year ? DerTag::UtcTime : DerTag::GeneralizedTime, base::as_bytes(text));
}

Bytes extension_element(const Extension& extension) {
  static constexpr std::uint8_t kTrue[] = {0xff};
  const Bytes critical = extension.criticality == Criticality::Critical
                             ? der_element(DerTag::Boolean, kTrue)
                             : Bytes();
  return der_nest(DerTag::Sequence, {oid_element(extension.oid), critical,
                                     der_element(DerTag::OctetString, extension.value)});
}

Bytes subject_alternative_names() {
  base::Bits128 loopback{};
  loopback.back() = 1;
  // The last two as DNS names, since peers of the live network compare with the text "127.0.0.1".
  return der_nest(DerTag::Sequence, {der_element(DerTag::DnsName, base::as_bytes("localhost")),
                                     der_element(DerTag::DnsName, base::as_bytes("127.0.0.1")),
                                     der_element(DerTag::IpAddress, loopback)});
}

std::vector<Extension> standard_extensions(const base::Bits256& public_key) {
  using enum Criticality;
  static constexpr std::uint8_t kDigitalSignature[] = {0x80};
  static constexpr std::uint8_t kServerAuth[] = {0x2b, 6, 1, 5, 5, 7, 3, 1};
  static constexpr std::uint8_t kClientAuth[] = {0x2b, 6, 1, 5, 5, 7, 3, 2};
  const base::Bits256 key_hash = crypto::sha256(public_key);
  const BytesView key_identifier = BytesView(key_hash).first(20);  // RFC 7093, method 1
  return {
      {base::to_bytes(BytesView(oid::kBasicConstraints)), Critical, der_nest(DerTag::Sequence, {})},
      {base::to_bytes(BytesView(oid::kKeyUsage)), Critical, bit_string(kDigitalSignature, 7)},
      {base::to_bytes(BytesView(oid::kExtendedKeyUsage)), Critical,
       der_nest(DerTag::Sequence, {oid_element(kServerAuth), oid_element(kClientAuth)})},
      {base::to_bytes(BytesView(oid::kSubjectKeyIdentifier)), NonCritical,
       der_element(DerTag::OctetString, key_identifier)},
      {base::to_bytes(BytesView(oid::kSubjectAlternativeName)), NonCritical,
       subject_alternative_names()},
  };
}

Bytes extensions_element(const CertificateSpec& spec, const base::Bits256& public_key) {
  Bytes list;
  for (const Extension& extension : spec.evidence) base::append(list, extension_element(extension));
  for (const Extension& extension : standard_extensions(public_key)) {
    base::append(list, extension_element(extension));
  }
  return der_element(DerTag::Extensions, der_element(DerTag::Sequence, list));
}

Bytes signed_part(const CertificateSpec& spec, const base::Bits256& public_key,
                  base::Random& random) {
  base::Bits128 serial;
  random.fill(serial);
  static constexpr std::uint8_t kVersion3[] = {2};
  const Bytes version = der_element(DerTag::Version, der_element(DerTag::Integer, kVersion3));
  const Bytes validity =
      der_nest(DerTag::Sequence,
               {time_element(spec.not_before), time_element(spec.not_before + spec.lifetime)});
  const Bytes key = der_nest(DerTag::Sequence, {ed25519_algorithm(), bit_string(public_key, 0)});
  return der_nest(DerTag::Sequence,
                  {version, crypto::der_unsigned(serial), ed25519_algorithm(), name(), validity,
                   name(), key, extensions_element(spec, public_key)});
}

}  // namespace

std::vector<Extension> evidence_extensions(const attest::Evidence& evidence,
                                           const base::Bits256& public_key) {
  using enum Criticality;
  const auto tdx = [&](BytesView quote) {
    return std::vector<Extension>{
        {base::to_bytes(BytesView(oid::kTdxQuote)), Critical, base::to_bytes(quote)},
        {base::to_bytes(BytesView(oid::kTdxClaims)), Critical, base::to_bytes(public_key)}};
  };
  if (const auto* real = std::get_if<attest::TdxEvidence>(&evidence)) return tdx(real->quote);
  if (const auto* fake = std::get_if<attest::FakeTdxEvidence>(&evidence))
    return tdx(fake->report_data);
  if (const auto* simulated = std::get_if<attest::SimulatedEvidence>(&evidence)) {
    return {{base::to_bytes(BytesView(oid::kSimulated)), NonCritical, simulated->quote}};
  }
  if (const auto* sev_snp = std::get_if<attest::SevSnpEvidence>(&evidence)) {
    return {{base::to_bytes(BytesView(oid::kSevReportData)), NonCritical,
             base::to_bytes(sev_snp->report_data)},
            {base::to_bytes(BytesView(oid::kSevReport)), NonCritical, sev_snp->report},
            {base::to_bytes(BytesView(oid::kSevVcek)), NonCritical, sev_snp->vcek}};
  }
  return {};
}

base::Result<Bytes> build_certificate(const CertificateSpec& spec,
                                      const crypto::Ed25519PrivateKey& key, base::Random& random) {
  if (spec.lifetime > kCertificateLifetime || spec.lifetime.count() < 1) {
    return base::Error(CertificateError::LifetimeTooLong,
                       "A certificate is valid for at most a day, and for a second at least.");
  }
  const auto too_large = [](const Extension& extension) {
    return extension.value.size() > kExtensionSizeMax;
  };
  if (std::ranges::any_of(spec.evidence, too_large)) {
    return base::Error(CertificateError::ExtensionOversized,
                       "The evidence is too large for a certificate.");
  }
  const Bytes body = signed_part(spec, key.public_key(), random);
  Bytes certificate =
      der_nest(DerTag::Sequence, {body, ed25519_algorithm(), bit_string(key.sign(body), 0)});
  if (certificate.size() > kCertificateSizeMax) {
    return base::Error(CertificateError::CertificateOversized,
                       "All evidence together is too large for a certificate.");
  }
  return certificate;
}

base::Result<Bytes> issue_certificate(base::WallTime now, const crypto::Ed25519PrivateKey& key,
                                      std::span<attest::EvidenceProvider* const> providers,
                                      base::Random& random,
                                      const std::optional<attest::EnclaveClaims>& claims) {
  CHECK(!claims || claims->tls_public_key == key.public_key());
  const base::Bits512 report_data =
      claims ? attest::report_data(*claims)
             : attest::report_data(attest::Claims{.tls_public_key = key.public_key()});
  CertificateSpec spec;
  spec.not_before = now - kClockSkew;
  for (attest::EvidenceProvider* provider : providers) {
    const attest::Evidence evidence = TRY(provider->quote(now, report_data));
    for (Extension& extension : evidence_extensions(evidence, key.public_key())) {
      spec.evidence.push_back(std::move(extension));
    }
  }
  if (claims) {
    spec.evidence.push_back({base::to_bytes(BytesView(oid::kClaims)), Criticality::NonCritical,
                             attest::encode_claims(*claims)});
  }
  return build_certificate(spec, key, random);
}

}  // namespace cocoon::ratls
