// Machines: one GPU in order, and sets that lack, repeat, mix or hide something.
#include "attest/nvidia/device_set.h"

#include <gmock/gmock.h>

#include "attest/claims.h"
#include "attest/nvidia/limits.h"
#include "attest/recorded.h"

namespace cocoon::attest::nvidia {
namespace {

DeviceEvidence evidence(const std::string& report, const std::string& chain) {
  return {recorded("nvidia/" + report + ".bin"), recorded("nvidia/" + chain + "-chain.pem")};
}

struct SetCase {
  DeviceSet set = [] {
    DeviceSet made;
    made.gpus = {evidence("h100-545-full", "h100-545-full")};
    made.confidential = ConfidentialMode::On;
    made.nonce = parse_report(made.gpus[0].report)->request_nonce;
    return made;
  }();
  base::WallTime now = base::from_unix_seconds(1719215673);
  DeviceRequirements requirements = {};
  std::vector<std::string> manifests = {"h100-545-full-driver", "h100-545-full-vbios"};

  std::vector<Factor> examine() const {
    ManifestStore store(pinned_roots().manifest);
    for (const std::string& name : manifests) {
      EXPECT_TRUE(store.add(now, recorded("nvidia/" + name + ".xml")).ok()) << name;
    }
    return examine_device_set(now, set, set.nonce, store, {}, pinned_roots(), requirements);
  }
  // Of the chain, the firmware and the mode.
  std::vector<std::string> reasons() const {
    std::vector<std::string> all;
    for (const Factor& factor : examine()) {
      all.emplace_back(factor.outcome == Outcome::Passed ? "passed" : reason_name(factor.refusal));
    }
    return all;
  }
};

SetCase eight_gpu_node() {
  SetCase made;
  made.set.gpus = {evidence("ppcie8-gpu0", "sdk-hopper-590"),
                   evidence("ppcie8-gpu1", "ppcie8-gpu1"), evidence("ppcie8-gpu2", "ppcie8-gpu2"),
                   evidence("ppcie8-gpu3", "ppcie8-gpu3")};
  made.set.nonce = parse_report(made.set.gpus[0].report)->request_nonce;
  made.now = base::from_unix_seconds(1736899200);
  made.manifests = {};
  return made;
}

using testing::ElementsAre;

TEST(DeviceSets, OneGpu) {
  EXPECT_THAT(SetCase().reasons(), ElementsAre("passed", "passed", "passed"));
}

TEST(DeviceSets, ModesThatTheDriverStates) {
  SetCase off;
  off.set.confidential = ConfidentialMode::Off;
  EXPECT_THAT(off.reasons(), ElementsAre("passed", "passed", "confidential_mode_off"));
  SetCase developer;
  developer.set.developer = DeveloperMode::On;
  EXPECT_THAT(developer.reasons(), ElementsAre("passed", "passed", "developer_mode_on"));
}

TEST(DeviceSets, NoGpu) {
  SetCase made;
  made.set.gpus.clear();
  EXPECT_THAT(made.reasons(),
              ElementsAre("device_set_mismatch", "factor_not_checked", "confidential_mode_off"));
}

TEST(DeviceSets, OtherNonce) {
  SetCase made;
  made.set.nonce[5] ^= 1;
  EXPECT_EQ(made.reasons()[0], "nonce_mismatch");
}

TEST(DeviceSets, WithoutManifests) {
  SetCase made;
  made.manifests = {"h100-545-full-vbios"};
  EXPECT_THAT(made.reasons(), ElementsAre("passed", "factor_not_checked", "passed"));
  made.manifests = {"h100-545-full-driver"};
  EXPECT_THAT(made.reasons(), ElementsAre("passed", "factor_not_checked", "passed"));
}

TEST(DeviceSets, NewestManifestOfAVersionCounts) {
  SetCase made;  // the same VBIOS version, of which NVIDIA has signed several manifests
  made.manifests = {"h100-545-full-driver", "h100-545-full-vbios", "h100-545-prodvbios-vbios"};
  const auto forward = made.reasons();
  std::ranges::reverse(made.manifests);
  EXPECT_EQ(made.reasons(), forward);
}

TEST(DeviceSets, SeveralGpusOfOneNode) {
  SetCase made = eight_gpu_node();
  made.requirements.gpus = 4;
  // Their links are in the clear and nobody shows the switches.
  EXPECT_THAT(made.reasons(), ElementsAre("passed", "factor_not_checked", "device_set_mismatch"));
  made.requirements.gpus = 8;
  EXPECT_EQ(made.reasons()[0], "device_set_mismatch");
  made.requirements.gpus = 3;
  EXPECT_EQ(made.reasons()[0], "device_set_mismatch");
  made.requirements = {.gpus_min = 5, .gpus = {}};
  EXPECT_EQ(made.reasons()[0], "device_set_mismatch");
}

TEST(DeviceSets, OneGpuTwice) {
  SetCase made = eight_gpu_node();
  made.set.gpus[3] = made.set.gpus[0];
  EXPECT_EQ(made.reasons()[0], "device_set_mismatch");
}

TEST(DeviceSets, GpuOfAnotherBox) {
  SetCase made = eight_gpu_node();
  made.set.gpus[1] = evidence("h100-535-vbios", "h100-535-vbios");
  EXPECT_EQ(made.reasons()[0], "nonce_mismatch");
}

TEST(DeviceSets, SwitchesAreNoGpus) {
  SetCase as_gpu;
  as_gpu.set.gpus = {evidence("ls10-full", "ls10-full")};
  as_gpu.set.nonce = parse_report(as_gpu.set.gpus[0].report)->request_nonce;
  EXPECT_EQ(as_gpu.reasons()[0], "device_set_mismatch");
  SetCase as_switch;
  as_switch.set.switches = as_switch.set.gpus;
  EXPECT_EQ(as_switch.reasons()[0], "device_set_mismatch");
}

TEST(DeviceSets, SwitchOfAnotherBox) {
  SetCase made = eight_gpu_node();
  made.set.switches = {evidence("ls10-full", "ls10-full")};
  EXPECT_THAT(made.reasons(),
              ElementsAre("nonce_mismatch", "factor_not_checked", "device_set_mismatch"));
}

TEST(DeviceSets, ChangedManifestsAreNotKept) {
  ManifestStore store(pinned_roots().manifest);
  const auto now = SetCase().now;
  EXPECT_FALSE(store.add(now, recorded("nvidia/m-rim-edited-driver.xml")).ok());
  EXPECT_FALSE(store.add(now, recorded("nvidia/m-rim-nosig-driver.xml")).ok());
  EXPECT_EQ(store.size(), 0u);
  EXPECT_EQ(store.find("GH100", "545.00"), nullptr);
}

TEST(DeviceSetEncoding, ThereAndBack) {
  const DeviceSet set = eight_gpu_node().set;
  const base::Bytes bytes = encode(set);
  const auto back = parse_device_set(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, set);
  DeviceSet other = set;
  std::swap(other.gpus[0], other.gpus[1]);
  EXPECT_NE(gpu_evidence_hash(encode(other)), gpu_evidence_hash(bytes));
  other = set;
  other.developer = DeveloperMode::On;
  EXPECT_NE(gpu_evidence_hash(encode(other)), gpu_evidence_hash(bytes));
}

TEST(DeviceSetEncoding, Malformed) {
  const base::Bytes genuine = encode(SetCase().set);
  const auto reason = [](const base::Bytes& bytes) {
    const auto set = parse_device_set(bytes);
    return set ? "parsed" : std::string(set.error().reason());
  };
  for (std::size_t size = 0; size < genuine.size(); size += 7) {
    EXPECT_EQ(reason({genuine.begin(), genuine.begin() + static_cast<std::ptrdiff_t>(size)}),
              "device_set_malformed")
        << size;
  }
  base::Bytes bytes = genuine;
  bytes.push_back(0);
  EXPECT_EQ(reason(bytes), "device_set_malformed");
  for (const std::size_t offset : {0u, 1u, 2u}) {
    bytes = genuine;
    bytes[offset] = 2;
    EXPECT_EQ(reason(bytes), "device_set_malformed") << offset;
  }
  bytes = genuine;
  bytes[36] = 0xFF;  // 65281 GPUs
  EXPECT_EQ(reason(bytes), "device_set_oversized");
  bytes = genuine;
  bytes[42] = 0xFF;  // a report of 4 GB
  EXPECT_EQ(reason(bytes), "device_set_oversized");
}

}  // namespace
}  // namespace cocoon::attest::nvidia
