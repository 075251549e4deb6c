// Reads the extensions below AMD's arc 1.3.6.1.4.1.3704.1.
#include "attest/amd/key_certificate.h"

#include "base/check.h"
#include "crypto/der.h"

namespace cocoon::attest::amd {
namespace {

using base::BytesView;
using crypto::DerTag;

constexpr std::uint8_t kProductName[] = {0x2b, 6, 1, 4, 1, 0x9c, 0x78, 1, 2};
constexpr std::uint8_t kHardwareId[] = {0x2b, 6, 1, 4, 1, 0x9c, 0x78, 1, 4};
constexpr std::uint8_t kCloudId[] = {0x2b, 6, 1, 4, 1, 0x9c, 0x78, 1, 5};
// 1.3.6.1.4.1.3704.1.3.N: security versions.
constexpr std::uint8_t kBootLoader = 1;
constexpr std::uint8_t kTee = 2;
constexpr std::uint8_t kSnp = 3;
constexpr std::uint8_t kMicrocode = 8;
constexpr std::uint8_t kFmc = 9;

constexpr DerTag kIa5String{0x16};
constexpr std::size_t kHardwareIdSize = 64;
constexpr std::size_t kTurinHardwareIdSize = 8;
constexpr std::size_t kTextSizeMax = 256;

base::Error malformed(std::string_view what) {
  return {KeyCertificateError::Malformed,
          "The certificate of the report key has " + std::string(what) + "."};
}

base::Result<std::uint8_t> read_version(const crypto::Certificate& certificate, std::uint8_t part) {
  const std::uint8_t oid[] = {0x2b, 6, 1, 4, 1, 0x9c, 0x78, 1, 3, part};
  const auto value = certificate.extension(oid);
  if (!value) return malformed("no security version " + std::to_string(part));
  crypto::DerReader reader(*value);
  const auto element = reader.read(DerTag::Integer);
  const auto number = element ? crypto::der_small_number(*element) : std::nullopt;
  if (!number || *number > 255 || !reader.empty()) {
    return malformed("no number as security version " + std::to_string(part));
  }
  return static_cast<std::uint8_t>(*number);
}

base::Result<std::string> read_text(const crypto::Certificate& certificate, BytesView oid,
                                    std::string_view what) {
  const auto value = certificate.extension(oid);
  if (!value) return malformed("no " + std::string(what));
  crypto::DerReader reader(*value);
  const auto element = reader.read(kIa5String);
  if (!element || !reader.empty() || element->content.size() > kTextSizeMax) {
    return malformed("no text as " + std::string(what));
  }
  for (const std::uint8_t byte : element->content) {
    if (byte < 0x20 || byte > 0x7e) return malformed("odd letters in its " + std::string(what));
  }
  return base::to_text(element->content);
}

base::Result<Tcb> read_versions(const crypto::Certificate& certificate, Product product) {
  Tcb tcb;
  tcb.boot_loader = TRY(read_version(certificate, kBootLoader));
  tcb.tee = TRY(read_version(certificate, kTee));
  tcb.snp = TRY(read_version(certificate, kSnp));
  tcb.microcode = TRY(read_version(certificate, kMicrocode));
  if (product == Product::Turin) tcb.fmc = TRY(read_version(certificate, kFmc));
  return tcb;
}

// The bytes themselves, or an OCTET STRING of them: both are in use.
base::Result<base::Bytes> read_hardware_id(const crypto::Certificate& certificate,
                                           Product product) {
  const auto value = certificate.extension(kHardwareId);
  if (!value) return malformed("no hardware id");
  const std::size_t size = product == Product::Turin ? kTurinHardwareIdSize : kHardwareIdSize;
  if (value->size() == size) return base::to_bytes(*value);
  crypto::DerReader reader(*value);
  const auto element = reader.read(DerTag::OctetString);
  if (!element || !reader.empty() || element->content.size() != size) {
    return malformed("a hardware id of another size");
  }
  return base::to_bytes(element->content);
}

base::Result<ReportKey> read_kind(const crypto::Certificate& certificate) {
  const auto name = crypto::common_name(certificate.subject());
  if (certificate.public_key().kind() == crypto::KeyKind::EcP384 && !certificate.is_ca()) {
    if (name == "SEV-VCEK") return ReportKey::Vcek;
    if (name == "SEV-VLEK") return ReportKey::Vlek;
  }
  return base::Error(KeyCertificateError::NotAReportKey,
                     "The certificate is not that of a key which signs SEV-SNP reports.");
}

}  // namespace

std::string_view reason_name(KeyCertificateError error) {
  switch (error) {
    case KeyCertificateError::Malformed:
      return "key_certificate_malformed";
    case KeyCertificateError::UnknownProduct:
      return "key_certificate_unknown_product";
    case KeyCertificateError::NotAReportKey:
      return "key_certificate_not_a_report_key";
  }
  CHECK(false);
}

std::string_view report_key_name(ReportKey key) {
  switch (key) {
    case ReportKey::Vcek:
      return "VCEK";
    case ReportKey::Vlek:
      return "VLEK";
  }
  CHECK(false);
}

base::Result<KeyCertificate> parse_key_certificate(BytesView bytes) {
  crypto::Certificate certificate = TRY(crypto::Certificate::parse_any(bytes));
  const ReportKey key = TRY(read_kind(certificate));
  std::string product_text = TRY(read_text(certificate, kProductName, "product name"));
  const auto product = product_of_name(product_text);
  if (!product) {
    return base::Error(KeyCertificateError::UnknownProduct,
                       "The product '" + product_text + "' is not known here.");
  }
  const Tcb tcb = TRY(read_versions(certificate, *product));
  KeyCertificate result{.certificate = std::move(certificate),
                        .key = key,
                        .product = *product,
                        .product_text = std::move(product_text),
                        .tcb = tcb,
                        .hardware_id = {},
                        .cloud_id = {}};
  switch (key) {
    case ReportKey::Vcek:
      result.hardware_id = TRY(read_hardware_id(result.certificate, *product));
      break;
    case ReportKey::Vlek:
      result.cloud_id = TRY(read_text(result.certificate, kCloudId, "cloud id"));
      break;
  }
  return result;
}

}  // namespace cocoon::attest::amd
