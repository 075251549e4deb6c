// Every field of valid quotes and every part of their collateral, changed: refused, for the right
// reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "attest/intel/vectors_lab.h"
#include "attest/intel/verify.h"

namespace cocoon::attest::intel {
namespace {

using base::Bytes;
using Classes = std::set<FaultClass>;

constexpr unsigned kSeed = 20260101;

struct QuoteField {
  std::string name;
  std::size_t offset;
  std::size_t size;
  Classes classes;
};

std::optional<FaultClass> refusal(const IntelVector& vector, const Bytes& quote,
                                  const IntelCollateral& collateral) {
  const auto verified = verify_quote(vector.checks.front().time, quote, collateral, vector.root);
  if (verified) return std::nullopt;
  return class_of(*verified.error().as<Fault>());
}

// The layout of a quote that has 32 bytes of authentication data.
std::vector<QuoteField> layout(const Quote& quote) {
  using enum FaultClass;
  std::vector<QuoteField> fields = {
      {"version", 0, 2, {Unsupported, Malformed}},  {"key type", 2, 2, {Unsupported}},
      {"TEE type", 4, 4, {Unsupported, Malformed}}, {"reserved", 8, 4, {QuoteSignature}},
      {"vendor", 12, 16, {QuoteSignature}},         {"user data", 28, 20, {QuoteSignature}},
  };
  const auto add = [&fields](std::string name, std::size_t size, Classes classes) {
    const std::size_t at = fields.back().offset + fields.back().size;
    fields.push_back({std::move(name), at, size, std::move(classes)});
  };
  if (quote.version == 5) {
    add("body type", 2, {Unsupported, Malformed});
    add("body size", 4, {Malformed});
  }
  // Fields that collateral speaks of may fail there first.
  add("TEE_TCB_SVN", 16, {QuoteSignature});
  add("MRSEAM", 48, {QuoteSignature});
  add("MRSIGNERSEAM", 48, {QuoteSignature});
  add("SEAMATTRIBUTES", 8, {QuoteSignature});
  for (const char* name : {"TDATTRIBUTES", "XFAM"}) add(name, 8, {QuoteSignature});
  for (const char* name :
       {"MRTD", "MRCONFIGID", "MROWNER", "MROWNERCONFIG", "RTMR0", "RTMR1", "RTMR2", "RTMR3"}) {
    add(name, 48, {QuoteSignature});
  }
  add("REPORTDATA", 64, {QuoteSignature});
  if (quote.td()->newer) {
    add("TEE_TCB_SVN_2", 16, {QuoteSignature});
    add("MRSERVICETD", 48, {QuoteSignature});
  }
  add("signature size", 4, {Malformed, Unsupported});
  add("signature", 64, {QuoteSignature});
  add("attestation key", 64, {QuoteSignature});
  add("outer type", 2, {Unsupported});
  add("outer size", 4, {Malformed});
  add("QE CPUSVN", 16, {QuoteSignature});
  add("QE MISCSELECT", 4, {QuoteSignature, QeIdentity});
  add("QE reserved", 28, {QuoteSignature});
  add("QE ATTRIBUTES", 16, {QuoteSignature, QeIdentity});
  add("QE MRENCLAVE", 32, {QuoteSignature});
  add("QE reserved 2", 32, {QuoteSignature});
  add("QE MRSIGNER", 32, {QuoteSignature, QeIdentity});
  add("QE reserved 3", 96, {QuoteSignature});
  add("QE ISVPRODID", 2, {QuoteSignature, QeIdentity});
  add("QE ISVSVN", 2, {QuoteSignature});
  add("QE reserved 4", 60, {QuoteSignature});
  add("QE REPORTDATA", 64, {QuoteSignature});
  add("QE signature", 64, {QuoteSignature});
  add("authentication size", 2, {Malformed, Unsupported});
  add("authentication data", 32, {QuoteSignature});
  add("inner type", 2, {Unsupported});
  add("inner size", 4, {Malformed});
  add("PCK chain", quote.pck_chain.size(), {Malformed, BadChain, UntrustedRoot, CertTime});
  return fields;
}

class Mutation : public testing::TestWithParam<std::pair<const char*, const char*>> {
 protected:
  const IntelVector vector = load_intel_vector(GetParam().first, GetParam().second);
};

TEST_P(Mutation, OfEveryFieldOfTheQuote) {
  const auto quote = parse_quote(vector.quote);
  ASSERT_TRUE(quote.ok());
  ASSERT_EQ(quote->qe_authentication_data.size(), 32u);
  const std::vector<QuoteField> fields = layout(*quote);
  const auto end = static_cast<std::size_t>(quote->pck_chain.data() - vector.quote.data());
  ASSERT_EQ(fields.back().offset, end);
  std::mt19937 random(kSeed);
  for (const QuoteField& field : fields) {
    // Each byte of short fields, some of long ones.
    const std::size_t step = std::max<std::size_t>(1, field.size / 12);
    for (std::size_t i = 0; i < field.size; i += step) {
      Bytes changed = vector.quote;
      const auto bit = static_cast<std::uint8_t>(1u << random() % 8);
      changed[field.offset + i] ^= bit;
      const auto found = refusal(vector, changed, vector.collateral);
      ASSERT_TRUE(found.has_value()) << field.name << " byte " << i << " bit " << int{bit};
      EXPECT_TRUE(field.classes.contains(*found))
          << field.name << " byte " << i << ": " << fault_class_name(*found);
    }
  }
}

TEST_P(Mutation, EveryTruncationOfTheQuote) {
  std::size_t end = vector.quote.size();
  while (vector.quote[end - 1] == 0) --end;
  for (std::size_t size = 0; size < end; size += size < 1400 ? 1 : 97) {
    const Bytes cut(vector.quote.begin(), vector.quote.begin() + static_cast<std::ptrdiff_t>(size));
    const auto found = refusal(vector, cut, vector.collateral);
    ASSERT_TRUE(found == FaultClass::Malformed) << size;
  }
}

TEST_P(Mutation, OfEveryPartOfTheCollateral) {
  using enum FaultClass;
  struct Part {
    const char* name;
    Bytes IntelCollateral::* bytes;
    Classes classes;
  };
  const Classes chain = {CollateralMalformed, BadChain, UntrustedRoot, CertTime};
  const Classes list = {BadCrl, CrlTime, Revoked};
  Classes list_chain = chain;
  list_chain.insert(BadCrl);
  const Part parts[] = {
      {"root CRL", &IntelCollateral::root_ca_crl, list},
      {"PCK CRL", &IntelCollateral::pck_crl, list},
      {"PCK CRL chain", &IntelCollateral::pck_crl_issuer_chain, list_chain},
      {"TCB info", &IntelCollateral::tcb_info, {CollateralSignature}},
      {"TCB info signature", &IntelCollateral::tcb_info_signature, {CollateralSignature}},
      {"TCB info chain", &IntelCollateral::tcb_info_issuer_chain, chain},
      {"QE identity", &IntelCollateral::qe_identity, {CollateralSignature}},
      {"QE identity signature", &IntelCollateral::qe_identity_signature, {CollateralSignature}},
      {"QE identity chain", &IntelCollateral::qe_identity_issuer_chain, chain},
  };
  std::mt19937 random(kSeed);
  for (const Part& part : parts) {
    const std::size_t size = (vector.collateral.*part.bytes).size();
    const std::size_t step = std::max<std::size_t>(1, size / 20);
    for (std::size_t i = 0; i < size; i += step) {
      IntelCollateral changed = vector.collateral;
      (changed.*part.bytes)[i] ^= static_cast<std::uint8_t>(1u << random() % 8);
      const auto found = refusal(vector, vector.quote, changed);
      ASSERT_TRUE(found.has_value()) << part.name << " byte " << i;
      EXPECT_TRUE(part.classes.contains(*found))
          << part.name << " byte " << i << ": " << fault_class_name(*found);
    }
    for (const std::size_t kept : {std::size_t{0}, size / 2, size - 1}) {
      IntelCollateral cut = vector.collateral;
      (cut.*part.bytes).resize(kept);
      // A chain may lose the line end behind it.
      if (refusal(vector, vector.quote, cut) == std::nullopt) {
        EXPECT_EQ((vector.collateral.*part.bytes).back(), '\n') << part.name;
      }
    }
    IntelCollateral longer = vector.collateral;
    (longer.*part.bytes).push_back('x');
    EXPECT_TRUE(refusal(vector, vector.quote, longer).has_value()) << part.name;
  }
}

// Each part of another platform's collateral, in all else as it should be.
TEST_P(Mutation, PartsOfOtherCollateral) {
  const bool recorded = std::string(GetParam().first) == "tdx";
  const IntelVector other =
      recorded ? load_intel_vector("tdx", "gcp-cos113-v4") : load_intel_vector("tdx", "phala-v4");
  for (Bytes IntelCollateral::* part :
       {&IntelCollateral::root_ca_crl, &IntelCollateral::pck_crl, &IntelCollateral::tcb_info,
        &IntelCollateral::qe_identity}) {
    IntelCollateral mixed = vector.collateral;
    mixed.*part = other.collateral.*part;
    if (mixed.*part == vector.collateral.*part) continue;
    EXPECT_TRUE(refusal(vector, vector.quote, mixed).has_value());
  }
}

INSTANTIATE_TEST_SUITE_P(Intel, Mutation,
                         testing::Values(std::pair("tdx", "phala-v4"),
                                         std::pair("tdx", "google-v5"),
                                         std::pair("tdx-synth", "st-UpToDate"),
                                         std::pair("tdx-synth", "v5-td15")),
                         [](const auto& info) {
                           std::string name = info.param.second;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace cocoon::attest::intel
