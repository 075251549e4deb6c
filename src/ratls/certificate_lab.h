// For tests: takes certificates apart and puts them together again, signed, with one part replaced.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <random>

#include "base/bytes.h"
#include "base/random.h"
#include "crypto/der.h"
#include "crypto/ed25519.h"
#include "ratls/certificate.h"
#include "ratls/oid.h"

namespace cocoon::ratls {

using crypto::DerReader;
using crypto::DerTag;

class SeededRandom final : public base::Random {
 public:
  explicit SeededRandom(unsigned seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937 engine_;
};

inline crypto::Ed25519PrivateKey test_key(std::uint8_t number) {
  return *crypto::Ed25519PrivateKey::from_seed(base::Bytes(32, number));
}

inline base::Bytes join(std::initializer_list<base::BytesView> pieces) {
  base::Bytes out;
  for (const base::BytesView piece : pieces) out.insert(out.end(), piece.begin(), piece.end());
  return out;
}

// The elements of a certificate's signed part, each with tag and length.
struct CertificateParts {
  base::Bytes version, serial, algorithm, issuer, validity, subject, public_key, extensions, rest;
  base::Bytes outer_algorithm;
};

inline CertificateParts take_apart(base::BytesView der) {
  DerReader file(der);
  DerReader outer(file.read(DerTag::Sequence)->content);
  DerReader body(outer.read(DerTag::Sequence)->content);
  const auto next = [&body] { return base::to_bytes(body.read_any()->whole); };
  CertificateParts parts;
  if (body.next_is(DerTag::Version)) parts.version = next();
  parts.serial = next();
  parts.algorithm = next();
  parts.issuer = next();
  parts.validity = next();
  parts.subject = next();
  parts.public_key = next();
  if (!body.empty()) parts.extensions = next();
  parts.outer_algorithm = base::to_bytes(outer.read_any()->whole);
  return parts;
}

inline base::Bytes put_together(const CertificateParts& parts,
                                const crypto::Ed25519PrivateKey& key) {
  const base::Bytes body = der_nest(
      DerTag::Sequence, {parts.version, parts.serial, parts.algorithm, parts.issuer, parts.validity,
                         parts.subject, parts.public_key, parts.extensions, parts.rest});
  const std::uint8_t no_unused_bits[] = {0};
  return der_nest(
      DerTag::Sequence,
      {body, parts.outer_algorithm, der_nest(DerTag::BitString, {no_unused_bits, key.sign(body)})});
}

inline base::Bytes change_certificate(base::BytesView der, const crypto::Ed25519PrivateKey& key,
                                      const std::function<void(CertificateParts&)>& change) {
  CertificateParts parts = take_apart(der);
  change(parts);
  return put_together(parts, key);
}

inline base::Bytes extension_der(base::BytesView oid, Criticality criticality,
                                 base::BytesView value) {
  const std::uint8_t yes[] = {0xff};
  const base::Bytes critical =
      criticality == Criticality::Critical ? der_element(DerTag::Boolean, yes) : base::Bytes();
  return der_nest(DerTag::Sequence, {der_element(DerTag::ObjectIdentifier, oid), critical,
                                     der_element(DerTag::OctetString, value)});
}

inline base::Bytes extensions_der(std::initializer_list<base::BytesView> extensions) {
  return der_element(DerTag::Extensions, der_nest(DerTag::Sequence, extensions));
}

}  // namespace cocoon::ratls
