// For tests: what x509_lab.h says, by our DER writer and OpenSSL's keys.
#include "crypto/x509_lab.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <chrono>
#include <cstdio>

#include "base/check.h"
#include "base/encoding.h"
#include "crypto/der.h"
#include "crypto/x509_parts.h"

namespace cocoon::crypto {
namespace {

using base::Bytes;
using base::BytesView;

constexpr std::uint8_t kEcPublicKey[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
constexpr std::uint8_t kPrime256[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr std::uint8_t kEcdsaSha256[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

Bytes oid_element(BytesView oid) { return der_element(DerTag::ObjectIdentifier, oid); }
Bytes algorithm() { return der_nest(DerTag::Sequence, {oid_element(kEcdsaSha256)}); }

Bytes bit_string(BytesView bytes) {
  constexpr std::uint8_t kNoUnusedBits[] = {0};
  return der_nest(DerTag::BitString, {kNoUnusedBits, bytes});
}

Bytes name(const std::string& common_name) {
  const Bytes text = der_element(DerTag::Utf8String, base::as_bytes(common_name));
  const Bytes pair = der_nest(DerTag::Sequence, {oid_element(oid::kCommonName), text});
  return der_element(DerTag::Sequence, der_element(DerTag::Set, pair));
}

Bytes key_info(const LabKey& key) {
  Bytes point = {4};
  const Bytes coordinates = key.point();
  point.insert(point.end(), coordinates.begin(), coordinates.end());
  const Bytes kind =
      der_nest(DerTag::Sequence, {oid_element(kEcPublicKey), oid_element(kPrime256)});
  return der_nest(DerTag::Sequence, {kind, bit_string(point)});
}

Bytes joined(const std::vector<Bytes>& pieces) {
  Bytes out;
  for (const Bytes& piece : pieces) out.insert(out.end(), piece.begin(), piece.end());
  return out;
}

Bytes basic_constraints(const LabCertificate& certificate) {
  constexpr std::uint8_t kTrue[] = {0xff};
  const bool authority = certificate.role == LabRole::Authority;
  const Bytes flag = authority ? der_element(DerTag::Boolean, kTrue) : Bytes();
  const Bytes length =
      certificate.path_length ? der_unsigned({{*certificate.path_length}}) : Bytes();
  return lab_extension(oid::kBasicConstraints, Critical::Yes,
                       der_nest(DerTag::Sequence, {flag, length}));
}

}  // namespace

LabKey::LabKey() : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free) { CHECK(key_ != nullptr); }

Bytes LabKey::point() const {
  Bytes point(65);
  std::size_t size = 0;
  CHECK(EVP_PKEY_get_octet_string_param(key_.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                        point.size(), &size) == 1);
  CHECK(size == point.size() && point[0] == 4);
  point.erase(point.begin());
  return point;
}

PublicKey LabKey::public_key() const { return *PublicKey::from_point(KeyKind::EcP256, point()); }

Bytes LabKey::sign(BytesView message) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  CHECK(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
  Bytes signature(80);
  std::size_t size = signature.size();
  CHECK(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) ==
        1);
  signature.resize(size);
  return signature;
}

Bytes LabKey::sign_raw(BytesView message) const {
  const Bytes der = sign(message);
  DerReader file(der);
  DerReader numbers(file.read(DerTag::Sequence)->content);
  Bytes raw;
  for (int i = 0; i < 2; ++i) {
    BytesView digits = numbers.read(DerTag::Integer)->content;
    if (digits.size() > 32) digits = digits.subspan(digits.size() - 32);
    raw.insert(raw.end(), 32 - digits.size(), 0);
    raw.insert(raw.end(), digits.begin(), digits.end());
  }
  return raw;
}

Bytes lab_extension(BytesView oid, Critical critical, BytesView value) {
  constexpr std::uint8_t kTrue[] = {0xff};
  const Bytes flag = critical == Critical::Yes ? der_element(DerTag::Boolean, kTrue) : Bytes();
  return der_nest(DerTag::Sequence,
                  {oid_element(oid), flag, der_element(DerTag::OctetString, value)});
}

Bytes lab_sign(BytesView body, const LabKey& key) {
  return der_nest(DerTag::Sequence, {body, algorithm(), bit_string(key.sign(body))});
}

Bytes lab_time(base::WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  const auto days = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date{std::chrono::sys_days(days)};
  const std::chrono::hh_mm_ss clock(seconds - days);
  char text[48];
  std::snprintf(text, sizeof(text), "%04d%02u%02u%02d%02d%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return der_element(DerTag::GeneralizedTime, base::as_bytes(text));
}

Bytes LabCertificate::build(const LabKey& key, const LabKey& issuer_key) const {
  constexpr std::uint8_t kVersion3[] = {2};
  const Bytes version = der_element(DerTag::Version, der_element(DerTag::Integer, kVersion3));
  std::vector<Bytes> list = {basic_constraints(*this)};
  if (key_usage) {
    list.push_back(lab_extension(oid::kKeyUsage, Critical::Yes,
                                 der_element(DerTag::BitString, Bytes{0, *key_usage})));
  }
  list.insert(list.end(), extensions.begin(), extensions.end());
  const Bytes wrapped =
      der_element(DerTag::Extensions, der_element(DerTag::Sequence, joined(list)));
  const Bytes validity = der_nest(DerTag::Sequence, {lab_time(not_before), lab_time(not_after)});
  const Bytes body =
      der_nest(DerTag::Sequence, {version, der_element(DerTag::Integer, serial), algorithm(),
                                  name(issuer), validity, name(subject), key_info(key), wrapped});
  return lab_sign(body, issuer_key);
}

Bytes LabCrl::build(const LabKey& issuer_key) const {
  constexpr std::uint8_t kVersion2[] = {1};
  std::vector<Bytes> entries;
  entries.reserve(serials.size());
  for (const Bytes& serial : serials) {
    entries.push_back(
        der_nest(DerTag::Sequence, {der_element(DerTag::Integer, serial), lab_time(this_update)}));
  }
  const Bytes revoked = entries.empty() ? Bytes() : der_element(DerTag::Sequence, joined(entries));
  const Bytes list =
      extensions.empty()
          ? Bytes()
          : der_element(DerTag::Explicit0, der_element(DerTag::Sequence, joined(extensions)));
  const Bytes body =
      der_nest(DerTag::Sequence, {der_element(DerTag::Integer, kVersion2), algorithm(),
                                  name(issuer), lab_time(this_update),
                                  next_update ? lab_time(*next_update) : Bytes(), revoked, list});
  return lab_sign(body, issuer_key);
}

std::string lab_pem(const std::vector<Bytes>& blocks, std::string_view label) {
  std::string text;
  for (const Bytes& block : blocks) {
    text += "-----BEGIN " + std::string(label) + "-----\n" + base::to_base64(block) +
            "\n-----END " + std::string(label) + "-----\n";
  }
  return text;
}

}  // namespace cocoon::crypto
