// MRTD and registers of recorded machines, from what they booted.
#include "attest/measure/tdx_boot.h"

#include "attest/measure/firmware_lab.h"
#include "attest/measure/vectors_lab.h"

namespace cocoon::attest::measure {
namespace {

using nlohmann::json;

// The memory that OVMF asks for, of every build that has a vector.
HandOff usual_hand_off() {
  return {.address = 0x80'9000,
          .accepted = {{0x80'0000, 0x80'6000},
                       {0x80'9000, 0x80'b000},
                       {0x80'b000, 0x80'd000},
                       {0x81'0000, 0x82'0000}}};
}

std::vector<base::Bits384> digests_of(const json& list) {
  std::vector<base::Bits384> digests;
  for (const json& hex : list) digests.push_back(bits384(hex));
  return digests;
}

TEST(TdxBoot, RegistersOfARecordedDstackImage) {
  const json expect = vector_of("measure", "dstack-lite-image").at("expect");
  const json& image = expect.at("measurement").at("image");
  EXPECT_EQ(extend_all(rtmr1_events(bits384(image.at("kernel_authenticode")))),
            bits384(expect.at("rtmr1")));
  EXPECT_EQ(extend_all(rtmr2_events(bits384(image.at("cmdline_sha384")),
                                    bits384(image.at("initrd_sha384")))),
            bits384(expect.at("rtmr2")));
  const auto hand_off = hand_off_digest(usual_hand_off(), expect.at("memory_size"));
  ASSERT_TRUE(hand_off.ok());
  EXPECT_EQ(*hand_off, bits384(expect.at("td_hob_sha384")));
  const auto recorded = digests_of(expect.at("rtmr0_event_digests"));
  const auto computed =
      rtmr0_events(*hand_off, recorded[1], {recorded[8], recorded[9], recorded[10]});
  EXPECT_EQ(computed, recorded);
  EXPECT_EQ(extend_all(computed), bits384(expect.at("rtmr0")));
}

TEST(TdxBoot, BothOrdersOfPagesCount) {
  const base::Bytes image = firmware_with(usual_sections(), 12288);
  const auto single = td_measurement(image, PageOrder::SinglePass);
  const auto two = td_measurement(image, PageOrder::TwoPass);
  ASSERT_TRUE(single && two);
  EXPECT_NE(*single, *two);
  // By a second implementation of the same text, in Python (hashlib).
  EXPECT_EQ(base::to_hex(*single),
            "af803fa4c611d82a95a67682f4fdf13a06a148d66fd188f8d8d4e39e0e961248fad520e368dc6ea4a0d1b8"
            "c052d26fd6");
  EXPECT_EQ(base::to_hex(*two),
            "507eea3faa25ff2c1dfdaf0e419dec0596b6c999f1528d9e1420bbb8671cefa07e7856b627bacaddfbd9b2"
            "1ceb9591ef");
  EXPECT_EQ(base::to_hex(*configuration_digest(image)),
            "2a8121060fb987790ef4724f4f2bb22a7dacc045921c9307a4cc9eb340bbd55982371ca19efc7811a6b459"
            "200b634cd5");
}

TEST(TdxBoot, OnlyMeasuredBytesCount) {
  const base::Bytes image = firmware_with(usual_sections(), 12288);
  const auto measured = td_measurement(image, PageOrder::SinglePass);
  base::Bytes other = image;
  other[100] ^= 1;  // variables: added, not extended
  EXPECT_EQ(*td_measurement(other, PageOrder::SinglePass), *measured);
  EXPECT_NE(*configuration_digest(other), *configuration_digest(image));
  other = image;
  other[5000] ^= 1;
  EXPECT_NE(*td_measurement(other, PageOrder::SinglePass), *measured);
  auto sections = usual_sections();
  sections[2].attributes = 2;  // added by the guest when it runs
  EXPECT_NE(*td_measurement(firmware_with(sections, 12288), PageOrder::SinglePass), *measured);
}

TEST(TdxBoot, HandOffFromTheImage) {
  const auto hand_off = hand_off_of(*read_tdvf(firmware_with(usual_sections(), 12288)));
  ASSERT_TRUE(hand_off.ok());
  EXPECT_EQ(hand_off->address, 0x80'9000u);
  ASSERT_EQ(hand_off->accepted.size(), 2u);
  EXPECT_EQ(hand_off->accepted.front().begin, 0x80'9000u);
  EXPECT_EQ(hand_off_of({}).error().reason(), "image_metadata_malformed");
}

TEST(TdxBoot, MemorySizeCounts) {
  constexpr std::uint64_t kGibibyte = 1ull << 30;
  std::set<base::Bits384> digests;
  for (const std::uint64_t size : {kGibibyte, 2 * kGibibyte, 3 * kGibibyte, 64 * kGibibyte}) {
    digests.insert(*hand_off_digest(usual_hand_off(), size));
  }
  EXPECT_EQ(digests.size(), 4u);
  EXPECT_EQ(hand_off_digest(usual_hand_off(), 1 << 20).error().reason(),
            "image_memory_out_of_range");
  HandOff overlapping = usual_hand_off();
  overlapping.accepted[1].begin = 0x80'0000;
  EXPECT_EQ(hand_off_digest(overlapping, kGibibyte).error().reason(), "image_memory_out_of_range");
}

TEST(TdxBoot, CommandLineIsUtf16) {
  // The label of the event in a recorded log says what is hashed: UTF-16, " initrd=initrd", zero.
  EXPECT_EQ(base::to_hex(command_line_digest("console=ttyS0")),
            "1d26f8aff8992fdfc37e88b4fdf4a1a0ebb815a2ce925ea3046b3ba1f24a933e75a163af2af579268c20ca"
            "5f476f5386");
}

}  // namespace
}  // namespace cocoon::attest::measure
