// An Intel of our own in which one thing at a time is wrong, and signed all the same.
#include <gtest/gtest.h>

#include "attest/intel/findings.h"
#include "attest/intel/lab.h"
#include "attest/intel/root.h"
#include "attest/intel/verify.h"

namespace cocoon::attest::intel {
namespace {

using base::Bytes;
using enum Fault;
using Change = std::function<void(IntelLab&)>;

std::string verdict_of(const IntelLab& lab) {
  const IntelLab::Built built = lab.build();
  const auto verified =
      verify_quote(lab.now, built.quote, built.collateral, lab.root_key.public_key());
  return verified ? std::string(tcb_status_name(verified->tcb.status))
                  : std::string(verified.error().reason());
}

void expect(std::string_view what, std::string_view verdict, const Change& change) {
  IntelLab lab;
  change(lab);
  EXPECT_EQ(verdict_of(lab), verdict) << what;
}

void expect(std::string_view what, Fault fault, const Change& change) {
  expect(what, reason_name(fault), change);
}

// In the TCB info, in the identity.
Change info(std::string_view what, std::string_view with) {
  return [=](IntelLab& lab) { IntelLab::replace(lab.tcb_info, what, with); };
}
Change identity(std::string_view what, std::string_view with) {
  return [=](IntelLab& lab) { IntelLab::replace(lab.qe_identity, what, with); };
}

TEST(Lab, IsInOrder) {
  expect("nothing", "UpToDate", [](IntelLab&) {});
  IntelLab lab;
  const IntelLab::Built built = lab.build();
  EXPECT_FALSE(verify_quote(lab.now, built.quote, built.collateral, intel_root()).ok());
}

TEST(PckChain, Faults) {
  using crypto::LabRole;
  expect("other root", PckChainUntrusted, [](IntelLab& lab) {
    lab.change_pck_chain = [&lab](auto& chain) {
      chain = {lab.pck.build(lab.pck_key, lab.platform_key),
               lab.platform.build(lab.platform_key, lab.other_key),
               lab.root.build(lab.other_key, lab.other_key)};
    };
  });
  expect("leaf signed by another", PckChainInvalid,
         [](IntelLab& lab) { lab.signs_pck = &lab.other_key; });
  expect("order", PckChainInvalid, [](IntelLab& lab) {
    lab.change_pck_chain = [](auto& chain) { std::swap(chain[0], chain[1]); };
  });
  expect("no root", PckChainInvalid,
         [](IntelLab& lab) { lab.change_pck_chain = [](auto& chain) { chain.pop_back(); }; });
  expect("root twice", PckChainInvalid, [](IntelLab& lab) {
    lab.change_pck_chain = [](auto& chain) { chain.push_back(chain.back()); };
  });
  expect("leaf alone", PckChainInvalid,
         [](IntelLab& lab) { lab.change_pck_chain = [](auto& chain) { chain.resize(1); }; });
  expect("directly under the root", PckChainInvalid, [](IntelLab& lab) {
    lab.pck.issuer = lab.root.subject;
    lab.signs_pck = &lab.root_key;
    lab.change_pck_chain = [](auto& chain) { chain.erase(chain.begin() + 1); };
  });
  expect("leaf is an authority", PckChainInvalid,
         [](IntelLab& lab) { lab.pck.role = LabRole::Authority; });
  expect("name of the leaf", PckChainInvalid,
         [](IntelLab& lab) { lab.pck.subject = "SGX TCB Signing"; });
  expect("name of the authority", PckChainInvalid, [](IntelLab& lab) {
    lab.platform.subject = lab.pck.issuer = lab.pck_crl.issuer = "SGX PCK Other CA";
  });
  expect("authority is none", PckChainInvalid, [](IntelLab& lab) {
    lab.platform.role = LabRole::Leaf;
    lab.platform.path_length.reset();
  });
  expect("authority may not sign certificates", PckChainInvalid,
         [](IntelLab& lab) { lab.platform.key_usage = 0x02; });
  expect("authority without key usage", PckChainInvalid,
         [](IntelLab& lab) { lab.platform.key_usage.reset(); });
  expect("path length", PckChainInvalid, [](IntelLab& lab) { lab.root.path_length = 0; });
  expect("critical extension", PckChainInvalid, [](IntelLab& lab) {
    lab.pck.extensions.push_back(
        crypto::lab_extension(Bytes{0x55, 0x1d, 0x7f}, crypto::Critical::Yes, {}));
  });
  expect("extension twice", PckChainMalformed, [](IntelLab& lab) {
    for (int i = 0; i < 2; ++i) {
      lab.pck.extensions.push_back(
          crypto::lab_extension(Bytes{0x55, 0x1d, 0x7f}, crypto::Critical::No, {}));
    }
  });
  expect("no SGX extension", PckExtensionInvalid, [](IntelLab& lab) { lab.pck_extension.clear(); });
}

TEST(Certificates, AreValidAtTheirEnds) {
  using std::chrono::seconds;
  struct Case {
    crypto::LabCertificate IntelLab::* certificate;
    Fault fault;
  };
  const Case cases[] = {{&IntelLab::pck, PckChainDates},
                        {&IntelLab::tcb_signer, SignerChainDates},
                        // The root is in the signer's chain too, which is looked at first.
                        {&IntelLab::root, SignerChainDates},
                        {&IntelLab::platform, PckChainDates}};
  for (const Case& one : cases) {
    expect("ends now", "UpToDate",
           [&](IntelLab& lab) { (lab.*one.certificate).not_after = lab.now; });
    expect("begins now", "UpToDate",
           [&](IntelLab& lab) { (lab.*one.certificate).not_before = lab.now; });
    expect("has ended", one.fault,
           [&](IntelLab& lab) { (lab.*one.certificate).not_after = lab.now - seconds(1); });
    expect("begins later", one.fault,
           [&](IntelLab& lab) { (lab.*one.certificate).not_before = lab.now + seconds(1); });
  }
}

TEST(SignerChain, Faults) {
  expect("signed by another", SignerChainInvalid,
         [](IntelLab& lab) { lab.signs_tcb_signer = &lab.other_key; });
  expect("name", SignerChainInvalid,
         [](IntelLab& lab) { lab.tcb_signer.subject = "SGX PCK Certificate"; });
  expect("an authority", SignerChainInvalid,
         [](IntelLab& lab) { lab.tcb_signer.role = crypto::LabRole::Authority; });
  expect("a platform signs", SignerChainInvalid, [](IntelLab& lab) {
    lab.signs_tcb_info = lab.signs_qe_identity = &lab.pck_key;
    lab.change_signer_chain = [&lab](auto& chain) {
      lab.pck.extensions.clear();
      chain = {lab.pck.build(lab.pck_key, lab.platform_key),
               lab.platform.build(lab.platform_key, lab.root_key),
               lab.root.build(lab.root_key, lab.root_key)};
    };
  });
  expect("other root", SignerChainUntrusted, [](IntelLab& lab) {
    lab.change_signer_chain = [&lab](auto& chain) {
      chain = {lab.tcb_signer.build(lab.tcb_key, lab.other_key),
               lab.root.build(lab.other_key, lab.other_key)};
    };
  });
  expect("TCB info signed by another", CollateralSignature,
         [](IntelLab& lab) { lab.signs_tcb_info = &lab.other_key; });
  expect("identity signed by the authority", CollateralSignature,
         [](IntelLab& lab) { lab.signs_qe_identity = &lab.platform_key; });
}

TEST(Revocation, Faults) {
  using std::chrono::seconds;
  expect("platform revoked", CertificateRevoked,
         [](IntelLab& lab) { lab.pck_crl.serials = {{9}, lab.pck.serial, {1}}; });
  expect("authority revoked", CertificateRevoked,
         [](IntelLab& lab) { lab.root_crl.serials = {lab.platform.serial}; });
  expect("signer revoked", CertificateRevoked,
         [](IntelLab& lab) { lab.root_crl.serials = {lab.tcb_signer.serial}; });
  expect("others revoked", "UpToDate", [](IntelLab& lab) {
    lab.pck_crl.serials = {{9}, {4, 4}, {0x7f}};
    lab.root_crl.serials = {lab.pck.serial};
  });
  for (crypto::LabCrl IntelLab::* list : {&IntelLab::root_crl, &IntelLab::pck_crl}) {
    expect("ends now", "UpToDate", [&](IntelLab& lab) { (lab.*list).next_update = lab.now; });
    expect("has ended", CrlDates,
           [&](IntelLab& lab) { (lab.*list).next_update = lab.now - seconds(1); });
    expect("of the future", CrlDates,
           [&](IntelLab& lab) { (lab.*list).this_update = lab.now + seconds(1); });
    expect("without an end", CrlInvalid, [&](IntelLab& lab) { (lab.*list).next_update.reset(); });
    expect("of another", CrlInvalid, [&](IntelLab& lab) { (lab.*list).issuer = "somebody"; });
    // Delta CRL indicator, issuing distribution point.
    for (const std::uint8_t last : {std::uint8_t{0x1b}, std::uint8_t{0x1c}}) {
      expect("of a part", CrlInvalid, [&](IntelLab& lab) {
        (lab.*list).extensions.push_back(crypto::lab_extension(
            base::Bytes({0x55, 0x1d, last}), crypto::Critical::Yes, Bytes{0x30, 0x00}));
      });
    }
  }
  expect("root list signed by another", CrlInvalid,
         [](IntelLab& lab) { lab.signs_root_crl = &lab.platform_key; });
  expect("PCK list signed by the root", CrlInvalid,
         [](IntelLab& lab) { lab.signs_pck_crl = &lab.root_key; });
  expect("root may not sign lists", CrlInvalid, [](IntelLab& lab) { lab.root.key_usage = 0x04; });
  expect("list of the other authority", CrlInvalid, [](IntelLab& lab) {
    lab.signs_pck_crl = &lab.processor_key;
    lab.pck_crl.issuer = "Intel SGX PCK Processor CA";
    lab.change_crl_chain = [&lab](auto& chain) {
      crypto::LabCertificate processor = lab.platform;
      processor.subject = lab.pck_crl.issuer;
      chain.front() = processor.build(lab.processor_key, lab.root_key);
    };
  });
  expect("chain of the list is of a signer", SignerChainInvalid, [](IntelLab& lab) {
    lab.change_crl_chain = [&lab](auto& chain) {
      chain.front() = lab.tcb_signer.build(lab.tcb_key, lab.root_key);
    };
  });
}

TEST(TcbInfo, Faults) {
  for (const auto& [what, with] : std::initializer_list<std::pair<const char*, const char*>>{
           {"\"version\":3", "\"version\":2"},
           {"\"version\":3", "\"version\":4"},
           {"\"version\":3", "\"version\":3.0"},
           {"\"version\":3", "\"version\":\"3\""},
           {"\"version\":3", "\"version\":-3"},
           {"\"version\":3", "\"version\":3,\"version\":3"},
           {"\"version\":3,", ""},
           {"\"id\":\"TDX\"", "\"id\":\"tdx\""},
           {"\"tcbType\":0", "\"tcbType\":1"},
           {"2030-01-01T00:00:00Z", "2030-01-01 00:00:00Z"},
           {"2030-01-01T00:00:00Z", "2030-13-01T00:00:00Z"},
           {"2030-01-01T00:00:00Z", "2030-02-30T00:00:00Z"},
           {"2030-01-01T00:00:00Z", "2030-01-01T24:00:00Z"},
           {"c0c000000001", "c0c0000000"},
           {"c0c000000001", "c0c00000000g"},
           {"\"tcbStatus\":\"UpToDate\"", "\"tcbStatus\":\"uptodate\""},
           {"\"tcbStatus\":\"UpToDate\"", "\"tcbStatus\":\"TDRelaunchAdvised\""},
           {"\"tcbStatus\":\"UpToDate\"", "\"tcbStatus\":\"SWHardeningNeeded\""},  // of a module
           {"{\"svn\":7},", ""},
           {"{\"svn\":7}", "{\"svn\":256}"},
           {"{\"svn\":7}", "{\"svn\":\"7\"}"},
           {"{\"svn\":7}", "{\"svn\":7},{\"svn\":7}"},
           {"{\"svn\":7}", "7"},
           {"\"tdxtcbcomponents\"", "\"other\""},
           {"\"pcesvn\":13", "\"pcesvn\":65536"},
           {"\"pcesvn\":13", "\"pcesvn\":1e1"},
           {"\"tdxModule\":", "\"other\":"},
           {"\"TDX_03\"", "\"TDX_01\""},
           {"\"TDX_03\"", "\"TDX_3\""},
           {"[\"INTEL-SA-10010\"]", "\"INTEL-SA-10010\""},
           {"[\"INTEL-SA-10010\"]", "[1]"},
           {"\"tcbLevels\":[{\"tcb\":{\"sgx", "\"tcbLevels\":[],\"old\":[{\"tcb\":{\"sgx"},
           {"\"id\":\"TDX\"", "\"id\":\"\xff\""},
           {"{\"id\":\"TDX\"", "\xef\xbb\xbf{\"id\":\"TDX\""},
       }) {
    expect(std::string(what) + " -> " + with, CollateralMalformed, info(what, with));
  }
  expect("trailing", CollateralMalformed, [](IntelLab& lab) { lab.tcb_info += "{}"; });
  expect("a list", CollateralMalformed,
         [](IntelLab& lab) { lab.tcb_info = "[" + lab.tcb_info + "]"; });
  expect("deep", CollateralMalformed, [](IntelLab& lab) {
    IntelLab::replace(lab.tcb_info, "\"version\":3",
                      "\"version\":3,\"deep\":" + std::string(9, '[') + std::string(9, ']'));
  });
  expect("large", CollateralMalformed, [](IntelLab& lab) {
    IntelLab::replace(lab.tcb_info, "\"version\":3",
                      "\"version\":3,\"large\":\"" + std::string(200'000, 'x') + "\"");
  });
  expect("unknown members", "UpToDate",
         info("\"version\":3", "\"version\":3,\"news\":[{\"a\":null,\"b\":true}]"));
}

TEST(TcbInfo, OfAnotherPlatform) {
  expect("FMSPC", CollateralMismatch, info("c0c000000001", "c0c000000002"));
  expect("PCEID", CollateralMismatch, info("\"pceId\":\"0000\"", "\"pceId\":\"0001\""));
  expect("TEE", CollateralMismatch, info("\"id\":\"TDX\"", "\"id\":\"SGX\""));
  expect("FMSPC in capitals", "UpToDate", info("c0c000000001", "C0C000000001"));
  expect("expired", CollateralDates, info("2030-01-31T00:00:00Z", "2030-01-14T23:59:59Z"));
  expect("ends now", "UpToDate", info("2030-01-31T00:00:00Z", "2030-01-15T00:00:00Z"));
  expect("of the future", CollateralDates, info("2030-01-01T00:00:00Z", "2030-01-15T00:00:01Z"));
}

TEST(TcbInfo, Levels) {
  expect("platform below", "SWHardeningNeeded", info("{\"svn\":7}", "{\"svn\":8}"));
  expect("last component", "SWHardeningNeeded", [](IntelLab& lab) {
    // Of the first level: eight sevens, then eight zeros.
    IntelLab::replace(lab.tcb_info, "{\"svn\":0}],\"pcesvn\"", "{\"svn\":1}],\"pcesvn\"");
  });
  expect("PCESVN", "SWHardeningNeeded", info("\"pcesvn\":13", "\"pcesvn\":14"));
  expect("TDX component 2", "SWHardeningNeeded",
         info("[{\"svn\":3},{\"svn\":0},{\"svn\":4}", "[{\"svn\":3},{\"svn\":0},{\"svn\":5}"));
  expect("TDX components 0 and 1 are not compared", "UpToDate",
         info("[{\"svn\":3},{\"svn\":0},{\"svn\":4}", "[{\"svn\":255},{\"svn\":255},{\"svn\":4}"));
  expect("module out of date", "OutOfDate", info("\"isvsvn\":6", "\"isvsvn\":7"));
  expect("module revoked", "Revoked", [](IntelLab& lab) {
    IntelLab::replace(lab.tcb_info, "\"isvsvn\":6", "\"isvsvn\":9");
    IntelLab::replace(lab.tcb_info, "\"isvsvn\":4", "\"isvsvn\":8");
  });
  expect("module below all", TcbNotSupported, [](IntelLab& lab) {
    for (const char* level : {"\"isvsvn\":6", "\"isvsvn\":4", "\"isvsvn\":2"}) {
      IntelLab::replace(lab.tcb_info, level, "\"isvsvn\":99");
    }
  });
  expect("module unknown", TcbNotSupported, info("\"TDX_01\"", "\"TDX_0a\""));
  expect("module in small letters", "UpToDate", [](IntelLab& lab) {
    IntelLab::replace(lab.tcb_info, "\"TDX_01\"", "\"TDX_0a\"");
    lab.signed_part[54 + 1] = 0x0a;
    lab.signed_part[54 + 584 + 1] = 0x0a;
  });
}

TEST(QeIdentity, Faults) {
  for (const auto& [what, with] : std::initializer_list<std::pair<const char*, const char*>>{
           {"\"version\":2", "\"version\":3"},
           {"\"miscselect\":\"00000000\"", "\"miscselect\":\"0000000\""},
           {"\"isvprodid\":2", "\"isvprodid\":65536"},
           {"\"isvsvn\":4", "\"isvsvn\":70000"},
           {"\"tcbStatus\":\"UpToDate\"", "\"tcbStatus\":\"ConfigurationNeeded\""},
           {"\"attributes\":", "\"other\":"},
       }) {
    expect(std::string(what) + " -> " + with, CollateralMalformed, identity(what, with));
  }
  expect("TEE", CollateralMismatch, identity("\"id\":\"TD_QE\"", "\"id\":\"QE\""));
  expect("other id", CollateralMalformed, identity("\"id\":\"TD_QE\"", "\"id\":\"QVE\""));
  expect("signer", QeIdentityMismatch, identity("DC9E2A7C", "DC9E2A7D"));
  expect("product", QeIdentityMismatch, identity("\"isvprodid\":2", "\"isvprodid\":1"));
  expect("attributes", QeIdentityMismatch,
         identity("\"attributes\":\"1100", "\"attributes\":\"1500"));
  expect("miscselect", QeIdentityMismatch,
         identity("\"miscselect\":\"00000000\"", "\"miscselect\":\"00000001\""));
  expect("out of date", "OutOfDate", identity("\"isvsvn\":4", "\"isvsvn\":99"));
  expect("expired", CollateralDates, identity("2030-01-31T00:00:00Z", "2030-01-14T23:59:59Z"));
  expect("debug", QeIdentityMismatch, [](IntelLab& lab) { lab.qe_report[48] |= 2; });
}

TEST(QuoteItself, Faults) {
  expect("signed by another key", QuoteSignature,
         [](IntelLab& lab) { lab.signs_quote = &lab.other_key; });
  expect("report signed by another key", QeReportSignature,
         [](IntelLab& lab) { lab.signs_qe_report = &lab.attestation_key; });
  expect("key not bound", AttestationKeyUnbound,
         [](IntelLab& lab) { lab.change_bound_report = [](Bytes& report) { report[320] ^= 1; }; });
  expect("something behind the hash", AttestationKeyUnbound,
         [](IntelLab& lab) { lab.change_bound_report = [](Bytes& report) { report[383] = 1; }; });
  expect("other vendor", QuoteUnsupported, [](IntelLab& lab) { lab.signed_part[12] ^= 1; });
  expect("signer of the module", TdxModuleMismatch,
         [](IntelLab& lab) { lab.signed_part[54 + 64] = 1; });
  expect("attributes of the module", TdxModuleMismatch,
         [](IntelLab& lab) { lab.signed_part[54 + 112] = 1; });
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65'535}}) {
    IntelLab lab;
    lab.authentication_data = Bytes(size, 3);
    // The longest makes the quote larger than any is.
    EXPECT_EQ(verdict_of(lab), size > 60'000 ? "quote_malformed" : "UpToDate");
  }
}

const Factor* factor_in(const Findings& findings, FactorId id) {
  for (const Factor& factor : findings.factors) {
    if (factor.id == id) return &factor;
  }
  return nullptr;
}

Findings findings_with(const Change& change, const TcbRules& tcb = {}, const TdRules& td = {}) {
  IntelLab lab;
  change(lab);
  const IntelLab::Built built = lab.build();
  return findings_of(
      examine_quote(lab.now, built.quote, &built.collateral, lab.root_key.public_key()), tcb, td);
}

Outcome outcome_with(FactorId id, const Change& change, const TcbRules& tcb = {},
                     const TdRules& td = {}) {
  const Findings findings = findings_with(change, tcb, td);
  const Factor* factor = factor_in(findings, id);
  EXPECT_NE(factor, nullptr);
  return factor == nullptr ? Outcome::NotChecked : factor->outcome;
}

TEST(Rules, OnAttributes) {
  const auto with_bit = [](std::size_t bit) {
    return [bit](IntelLab& lab) {
      lab.signed_part[54 + 120 + bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    };
  };
  EXPECT_EQ(outcome_with(FactorId::DebugOff, with_bit(0)), Outcome::Failed);
  EXPECT_EQ(outcome_with(FactorId::Attributes, with_bit(0)), Outcome::Passed);
  for (std::size_t bit = 1; bit < 64; ++bit) {
    const bool harmless = bit == 30 || bit == 31;  // protection keys, key locker
    EXPECT_EQ(outcome_with(FactorId::Attributes, with_bit(bit)),
              harmless ? Outcome::Passed : Outcome::Failed)
        << bit;
    EXPECT_EQ(outcome_with(FactorId::DebugOff, with_bit(bit)), Outcome::Passed);
  }
  EXPECT_EQ(outcome_with(FactorId::Attributes, [](IntelLab& l) { l.signed_part[54 + 135] = 1; }),
            Outcome::Failed);
  const Change service = [](IntelLab& lab) { lab.signed_part[54 + 600] = 5; };
  EXPECT_EQ(outcome_with(FactorId::Attributes, service), Outcome::Failed);
  TdRules rules;
  rules.service_tds = {{5}};
  EXPECT_EQ(outcome_with(FactorId::Attributes, service, {}, rules), Outcome::Passed);
}

TEST(Rules, OnTheModule) {
  EXPECT_EQ(outcome_with(FactorId::TdxModuleIdentity, [](IntelLab&) {}), Outcome::Passed);
  EXPECT_EQ(outcome_with(FactorId::TdxModuleIdentity,
                         [](IntelLab& lab) { lab.signed_part[54 + 584] -= 1; }),
            Outcome::Failed)
      << "older than at launch";
  TdRules rules;
  rules.tdx_modules = {{1}};
  EXPECT_EQ(
      outcome_with(FactorId::TdxModuleIdentity, [](IntelLab&) {}, {}, rules), Outcome::Failed);
}

TEST(Rules, OnTheStatus) {
  const Change hardening = info("{\"svn\":7}", "{\"svn\":8}");
  EXPECT_EQ(outcome_with(FactorId::TcbStatus, hardening), Outcome::Failed);
  TcbRules rules;
  rules.statuses = {"UpToDate", "SWHardeningNeeded"};
  EXPECT_EQ(outcome_with(FactorId::TcbStatus, hardening, rules), Outcome::Failed);
  rules.advisories = std::vector<std::string>{"INTEL-SA-10001"};
  EXPECT_EQ(outcome_with(FactorId::TcbStatus, hardening, rules), Outcome::Passed);
  rules.advisories.reset();
  EXPECT_EQ(outcome_with(FactorId::TcbStatus, hardening, rules), Outcome::Passed);
  rules.evaluation_number_min = 21;
  EXPECT_EQ(outcome_with(FactorId::TcbStatus, hardening, rules), Outcome::Failed);
  // The module that runs now, though the one at launch was good.
  const Change old_now = [](IntelLab& lab) { lab.signed_part[54 + 584] = 5; };
  EXPECT_EQ(outcome_with(FactorId::TcbStatus, old_now), Outcome::Failed);
  const Change revoked_now = [](IntelLab& lab) { lab.signed_part[54 + 584] = 2; };
  rules = {.statuses = {"UpToDate", "Revoked"}, .advisories = std::nullopt};
  EXPECT_EQ(outcome_with(FactorId::TcbStatus, revoked_now, rules), Outcome::Failed);
}

TEST(FindingsOf, ForgedQuotesNameNoPlatform) {
  const Findings good = findings_with([](IntelLab&) {});
  ASSERT_TRUE(good.platform.has_value());
  for (const Change& change :
       std::initializer_list<Change>{[](IntelLab& lab) { lab.signs_quote = &lab.other_key; },
                                     [](IntelLab& lab) { lab.signs_pck = &lab.other_key; },
                                     [](IntelLab& lab) { lab.signs_qe_report = &lab.other_key; }}) {
    const Findings forged = findings_with(change);
    EXPECT_FALSE(forged.platform.has_value());
    EXPECT_EQ(factor_in(forged, FactorId::SignatureChain)->outcome, Outcome::Failed);
    EXPECT_EQ(factor_in(forged, FactorId::DebugOff)->outcome, Outcome::NotChecked);
  }
}

TEST(FindingsOf, WithoutCollateralSaysSo) {
  IntelLab lab;
  const IntelLab::Built built = lab.build();
  const Findings findings =
      findings_of(examine_quote(lab.now, built.quote, nullptr, lab.root_key.public_key()), {}, {});
  EXPECT_EQ(factor_in(findings, FactorId::SignatureChain)->outcome, Outcome::Passed);
  for (const FactorId id : {FactorId::CollateralDates, FactorId::RevocationLists,
                            FactorId::TcbStatus, FactorId::QeIdentity}) {
    EXPECT_EQ(factor_in(findings, id)->outcome, Outcome::Failed);
    EXPECT_EQ(factor_in(findings, id)->refusal, Refusal::CollateralMissing);
  }
}

}  // namespace
}  // namespace cocoon::attest::intel
