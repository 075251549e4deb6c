// GPUs of a peer under collateral that comes by and by, with recorded reports and manifests.
#include "app/attestation/device_verifier.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "attest/nvidia/report.h"
#include "base/encoding.h"
#include "crypto/hash.h"

namespace cocoon::app::attestation {
namespace {

using attest::FactorId;
using attest::Outcome;

const base::WallTime kNow = base::from_unix_seconds(1719215673);

base::Bytes file(const std::string& name) {
  std::ifstream stream(std::string(COCOON_VECTORS) + "/attestation/nvidia/" + name,
                       std::ios::binary);
  EXPECT_TRUE(stream.good()) << name;
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// As the service answers.
attest::collateral::Item manifest(const std::string& id, const std::string& name) {
  const base::Bytes xml = file(name);
  const std::string json = R"({"id":")" + id + R"(","rim":")" + base::to_base64(xml) +
                           R"(","sha256":")" + base::to_hex(crypto::sha256(xml)) + "\"}";
  return {attest::collateral::nvidia_manifest(id), base::to_bytes(json), {}};
}

struct Machine {
  attest::nvidia::DeviceSet set = [] {
    attest::nvidia::DeviceSet made;
    made.gpus = {{file("h100-545-full.bin"), file("h100-545-full-chain.pem")}};
    made.confidential = attest::nvidia::ConfidentialMode::On;
    made.nonce = attest::nvidia::parse_report(made.gpus[0].report)->request_nonce;
    return made;
  }();
  std::shared_ptr<LiveCollateral> collateral = std::make_shared<LiveCollateral>();
  NvidiaVerifier verifier{collateral};

  Outcome look(FactorId id) const {
    for (const auto& factor : verifier.examine_asked(kNow, set.nonce, encode(set))) {
      if (factor.id == id) return factor.outcome;
    }
    return Outcome::NotChecked;
  }
};

TEST(NvidiaVerifier, ManifestsAreWantedAndThenCompared) {
  const Machine machine;
  EXPECT_TRUE(machine.collateral->due(kNow).empty());
  EXPECT_EQ(machine.look(FactorId::GpuChain), Outcome::Passed);
  EXPECT_EQ(machine.look(FactorId::GpuFirmware), Outcome::NotChecked);
  std::string driver;
  std::string vbios;
  bool lists = false;
  for (const auto& name : machine.collateral->due(kNow)) {
    const std::string id = name.path.substr(name.path.rfind('/') + 1);
    if (id.starts_with("NV_GPU_DRIVER_GH100")) driver = id;
    if (id.starts_with("NV_GPU_VBIOS")) vbios = id;
    lists = lists || name == attest::collateral::nvidia_chip_crl("GH100");
  }
  EXPECT_TRUE(lists);
  ASSERT_FALSE(driver.empty());
  ASSERT_FALSE(vbios.empty());
  ASSERT_TRUE(machine.collateral->add(kNow, manifest(driver, "h100-545-full-driver.xml")).ok());
  EXPECT_EQ(machine.look(FactorId::GpuFirmware), Outcome::NotChecked);
  ASSERT_TRUE(machine.collateral->add(kNow, manifest(vbios, "h100-545-full-vbios.xml")).ok());
  EXPECT_EQ(machine.look(FactorId::GpuFirmware), Outcome::Passed);
}

TEST(NvidiaVerifier, WhatIsNotGenuineMakesNobodyFetch) {
  Machine machine;
  machine.set.gpus[0].report.back() ^= 1;
  EXPECT_EQ(machine.look(FactorId::GpuChain), Outcome::Failed);
  EXPECT_TRUE(machine.collateral->due(kNow).empty());
}

TEST(NvidiaVerifier, ManifestThatDoesNotVerifyIsAsGoodAsMissing) {
  const Machine machine;
  machine.look(FactorId::GpuChain);
  for (const auto& name : machine.collateral->due(kNow)) {
    const std::string id = name.path.substr(name.path.rfind('/') + 1);
    if (!id.starts_with("NV_GPU")) continue;
    ASSERT_TRUE(machine.collateral->add(kNow, manifest(id, "m-rim-edited-driver.xml")).ok());
  }
  EXPECT_EQ(machine.look(FactorId::GpuFirmware), Outcome::NotChecked);
}

TEST(NvidiaVerifier, TheNonceIsThatOfTheClaims) {
  const Machine machine;
  const auto factors =
      machine.verifier.examine(kNow, {.tls_public_key = {1}, .block = {}}, encode(machine.set));
  ASSERT_FALSE(factors.empty());
  EXPECT_EQ(factors[0].refusal, attest::Refusal::NonceMismatch);
}

TEST(NvidiaVerifier, BytesThatAreNoSet) {
  const Machine machine;
  const auto factors = machine.verifier.examine(kNow, {}, base::to_bytes("nonsense"));
  ASSERT_EQ(factors.size(), 1u);
  EXPECT_EQ(factors[0].id, FactorId::GpuChain);
  EXPECT_EQ(factors[0].refusal, attest::Refusal::EvidenceMalformed);
}

}  // namespace
}  // namespace cocoon::app::attestation
