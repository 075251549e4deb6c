// Claims have one encoding, every field counts, and a named block gives them an age.
#include "attest/claims.h"

#include <gtest/gtest.h>

#include <set>

#include "base/encoding.h"
#include "crypto/hash.h"

namespace cocoon::attest {
namespace {

using namespace std::chrono_literals;

const base::WallTime kNow = base::from_unix_seconds(1'795'400'000);

EnclaveClaims example() {
  EnclaveClaims claims;
  claims.role = EnclaveRole::Proxy;
  claims.tls_public_key.fill(1);
  claims.seal_public_key.fill(2);
  claims.receipt_public_key.fill(3);
  claims.gpu_evidence_hash.fill(4);
  claims.block.seqno = 0x01020304;
  claims.block.root_hash.fill(5);
  return claims;
}

TEST(Claims, OldOnesAreTheHashOfTheKey) {
  const Claims claims{.tls_public_key = {7}};
  EXPECT_EQ(report_data(claims), crypto::sha512(claims.tls_public_key));
}

TEST(Claims, EncodingIsFixed) {
  const base::Bytes bytes = encode_claims(example());
  ASSERT_EQ(bytes.size(), kEnclaveClaimsSize);
  EXPECT_EQ(base::to_hex(bytes).substr(0, 38),
            "636f636f6f6e20636c61696d7320320a02"
            "0101");
  EXPECT_EQ(base::to_hex(base::BytesView(bytes).subspan(145, 5)), "0403020105");
  EXPECT_EQ(report_data(example()), crypto::sha512(bytes));
  const auto back = parse_claims(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, example());
}

TEST(Claims, EveryByteCounts) {
  const base::Bytes good = encode_claims(example());
  std::set<base::Bits512> seen{report_data(example())};
  for (std::size_t i = 0; i < good.size(); ++i) {
    base::Bytes changed = good;
    changed[i] ^= 0x80;
    const auto claims = parse_claims(changed);
    EXPECT_EQ(claims.ok(), i > 16) << i;
    if (claims) {
      EXPECT_TRUE(seen.insert(report_data(*claims)).second) << i;
      EXPECT_EQ(encode_claims(*claims), changed);
    }
  }
}

TEST(Claims, Refusals) {
  const base::Bytes good = encode_claims(example());
  const auto reason_of = [](base::BytesView bytes) {
    const auto claims = parse_claims(bytes);
    return claims ? "parsed" : claims.error().reason();
  };
  EXPECT_EQ(reason_of(base::BytesView(good).first(180)), "claims_size_mismatch");
  base::Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(reason_of(longer), "claims_size_mismatch");
  base::Bytes other = good;
  other[14] = '3';
  EXPECT_EQ(reason_of(other), "claims_version_unsupported");
  for (const int role : {0, 4, 255}) {
    other = good;
    other[16] = static_cast<std::uint8_t>(role);
    EXPECT_EQ(reason_of(other), "claims_role_unknown");
  }
}

TEST(Claims, OfGpus) {
  EXPECT_NE(gpu_nonce({1}), gpu_nonce({2}));
  base::Bytes written_out = base::to_bytes("cocoon gpu nonce 1");
  written_out.resize(written_out.size() + 33);
  EXPECT_EQ(gpu_nonce({}), crypto::sha256(written_out));
  EXPECT_NE(gpu_evidence_hash(base::Bits256{}), gpu_nonce({}));
}

TEST(Freshness, QuoteIsNotOlderThanTheNamedBlock) {
  const NamedBlock named{.seqno = 9, .root_hash = {9}};
  const auto judged = [&](base::WallTime time) {
    const KnownBlock known[] = {{{.seqno = 8, .root_hash = {8}}, kNow}, {named, time}};
    return freshness_of(kNow, named, known);
  };
  EXPECT_EQ(judged(kNow - 1h).outcome, Outcome::Passed);
  EXPECT_EQ(judged(kNow - 24h).outcome, Outcome::Passed);
  EXPECT_EQ(judged(kNow - 25h).refusal, Refusal::EvidenceStale);
  EXPECT_EQ(judged(kNow - 25h).outcome, Outcome::Failed);
  EXPECT_EQ(judged(kNow + 2min).refusal, Refusal::EvidenceFromFuture);
}

TEST(Freshness, UnknownBlockProvesNothing) {
  const KnownBlock known[] = {{{.seqno = 9, .root_hash = {9}}, kNow}};
  EXPECT_EQ(freshness_of(kNow, {.seqno = 9, .root_hash = {8}}, known).outcome, Outcome::NotChecked);
  EXPECT_EQ(freshness_of(kNow, {}, {}).outcome, Outcome::NotChecked);
}

}  // namespace
}  // namespace cocoon::attest
