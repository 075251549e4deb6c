// Tables and metadata of firmware images, whole and damaged.
#include "attest/measure/firmware.h"

#include <random>

#include "attest/measure/firmware_lab.h"
#include "attest/measure/limits.h"
#include "attest/measure/vectors_lab.h"

namespace cocoon::attest::measure {
namespace {

constexpr std::size_t kImageSize = 12288;
constexpr std::size_t kMetadata = kImageSize - 32 - 40 - 16 - 4 * 32;

std::string_view reason_of(const base::Bytes& image) {
  const auto sections = read_tdvf(image);
  return sections ? "read" : sections.error().reason();
}

TEST(Firmware, GuidAsFirmwareStoresIt) {
  EXPECT_EQ(base::to_hex(guid_bytes("96b582de-1fb2-45f7-baea-a366c55a082d")),
            "de82b596b21ff745baeaa366c55a082d");
}

TEST(Firmware, SectionsComeBack) {
  const auto sections = read_tdvf(firmware_with(usual_sections(), kImageSize));
  ASSERT_TRUE(sections.ok()) << sections.error().message();
  ASSERT_EQ(sections->size(), 4u);
  EXPECT_EQ(sections->front().address, 0xffff'e000u);
  EXPECT_EQ(sections->back().type, TdvfType::HandOffBlock);
}

TEST(Firmware, DamagedTables) {
  const base::Bytes good = firmware_with(usual_sections(), kImageSize);
  ASSERT_EQ(reason_of(good), "read");
  const auto with = [&](std::size_t offset, auto value) {
    base::Bytes image = good;
    put_integer(image, offset, value);
    return std::string(reason_of(image));
  };
  const std::size_t footer = kImageSize - 50;
  EXPECT_EQ(reason_of(base::Bytes(10)), "image_truncated");
  EXPECT_EQ(reason_of(base::Bytes(kFirmwareSizeMax + 1)), "image_oversized");
  EXPECT_EQ(with(footer + 2, std::uint8_t{0}), "image_table_missing");
  EXPECT_EQ(with(footer, std::uint16_t{17}), "image_table_malformed");
  EXPECT_EQ(with(footer, std::uint16_t{0xffff}), "image_table_malformed");
  EXPECT_EQ(with(footer - 18, std::uint16_t{3}), "image_table_malformed");
  EXPECT_EQ(with(footer - 18, std::uint16_t{23}), "image_table_malformed");
  EXPECT_EQ(with(footer - 16, std::uint8_t{0}), "image_metadata_missing");
  EXPECT_EQ(with(footer - 22, std::uint32_t{kImageSize + 1}), "image_table_malformed");
  EXPECT_EQ(with(footer - 22, std::uint32_t{8}), "image_metadata_malformed");
  EXPECT_EQ(with(kMetadata + 8, std::uint32_t{2}), "image_metadata_malformed");
  EXPECT_EQ(with(kMetadata + 12, std::uint32_t{0xffff'ffff}), "image_metadata_malformed");
  EXPECT_EQ(with(kMetadata + 16, std::uint32_t{kImageSize}), "image_section_out_of_range");
  EXPECT_EQ(with(kMetadata + 16, std::uint32_t{0xffff'ffff}), "image_section_out_of_range");
  EXPECT_EQ(with(kMetadata + 24, std::uint64_t{1}), "image_section_out_of_range");
  EXPECT_EQ(with(kMetadata + 32, std::uint64_t{1} << 40), "image_section_out_of_range");
  EXPECT_EQ(with(kMetadata + 40, std::uint32_t{7}), "image_section_unknown");
}

TEST(Firmware, ImagesForSevOnly) {
  const base::Bytes image = vector_file("measure/amdsev-suffix-1-ovmf.bin");
  EXPECT_NE(reason_of(image), "read");
  const auto firmware = read_sev_firmware(image);
  ASSERT_TRUE(firmware.ok()) << firmware.error().message();
  EXPECT_FALSE(firmware->sections.empty());
  EXPECT_TRUE(firmware->kernel_hashes_address);
}

TEST(Firmware, FlippedBytesNeverReadOutside) {
  const unsigned seed = 20261123;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const base::Bytes good = firmware_with(usual_sections(), kImageSize);
  const std::size_t interesting = kImageSize - kMetadata;
  for (int round = 0; round < 2000; ++round) {
    base::Bytes image = good;
    image[kMetadata + random() % interesting] ^= static_cast<std::uint8_t>(1 + random() % 255);
    const auto sections = read_tdvf(image);
    if (!sections) continue;
    for (const TdvfSection& section : *sections) {
      EXPECT_LE(std::size_t{section.data_offset} + section.data_size, image.size());
    }
  }
}

}  // namespace
}  // namespace cocoon::attest::measure
