// What each factor says when one thing is wrong: every field of a genuine report changed in turn,
// other machines' certificates, lists of other roots, guests that the owner's requirements refuse.
#include "attest/amd/verify.h"

#include <gmock/gmock.h>

#include "attest/recorded.h"
#include "base/encoding.h"

namespace cocoon::attest::amd {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

const base::WallTime kNow = base::from_unix_seconds(1748736000);       // 2025-06-01
const base::WallTime kTestsNow = base::from_unix_seconds(1894665600);  // 2030-01-15, of test keys

struct Case {
  base::Bytes report = recorded("snp/ms-milan-v3.bin");
  base::Bytes key = recorded("snp/ms-milan-v3-key.der");
  base::Bytes chain = {};
  base::Bytes list = {};
  base::WallTime now = kNow;
  Roots roots = pinned_roots();
  Requirements requirements = {};

  Findings examine() const {
    return examine_report(now, {report, key, chain, list}, roots, requirements).findings;
  }
};

Case test_case(const std::string& name) {
  Case made;
  made.report = recorded("snp/" + name + ".bin");
  made.key = recorded("snp/s-ok-vcek-key.der");
  made.chain = recorded("snp/s-ok-vcek-chain.pem");
  made.now = kTestsNow;
  made.roots = {*parse_root(Product::Milan, recorded("snp/test-root.pem"))};
  return made;
}

Outcome outcome_of(const Findings& findings, FactorId id) {
  const Factor* factor = find_factor(findings, id);
  EXPECT_NE(factor, nullptr);
  return factor == nullptr ? Outcome::NotChecked : factor->outcome;
}

TEST(SevSnp, GenuineReportPassesAllButTheList) {
  const Findings findings = Case().examine();
  EXPECT_THAT(failures(findings), IsEmpty());
  EXPECT_EQ(outcome_of(findings, FactorId::RevocationLists), Outcome::NotChecked);
  ASSERT_TRUE(findings.statement.has_value());
  ASSERT_TRUE(findings.platform.has_value());
  const auto key = parse_key_certificate(Case().key);
  EXPECT_EQ(*findings.platform, platform_id(kPlatformKindChip, key->hardware_id));
  Requirements strict = production_requirements();
  Case made;
  made.requirements = strict;
  EXPECT_THAT(failures(made.examine()), IsEmpty());
}

// Each signed bit counts: whatever else it changes, the signature no longer holds, or the report is
// not even looked at.
TEST(SevSnp, EveryByteOfTheSignedPartCounts) {
  const Case genuine;
  for (std::size_t i = 0; i < kSevSnpSignedSize; i += 7) {
    Case made;
    made.report[i] ^= static_cast<std::uint8_t>(1 << i % 8);
    const Findings findings = made.examine();
    const Factor* chain = find_factor(findings, FactorId::SignatureChain);
    ASSERT_NE(chain, nullptr) << i;
    EXPECT_EQ(chain->outcome, Outcome::Failed) << i;
  }
}

struct Flip {
  std::size_t offset;
  std::uint8_t bit;
  Refusal refusal;
};

// The right factor says so, beside the signature.
TEST(SevSnp, FieldsChangedOneByOne) {
  const Flip flips[] = {
      {0x000, 0x40, Refusal::EvidenceUnsupported},  // version
      {0x00A, 0x08, Refusal::DebugOn},              // policy
      {0x00A, 0x04, Refusal::AttributeNotAllowed},  // migration agent
      {0x00A, 0x02, Refusal::AttributeNotAllowed},  // reserved, must be one
      {0x030, 0x02, Refusal::AttributeNotAllowed},  // VMPL
      {0x033, 0x80, Refusal::AttributeNotAllowed},  // asked for by the host
      {0x034, 0x02, Refusal::EvidenceUnsupported},  // signature algorithm
      {0x048, 0x04, Refusal::SigningKeyMismatch},   // signed by a VLEK
      {0x048, 0x1C, Refusal::EvidenceUnsupported},  // signed by nothing
      {0x050, 0x01, Refusal::SignatureInvalid},     // report data
      {0x090, 0x01, Refusal::SignatureInvalid},     // measurement
      {0x180, 0x01, Refusal::TcbMismatch},          // boot loader
      {0x181, 0x01, Refusal::TcbMismatch},          // TEE
      {0x186, 0x01, Refusal::TcbMismatch},          // SNP
      {0x187, 0x01, Refusal::TcbMismatch},          // microcode
      {0x188, 0x03, Refusal::SigningKeyMismatch},   // CPU family: of a Turin
      {0x188, 0x80, Refusal::EvidenceUnsupported},  // CPU family: of nobody
      {0x189, 0x10, Refusal::SigningKeyMismatch},   // CPU model: of a Genoa
      {0x1A0, 0x01, Refusal::SignatureInvalid},     // chip id
      {0x2A0, 0x01, Refusal::SignatureInvalid},     // r
      {0x2D0, 0x01, Refusal::SignatureInvalid},     // beyond r's 48 bytes
      {0x2E8, 0x01, Refusal::SignatureInvalid},     // s
      {0x318, 0x01, Refusal::SignatureInvalid},     // beyond s's 48 bytes
  };
  for (const Flip& flip : flips) {
    Case made;
    made.report[flip.offset] ^= flip.bit;
    EXPECT_THAT(failures(made.examine()), Contains(std::string(reason_name(flip.refusal))))
        << flip.offset;
  }
}

TEST(SevSnp, CertificateOfAnotherMachine) {
  Case made;
  made.key = recorded("snp/trustee-milan-v2-key.der");
  EXPECT_THAT(failures(made.examine()), Contains("evidence_signature_invalid"));
}

TEST(SevSnp, NoCertificate) {
  Case made;
  made.key = {};
  EXPECT_THAT(failures(made.examine()), ElementsAre("certificate_chain_invalid"));
  made.key = recorded("snp/chain-milan.pem");  // more than one
  EXPECT_THAT(failures(made.examine()), ElementsAre("certificate_chain_invalid"));
  made.key = base::to_bytes(pinned_roots()[0].certificate.der());  // a root signs no reports
  EXPECT_THAT(failures(made.examine()), ElementsAre("certificate_chain_invalid"));
}

TEST(SevSnp, EveryByteOfTheCertificateCounts) {
  for (std::size_t i = 0; i < Case().key.size(); i += 13) {
    Case made;
    made.key[i] ^= 1;
    const Findings findings = made.examine();
    EXPECT_NE(outcome_of(findings, FactorId::SignatureChain), Outcome::Passed) << i;
  }
}

TEST(SevSnp, RootsOfOtherProductsOnly) {
  Case made;
  std::erase_if(made.roots, [](const Root& root) { return root.product == Product::Milan; });
  EXPECT_THAT(failures(made.examine()), ElementsAre("root_not_allowed"));
  made.roots = {{Product::Milan, pinned_roots()[1].certificate, {}}};
  made.chain = recorded("snp/chain-milan.pem");
  EXPECT_THAT(failures(made.examine()), ElementsAre("root_not_allowed"));
}

TEST(SevSnp, ChainsOfOtherShapes) {
  const std::string milan = base::to_text(recorded("snp/chain-milan.pem"));
  Case made;
  made.chain = base::to_bytes(milan + milan);
  EXPECT_THAT(failures(made.examine()), ElementsAre("certificate_chain_invalid"));
  made.chain = base::to_bytes(milan.substr(0, milan.find("-----BEGIN", 1)));
  EXPECT_THAT(failures(made.examine()), ElementsAre("certificate_chain_invalid"));
  made.chain = base::to_bytes("garbage");
  EXPECT_THAT(failures(made.examine()), ElementsAre("certificate_chain_invalid"));
}

TEST(SevSnp, OldFirmware) {
  Case made;
  const Tcb tcb = parse_key_certificate(made.key)->tcb;
  made.requirements.tcb_min[Product::Milan] = tcb;
  made.requirements.tcb_min[Product::Genoa].snp = 255;
  EXPECT_THAT(failures(made.examine()), IsEmpty());
  for (std::uint8_t Tcb::* part : {&Tcb::boot_loader, &Tcb::tee, &Tcb::snp, &Tcb::microcode}) {
    Tcb newer = tcb;
    ++(newer.*part);
    made.requirements.tcb_min[Product::Milan] = newer;
    EXPECT_THAT(failures(made.examine()), ElementsAre("tcb_too_old"));
  }
}

TEST(SevSnp, GuestsThatTheOwnerRefuses) {
  Case level = test_case("s-vmpl3");
  EXPECT_THAT(failures(level.examine()), ElementsAre("attribute_not_allowed"));
  level.requirements.vmpl_max = 3;
  EXPECT_THAT(failures(level.examine()), IsEmpty());
  Case socket;
  socket.requirements.policy_set |= std::uint64_t{1} << 20;
  EXPECT_THAT(failures(socket.examine()), ElementsAre("attribute_not_allowed"));
  Case smt;
  smt.requirements.policy_clear |= std::uint64_t{1} << 16;
  EXPECT_THAT(failures(smt.examine()), ElementsAre("attribute_not_allowed"));
  Case hiding;
  hiding.requirements.platform_set |= std::uint64_t{1} << 4;
  EXPECT_THAT(failures(hiding.examine()), ElementsAre("attribute_not_allowed"));
  Case interface;  // this guest asked for 0.31
  interface.requirements.abi_minor_min = 31;
  EXPECT_THAT(failures(interface.examine()), IsEmpty());
  interface.requirements.abi_minor_min = 32;
  EXPECT_THAT(failures(interface.examine()), ElementsAre("attribute_not_allowed"));
  interface.requirements.abi_minor_min = 0;
  interface.requirements.abi_major_min = 1;
  EXPECT_THAT(failures(interface.examine()), ElementsAre("attribute_not_allowed"));
  Case alias;
  alias.report = recorded("snp/trustee-milan-v2.bin");
  alias.key = recorded("snp/trustee-milan-v2-key.der");
  alias.requirements = production_requirements();
  EXPECT_THAT(failures(alias.examine()), ElementsAre("attribute_not_allowed"));
}

TEST(SevSnp, ListOfAnotherRoot) {
  Case made;
  made.list = recorded("snp/s-crl-ok.crl");
  EXPECT_THAT(failures(made.examine()), ElementsAre("revocation_list_invalid"));
  made.list = base::to_bytes("not a list");
  EXPECT_THAT(failures(made.examine()), ElementsAre("revocation_list_invalid"));
}

TEST(SevSnp, ListOfThisRoot) {
  Case made = test_case("s-crl-ok");
  made.list = recorded("snp/s-crl-ok.crl");
  EXPECT_THAT(failures(made.examine()), IsEmpty());
  EXPECT_EQ(outcome_of(made.examine(), FactorId::RevocationLists), Outcome::Passed);
  made.list.back() ^= 1;
  EXPECT_THAT(failures(made.examine()), ElementsAre("revocation_list_invalid"));
  made.list = recorded("snp/s-crl-ok.crl");
  made.now = base::from_unix_seconds(1925000000);  // 2031
  EXPECT_THAT(failures(made.examine()), ElementsAre("revocation_list_stale"));
}

class FixedCollateral final : public CollateralSource {
 public:
  Collateral content;
  std::shared_ptr<const Collateral> find(Product product, ReportKey key) const override {
    if (product != Product::Milan || key != ReportKey::Vcek) return nullptr;
    return std::make_shared<const Collateral>(content);
  }
};

TEST(SevSnpVerifier, EvidenceOfAPeer) {
  FixedCollateral source;
  const Verifier verifier(pinned_roots(), production_requirements(), &source);
  EXPECT_EQ(verifier.kind(), EvidenceKind::SevSnp);
  const Case made;
  SevSnpEvidence evidence{parse_sev_snp_report(made.report)->report_data, made.report, made.key};
  EXPECT_THAT(failures(verifier.examine(kNow, evidence)), IsEmpty());
  source.content.chain = recorded("snp/chain-milan.pem");
  EXPECT_THAT(failures(verifier.examine(kNow, evidence)), IsEmpty());
  source.content.chain = recorded("snp/chain-genoa.pem");
  EXPECT_THAT(failures(verifier.examine(kNow, evidence)), ElementsAre("certificate_chain_invalid"));
  source.content.chain = {};
  source.content.revocation_list = recorded("snp/s-crl-ok.crl");
  EXPECT_THAT(failures(verifier.examine(kNow, evidence)), ElementsAre("revocation_list_invalid"));
  evidence.report_data[0] ^= 1;  // of another peer, beside this report
  const Findings swapped = verifier.examine(kNow, evidence);
  EXPECT_THAT(failures(swapped), ElementsAre("report_data_mismatch"));
  EXPECT_FALSE(swapped.statement);
}

TEST(Products, NamesAndProcessors) {
  EXPECT_EQ(product_of_name("Milan-B0"), Product::Milan);
  EXPECT_EQ(product_of_name("Siena"), Product::Genoa);
  EXPECT_EQ(product_of_name("Bergamo-A1"), Product::Genoa);
  EXPECT_EQ(product_of_name("Turin"), Product::Turin);
  EXPECT_EQ(product_of_name("Milano"), std::nullopt);
  EXPECT_EQ(product_of_name(""), std::nullopt);
  EXPECT_EQ(product_of_cpu(0x19, 0x01), Product::Milan);
  EXPECT_EQ(product_of_cpu(0x19, 0x11), Product::Genoa);
  EXPECT_EQ(product_of_cpu(0x19, 0xA0), Product::Genoa);
  EXPECT_EQ(product_of_cpu(0x19, 0x20), std::nullopt);
  EXPECT_EQ(product_of_cpu(0x1A, 0x02), Product::Turin);
  EXPECT_EQ(product_of_cpu(0x1A, 0x50), std::nullopt);
  EXPECT_EQ(product_of_cpu(0x17, 0x31), std::nullopt);
}

}  // namespace
}  // namespace cocoon::attest::amd
