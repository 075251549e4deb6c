// Launch digests as virtee/sev-snp-measure computes them.
#include "attest/measure/snp_launch.h"

#include "attest/measure/vectors_lab.h"

namespace cocoon::attest::measure {
namespace {

using nlohmann::json;

struct Lab {
  base::Bytes firmware, kernel, initrd;
  std::string command_line;
  SnpGuest guest;
};

// The guest's views point into the lab.
void fill(Lab& lab, const json& vector) {
  lab.firmware = file_of(vector, "ovmf");
  if (vector.at("files").contains("kernel")) lab.kernel = file_of(vector, "kernel");
  if (vector.at("files").contains("initrd")) lab.initrd = file_of(vector, "initrd");
  const json& args = vector.at("args");
  lab.command_line = args.at("append");
  const auto hex = [&](const char* name) {
    return std::stoull(args.at(name).get<std::string>(), nullptr, 16);
  };
  lab.guest = {.firmware = lab.firmware,
               .vcpus = args.at("vcpus"),
               .vcpu_signature = static_cast<std::uint32_t>(hex("vcpu_sig")),
               .guest_features = hex("guest_features"),
               .monitor = Monitor::Qemu,
               .boot = DirectBoot{lab.kernel, lab.initrd, lab.command_line}};
  EXPECT_EQ(vcpu_signature(args.at("vcpu_type").get<std::string>()), lab.guest.vcpu_signature);
}

TEST(SnpLaunch, Vectors) {
  std::size_t count = 0;
  for (const json& vector : vectors_of("measure")) {
    if (vector.at("kind") != "snp-launch-digest") continue;
    SCOPED_TRACE(vector.at("id").get<std::string>());
    Lab lab;
    fill(lab, vector);
    const auto digest = snp_launch_digest(lab.guest);
    ASSERT_TRUE(digest.ok()) << digest.error().message();
    EXPECT_EQ(*digest, bits384(vector.at("expect").at("measurement")));
    ++count;
  }
  EXPECT_EQ(count, 2u);
}

TEST(SnpLaunch, EveryInputCounts) {
  Lab lab;
  fill(lab, vector_of("measure", "amdsev-suffix-4"));
  std::set<base::Bits384> digests{*snp_launch_digest(lab.guest)};
  const auto with = [&](auto change) {
    SnpGuest guest = lab.guest;
    change(guest);
    digests.insert(*snp_launch_digest(guest));
  };
  with([](SnpGuest& g) { g.vcpus = 5; });
  with([](SnpGuest& g) { g.vcpu_signature = 0x00a0'0f11; });
  with([](SnpGuest& g) { g.guest_features = 0x21; });
  with([](SnpGuest& g) { g.monitor = Monitor::Ec2; });
  with([](SnpGuest& g) { g.boot->command_line = "other"; });
  with([](SnpGuest& g) { g.boot->initrd = {}; });
  with([](SnpGuest& g) { g.boot.reset(); });
  EXPECT_EQ(digests.size(), 8u);
}

TEST(SnpLaunch, Refusals) {
  Lab lab;
  fill(lab, vector_of("measure", "amdsev-suffix-1"));
  SnpGuest guest = lab.guest;
  guest.vcpus = 0;
  EXPECT_EQ(snp_launch_digest(guest).error().reason(), "image_vcpus_out_of_range");
  guest = lab.guest;
  guest.firmware = guest.firmware.last(4095);
  EXPECT_EQ(snp_launch_digest(guest).error().reason(), "image_section_out_of_range");
  guest.firmware = {};
  EXPECT_EQ(snp_launch_digest(guest).error().reason(), "image_truncated");
  EXPECT_EQ(vcpu_signature("EPYC-Naples"), std::nullopt);
  EXPECT_EQ(vcpu_signature("EPYC-Milan-v2"), 0x00a0'0f11u);
}

}  // namespace
}  // namespace cocoon::attest::measure
