// Quotes and reports of real machines, and everything that can be wrong with one.
#include "attest/quote.h"

#include <gtest/gtest.h>

#include "attest/limits.h"
#include "attest/sev_snp_report.h"
#include "attest/vector_file.h"

namespace cocoon::attest {
namespace {

std::string_view reason_of(base::BytesView bytes) {
  const auto quote = parse_quote(bytes);
  return quote ? "accepted" : quote.error().reason();
}

TEST(Quote, Version4) {
  const auto quote = parse_quote(vector_file("tdx-v4.bin"));
  ASSERT_TRUE(quote.ok()) << quote.error().message();
  EXPECT_EQ(quote->version, 4);
  EXPECT_EQ(
      base::to_hex(quote->td()->mr_seam),
      "49b66faa451d19ebbdbe89371b8daf2b65aa3984ec90110343e9e2eec116af08850fa20e3b1aa9a874d77a653"
      "80ee7e6");
  EXPECT_EQ(quote->td()->td_attributes, 0x10000000u);
  EXPECT_EQ(quote->td()->xfam, 0x602e7u);
  EXPECT_EQ(
      base::to_hex(quote->td()->measurements.mr_td),
      "7357a10d2e2724dffe68813e3cc4cfcde6814d749f2fb62e3953e54f6e0b50a219786afe2cd478f684b52c618"
      "37e1114");
  EXPECT_EQ(
      base::to_hex(quote->td()->measurements.rtmr[2]),
      "aaccda38cf2bdee9965664d6793c9eaa93349564a052f36db45da5db656abe7b909d92cad5a29287f2bb78761"
      "771fec4");
  EXPECT_EQ(quote->td()->measurements.rtmr[3], base::Bits384{});
  EXPECT_EQ(
      base::to_hex(quote->td()->report_data),
      "d21efaa8d7de2b0f5601df8b24cfbca690c5231e677d0fe35954c8be00614bd27f467a5624a6667aa74506cb1"
      "4c271a48894c3ef11d2d26b269a2926fc74f87b");
}

TEST(Quote, Version5WithItsLargerBody) {
  const auto quote = parse_quote(vector_file("tdx-v5.bin"));
  ASSERT_TRUE(quote.ok()) << quote.error().message();
  EXPECT_EQ(quote->version, 5);
  EXPECT_EQ(
      base::to_hex(quote->td()->measurements.mr_td),
      "7348651a34b2d2d3462822e3a750ec6110125f36757c78480bbfc69cc0d21fb001a1ced3ee19747dda8f750c3"
      "bc8f876");
  EXPECT_EQ(
      base::to_hex(quote->td()->report_data),
      "945eaacf5abc1f719d8666a942fda03d1edcb4490277396093dc5a5289ab9f1e094aed63060cd4a4933a4dd53"
      "7ed1255c9c79ecb3ed82cd1b486233e31c25c3a");
}

TEST(Quote, EveryTruncationIsRefused) {
  for (const char* name : {"tdx-v4.bin", "tdx-v5.bin"}) {
    const base::Bytes bytes = vector_file(name);
    std::size_t quote_end = bytes.size();
    while (bytes[quote_end - 1] == 0) --quote_end;
    for (std::size_t size = 0; size < quote_end; ++size) {
      ASSERT_EQ(reason_of(base::BytesView(bytes).first(size)), "quote_truncated") << size;
    }
  }
}

TEST(Quote, OnlyZerosMayFollow) {
  base::Bytes bytes = vector_file("tdx-v4.bin");
  bytes.resize(8000);
  EXPECT_EQ(reason_of(bytes), "accepted");
  bytes.back() = 1;
  EXPECT_EQ(reason_of(bytes), "quote_trailing_bytes");
  bytes.resize(kQuoteSizeMax + 1);
  EXPECT_EQ(reason_of(bytes), "quote_oversized");
}

struct Change {
  std::size_t offset;
  std::uint8_t value;
  const char* file;
  std::string_view reason;
};

TEST(Quote, HeaderMustSayWhatWeRead) {
  const Change changes[] = {
      {0, 2, "tdx-v4.bin", "quote_version_unsupported"},
      {0, 3, "tdx-v4.bin", "quote_tee_unsupported"},
      {0, 6, "tdx-v4.bin", "quote_version_unsupported"},
      {2, 3, "tdx-v4.bin", "quote_key_type_unsupported"},
      {4, 1, "tdx-v4.bin", "quote_tee_unsupported"},
      {48, 1, "tdx-v5.bin", "quote_body_type_unsupported"},
      {48, 4, "tdx-v5.bin", "quote_body_type_unsupported"},
      {48, 2, "tdx-v5.bin", "quote_body_size_mismatch"},
      {50, 0, "tdx-v5.bin", "quote_body_size_mismatch"},
  };
  for (const Change& change : changes) {
    base::Bytes bytes = vector_file(change.file);
    bytes[change.offset] = change.value;
    EXPECT_EQ(reason_of(bytes), change.reason) << change.offset;
  }
}

TEST(Quote, SignatureLengthBeyondTheEnd) {
  base::Bytes bytes = vector_file("tdx-v4.bin");
  for (std::size_t i = 632; i < 636; ++i) bytes[i] = 0xff;
  EXPECT_EQ(reason_of(bytes), "quote_truncated");
}

TEST(Quote, LengthsAddUpExactly) {
  const base::Bytes quote = vector_file("tdx-v4.bin");
  const auto shifted = [&](std::size_t at, int by) {
    base::Bytes bytes = quote;
    bytes[at] = static_cast<std::uint8_t>(bytes[at] + by);
    return base::to_text(base::as_bytes(reason_of(bytes)));
  };
  // The signature's length, that of the outer certification data, of the authentication data (32,
  // which moves the type behind it) and of the chain.
  EXPECT_EQ(shifted(632, 1), "quote_signature_size_mismatch");
  EXPECT_EQ(shifted(632, -1), "quote_truncated");
  EXPECT_EQ(shifted(766, -1), "quote_signature_size_mismatch");
  EXPECT_EQ(shifted(766, 1), "quote_truncated");
  EXPECT_EQ(shifted(1218, 1), "quote_certification_data_unsupported");
  EXPECT_EQ(shifted(1254, -1), "quote_signature_size_mismatch");
  EXPECT_EQ(shifted(1254, 1), "quote_truncated");
}

TEST(Quote, CertificationDataOfOtherTypes) {
  for (const std::size_t at : {764u, 1252u}) {
    base::Bytes bytes = vector_file("tdx-v4.bin");
    bytes[at] = 3;
    EXPECT_EQ(reason_of(bytes), "quote_certification_data_unsupported") << at;
  }
}

const Factor* find_factor(const Findings& findings, FactorId id) {
  for (const Factor& factor : findings.factors) {
    if (factor.id == id) return &factor;
  }
  return nullptr;
}

TEST(ReadUnverified, SaysThatTheChainWasNotChecked) {
  const auto findings = read_unverified(TdxEvidence{vector_file("tdx-v4.bin")});
  ASSERT_TRUE(findings && findings->statement);
  const Factor* chain = find_factor(*findings, FactorId::SignatureChain);
  ASSERT_NE(chain, nullptr);
  EXPECT_EQ(chain->outcome, Outcome::NotChecked);
  EXPECT_EQ(chain->refusal, Refusal::VerifierMissing);
  EXPECT_EQ(chain->reason, "This program has no verifier for TDX evidence.");
  EXPECT_EQ(find_factor(*findings, FactorId::DebugOff)->outcome, Outcome::NotChecked);
}

TEST(ReadUnverified, DebugFailsEvenUnverified) {
  const auto tdx = read_unverified(TdxEvidence{vector_file("tdx-v4-debug.bin")});
  EXPECT_EQ(find_factor(*tdx, FactorId::DebugOff)->outcome, Outcome::Failed);
  const base::Bytes bytes = vector_file("sev-snp-v2-debug.bin");
  SevSnpEvidence evidence{parse_sev_snp_report(bytes)->report_data, bytes, {}};
  EXPECT_EQ(find_factor(*read_unverified(evidence), FactorId::DebugOff)->outcome, Outcome::Failed);
  evidence.report_data[63] = 1;
  const auto swapped = read_unverified(evidence);
  EXPECT_FALSE(swapped->statement);
  EXPECT_EQ(find_factor(*swapped, FactorId::SignatureChain)->refusal, Refusal::ReportDataMismatch);
}

TEST(ReadUnverified, MalformedStatesNothing) {
  const auto findings = read_unverified(TdxEvidence{base::Bytes(100)});
  ASSERT_TRUE(findings.has_value());
  EXPECT_FALSE(findings->statement);
  EXPECT_EQ(find_factor(*findings, FactorId::SignatureChain)->refusal, Refusal::EvidenceMalformed);
}

TEST(ReadUnverified, OtherKindsAreNotItsBusiness) {
  EXPECT_FALSE(read_unverified(NoEvidence{}));
  EXPECT_FALSE(read_unverified(FakeTdxEvidence{}));
  EXPECT_FALSE(read_unverified(SimulatedEvidence{}));
  EXPECT_FALSE(read_unverified(RelayedEvidence{}));
}

}  // namespace
}  // namespace cocoon::attest
