// Offsets in these tables count from the end of the image; each is checked before it is used.
#include "attest/measure/firmware.h"

#include <algorithm>

#include "attest/measure/limits.h"
#include "attest/measure/little_endian.h"
#include "attest/measure/machine.h"
#include "base/check.h"
#include "base/encoding.h"

namespace cocoon::attest::measure {
namespace {

constexpr std::string_view kTable = "96b582de-1fb2-45f7-baea-a366c55a082d";
constexpr std::string_view kTdvf = "e47a6535-984a-4798-865e-4685a7bf8ec2";
constexpr std::string_view kSevMetadata = "dc886566-984a-4798-a75e-5585a7bf67cc";
constexpr std::string_view kSevResetBlock = "00f771de-1a7e-4fcb-890e-68c77e2fb44e";
constexpr std::string_view kSevHashTable = "7255371f-3a3b-4b04-927b-1da6efa8d454";
constexpr std::size_t kTableEnd = 0x20;  // bytes between the table and the end of the image
constexpr std::size_t kEntryTail = 18;   // u16 length, GUID

base::Error malformed_table(std::string_view what) {
  return {ImageError::TableMalformed, "The firmware's table of GUIDs " + std::string(what) + "."};
}

struct Tail {
  std::size_t length;
  base::BytesView guid;
};

Tail tail_of(base::BytesView table) {
  return {integer_at<std::uint16_t>(table, table.size() - kEntryTail), table.last(16)};
}

base::Result<base::BytesView> entries_of(base::BytesView image) {
  if (image.size() > kFirmwareSizeMax) {
    return base::Error(ImageError::Oversized, "The firmware image is too large.");
  }
  if (image.size() < kTableEnd + kEntryTail) {
    return base::Error(ImageError::Truncated, "The firmware image is too short to have a table.");
  }
  const base::BytesView head = image.first(image.size() - kTableEnd);
  const Tail footer = tail_of(head);
  if (!std::ranges::equal(footer.guid, guid_bytes(kTable))) {
    return base::Error(ImageError::TableMissing, "The firmware image has no table of GUIDs.");
  }
  if (footer.length < kEntryTail || footer.length > head.size()) {
    return malformed_table("is longer than the image");
  }
  return head.last(footer.length).first(footer.length - kEntryTail);
}

// The metadata that a u32 offset from the end of the image points to.
base::Result<base::BytesView> metadata_at(base::BytesView image, std::string_view guid) {
  const auto entry = TRY(find_firmware_entry(image, guid));
  if (!entry) {
    return base::Error(ImageError::MetadataMissing,
                       "The firmware was not built for this kind of virtual machine.");
  }
  if (entry->size() < 4) return malformed_table("has a short entry");
  const auto offset = integer_at<std::uint32_t>(*entry, 0);
  if (offset > image.size()) return malformed_table("points outside the image");
  return image.last(offset);
}

base::Error bad_metadata(std::string_view what) {
  return {ImageError::MetadataMalformed, "The firmware's metadata " + std::string(what) + "."};
}

// Signature, u32 length, u32 version 1, u32 count: afterwards the reader stands at the sections.
base::Result<std::uint32_t> read_metadata_head(FieldReader& reader, std::string_view signature) {
  const auto name = reader.take(4);
  const auto length = reader.integer<std::uint32_t>();
  const auto version = reader.integer<std::uint32_t>();
  const auto count = reader.integer<std::uint32_t>();
  if (!name || !length || !version || !count) return bad_metadata("is cut off");
  if (base::as_text(*name) != signature || *version != 1) {
    return bad_metadata("has another signature or version");
  }
  if (*count == 0 || *count > kFirmwareSectionsMax) return bad_metadata("has too many sections");
  return *count;
}

base::Result<TdvfSection> read_tdvf_section(FieldReader& reader, base::BytesView image) {
  const auto fields = reader.take(32);
  if (!fields) return bad_metadata("is cut off");
  TdvfSection section;
  section.data_offset = integer_at<std::uint32_t>(*fields, 0);
  section.data_size = integer_at<std::uint32_t>(*fields, 4);
  section.address = integer_at<std::uint64_t>(*fields, 8);
  section.memory_size = integer_at<std::uint64_t>(*fields, 16);
  const auto type = integer_at<std::uint32_t>(*fields, 24);
  section.attributes = integer_at<std::uint32_t>(*fields, 28);
  if (type > static_cast<std::uint32_t>(TdvfType::PayloadParameter)) {
    return base::Error(ImageError::SectionUnknown, "The firmware has a section of unknown type.");
  }
  section.type = static_cast<TdvfType>(type);
  const std::uint64_t data_end = std::uint64_t{section.data_offset} + section.data_size;
  if (data_end > image.size() || section.data_size > section.memory_size ||
      section.memory_size > kFirmwareSizeMax || section.memory_size % kPageSize != 0 ||
      section.address % kPageSize != 0) {
    return base::Error(ImageError::SectionOutOfRange,
                       "A section of the firmware does not fit the image or memory.");
  }
  return section;
}

std::optional<SevSectionType> sev_type(std::uint32_t type) {
  switch (static_cast<SevSectionType>(type)) {
    case SevSectionType::Memory:
    case SevSectionType::Secrets:
    case SevSectionType::Cpuid:
    case SevSectionType::ServiceModule:
    case SevSectionType::KernelHashes:
      return static_cast<SevSectionType>(type);
  }
  return std::nullopt;
}

base::Result<SevSection> read_sev_section(FieldReader& reader) {
  const auto fields = reader.take(12);
  if (!fields) return bad_metadata("is cut off");
  SevSection section;
  section.address = integer_at<std::uint32_t>(*fields, 0);
  section.size = integer_at<std::uint32_t>(*fields, 4);
  const auto type = sev_type(integer_at<std::uint32_t>(*fields, 8));
  if (!type) {
    return base::Error(ImageError::SectionUnknown, "The firmware has a section of unknown type.");
  }
  section.type = *type;
  if (section.size % kPageSize != 0 || section.size > kFirmwareSizeMax) {
    return base::Error(ImageError::SectionOutOfRange,
                       "A section of the firmware is too large or no whole pages.");
  }
  return section;
}

}  // namespace

base::Bits128 guid_bytes(std::string_view guid) {
  std::string digits(guid);
  std::erase(digits, '-');
  const auto bytes = base::from_hex(digits);
  CHECK(bytes && bytes->size() == 16);
  base::Bits128 out;
  std::ranges::copy(*bytes, out.begin());
  // The first three groups are little-endian numbers.
  std::reverse(out.begin(), out.begin() + 4);
  std::swap(out[4], out[5]);
  std::swap(out[6], out[7]);
  return out;
}

base::Result<std::optional<base::BytesView>> find_firmware_entry(base::BytesView image,
                                                                 std::string_view guid) {
  const base::Bits128 wanted = guid_bytes(guid);
  base::BytesView entries = TRY(entries_of(image));
  while (entries.size() >= kEntryTail) {
    const Tail tail = tail_of(entries);
    if (tail.length < kEntryTail || tail.length > entries.size()) {
      return malformed_table("has an entry that is longer than the table");
    }
    if (std::ranges::equal(tail.guid, wanted)) {
      return std::optional(entries.last(tail.length).first(tail.length - kEntryTail));
    }
    entries = entries.first(entries.size() - tail.length);
  }
  return std::optional<base::BytesView>();
}

base::Result<std::vector<TdvfSection>> read_tdvf(base::BytesView image) {
  FieldReader reader(TRY(metadata_at(image, kTdvf)));
  const std::uint32_t count = TRY(read_metadata_head(reader, "TDVF"));
  std::vector<TdvfSection> sections;
  for (std::uint32_t i = 0; i < count; ++i) {
    sections.push_back(TRY(read_tdvf_section(reader, image)));
  }
  return sections;
}

base::Result<SevFirmware> read_sev_firmware(base::BytesView image) {
  SevFirmware firmware;
  FieldReader reader(TRY(metadata_at(image, kSevMetadata)));
  const std::uint32_t count = TRY(read_metadata_head(reader, "ASEV"));
  for (std::uint32_t i = 0; i < count; ++i) {
    firmware.sections.push_back(TRY(read_sev_section(reader)));
  }
  const auto reset = TRY(find_firmware_entry(image, kSevResetBlock));
  if (!reset || reset->size() < 4) return malformed_table("has no SEV-ES reset block");
  firmware.reset_address = integer_at<std::uint32_t>(*reset, 0);
  const auto hashes = TRY(find_firmware_entry(image, kSevHashTable));
  if (hashes && hashes->size() >= 8 && integer_at<std::uint32_t>(*hashes, 0) != 0) {
    firmware.kernel_hashes_address = integer_at<std::uint32_t>(*hashes, 0);
  }
  return firmware;
}

}  // namespace cocoon::attest::measure
