// The steps of firmware and monitor, repeated on paper.
#include "attest/measure/tdx_boot.h"

#include <algorithm>

#include "attest/measure/limits.h"
#include "attest/measure/little_endian.h"
#include "attest/measure/machine.h"
#include "base/encoding.h"
#include "crypto/hash.h"

namespace cocoon::attest::measure {
namespace {

constexpr std::uint64_t kChunk = 256;
constexpr std::uint32_t kMeasured = 1;
constexpr std::uint32_t kAddedWhenRunning = 2;
constexpr std::uint64_t kHighMemory = 0x1'0000'0000;

class MeasuredPages {
 public:
  MeasuredPages(base::BytesView image, const TdvfSection& section)
      : data_(image.subspan(section.data_offset, section.data_size)), section_(section) {}

  void add(crypto::Sha384& hash, std::uint64_t offset) const {
    hash.update(block("MEM.PAGE.ADD", section_.address + offset));
  }
  void extend(crypto::Sha384& hash, std::uint64_t offset) const {
    if ((section_.attributes & kMeasured) == 0) return;
    for (std::uint64_t at = offset; at < offset + kPageSize; at += kChunk) {
      hash.update(block("MR.EXTEND", section_.address + at));
      base::Bytes chunk(kChunk);
      if (at < data_.size()) {
        const auto size = std::min<std::size_t>(kChunk, data_.size() - at);
        std::ranges::copy(data_.subspan(at, size), chunk.begin());
      }
      hash.update(chunk);
    }
  }

 private:
  static base::Bytes block(std::string_view name, std::uint64_t address) {
    base::Bytes out(128);
    std::ranges::copy(name, out.begin());
    put_integer(out, 16, address);
    return out;
  }

  base::BytesView data_;
  const TdvfSection& section_;
};

void measure_section(crypto::Sha384& hash, base::BytesView image, const TdvfSection& section,
                     PageOrder order) {
  const MeasuredPages pages(image, section);
  for (std::uint64_t at = 0; at < section.memory_size; at += kPageSize) {
    pages.add(hash, at);
    if (order == PageOrder::SinglePass) pages.extend(hash, at);
  }
  if (order == PageOrder::SinglePass) return;
  for (std::uint64_t at = 0; at < section.memory_size; at += kPageSize) pages.extend(hash, at);
}

enum class ResourceType : std::uint32_t { SystemMemory = 0, Unaccepted = 7 };

// EFI_HOB_RESOURCE_DESCRIPTOR.
void append_resource(base::Bytes& blocks, ResourceType type, AcceptedRange range) {
  append_integer<std::uint16_t>(blocks, 3);
  append_integer<std::uint16_t>(blocks, 48);
  append_integer<std::uint32_t>(blocks, 0);
  append(blocks, base::Bits128{});  // owner
  append_integer(blocks, static_cast<std::uint32_t>(type));
  append_integer<std::uint32_t>(blocks, 7);  // present, initialized, tested
  append_integer(blocks, range.begin);
  append_integer(blocks, range.end - range.begin);
}

base::Bits384 variable_digest(std::string_view guid, std::string_view name) {
  base::Bytes data;
  append(data, guid_bytes(guid));
  append_integer<std::uint64_t>(data, name.size());
  append_integer<std::uint64_t>(data, 0);
  for (const char letter : name) append_integer(data, static_cast<std::uint16_t>(letter));
  return crypto::sha384(data);
}

base::Bits384 text_digest(std::string_view text) { return crypto::sha384(base::as_bytes(text)); }

base::Bits384 separator_digest() { return crypto::sha384(base::Bytes(4)); }

// The boot option that OVMF makes of its built-in shell, measured as EFI_LOAD_OPTION: attributes,
// u16 size of the path, description, path (firmware volume, file, end).
base::Bits384 built_in_boot_option_digest() {
  base::Bytes option;
  append_integer<std::uint32_t>(option, 0x109);
  append_integer<std::uint16_t>(option, 44);
  for (const char letter : std::string_view("UiApp\0", 6)) {
    append_integer(option, static_cast<std::uint16_t>(letter));
  }
  append(option, *base::from_hex("04071400"));
  append(option, guid_bytes("7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1"));
  append(option, *base::from_hex("04061400"));
  append(option, guid_bytes("462caa21-7614-4503-836e-8ab6f4662331"));
  append(option, *base::from_hex("7fff0400"));
  return crypto::sha384(option);
}

}  // namespace

base::Result<base::Bits384> td_measurement(base::BytesView firmware, PageOrder order) {
  const std::vector<TdvfSection> sections = TRY(read_tdvf(firmware));
  crypto::Sha384 hash;
  for (const TdvfSection& section : sections) {
    if ((section.attributes & kAddedWhenRunning) != 0) continue;
    measure_section(hash, firmware, section, order);
  }
  return hash.finish();
}

base::Result<HandOff> hand_off_of(const std::vector<TdvfSection>& sections) {
  HandOff hand_off;
  bool found = false;
  for (const TdvfSection& section : sections) {
    if (section.type == TdvfType::HandOffBlock) {
      hand_off.address = section.address;
      found = true;
    } else if (section.type != TdvfType::TemporaryMemory) {
      continue;
    }
    hand_off.accepted.push_back({section.address, section.address + section.memory_size});
  }
  if (!found) {
    return base::Error(ImageError::MetadataMalformed, "The firmware has no hand-off block.");
  }
  std::ranges::sort(hand_off.accepted, {}, &AcceptedRange::begin);
  return hand_off;
}

base::Result<base::Bits384> hand_off_digest(const HandOff& hand_off, std::uint64_t memory_size) {
  // EFI_HOB_HANDOFF_INFO_TABLE; the end of the list, the last field, is filled in below.
  base::Bytes blocks;
  append_integer<std::uint16_t>(blocks, 1);
  append_integer<std::uint16_t>(blocks, 56);
  append_integer<std::uint32_t>(blocks, 0);
  append_integer<std::uint32_t>(blocks, 9);  // version
  blocks.resize(56);

  std::uint64_t next = 0;
  for (const AcceptedRange& range : hand_off.accepted) {
    if (range.begin < next || range.end < range.begin || range.end > memory_size ||
        range.end > kLowMemorySplit) {
      return base::Error(ImageError::MemoryOutOfRange,
                         "The firmware's memory does not fit a machine of this size.");
    }
    if (next < range.begin) append_resource(blocks, ResourceType::Unaccepted, {next, range.begin});
    append_resource(blocks, ResourceType::SystemMemory, range);
    next = range.end;
  }
  if (memory_size >= kLowMemoryLimit) {
    append_resource(blocks, ResourceType::Unaccepted, {next, kLowMemorySplit});
    append_resource(blocks, ResourceType::Unaccepted,
                    {kHighMemory, kHighMemory + memory_size - kLowMemorySplit});
  } else {
    append_resource(blocks, ResourceType::Unaccepted, {next, memory_size});
  }
  put_integer(blocks, 48, hand_off.address + blocks.size() + 8);
  return crypto::sha384(blocks);
}

base::Result<base::Bits384> configuration_digest(base::BytesView firmware) {
  for (const TdvfSection& section : TRY(read_tdvf(firmware))) {
    if (section.type != TdvfType::Configuration) continue;
    return crypto::sha384(firmware.subspan(section.data_offset, section.data_size));
  }
  return base::Error(ImageError::MetadataMalformed, "The firmware has no variable store.");
}

base::Bits384 extend_all(std::span<const base::Bits384> digests) {
  base::Bits384 value{};
  for (const base::Bits384& digest : digests) value = crypto::sha384({value, digest});
  return value;
}

std::vector<base::Bits384> rtmr0_events(const base::Bits384& hand_off,
                                        const base::Bits384& configuration,
                                        const AcpiDigests& acpi) {
  constexpr std::string_view kGlobal = "8be4df61-93ca-11d2-aa0d-00e098032b8c";
  constexpr std::string_view kImageSecurity = "d719b2cb-3d3a-4596-a3bc-dad00e67656f";
  return {hand_off,
          configuration,
          variable_digest(kGlobal, "SecureBoot"),
          variable_digest(kGlobal, "PK"),
          variable_digest(kGlobal, "KEK"),
          variable_digest(kImageSecurity, "db"),
          variable_digest(kImageSecurity, "dbx"),
          separator_digest(),
          acpi[0],
          acpi[1],
          acpi[2],
          crypto::sha384(base::Bytes(2)),  // BootOrder: option 0
          built_in_boot_option_digest()};
}

std::vector<base::Bits384> rtmr1_events(const base::Bits384& kernel) {
  return {kernel, text_digest("Calling EFI Application from Boot Option"), separator_digest(),
          text_digest("Exit Boot Services Invocation"),
          text_digest("Exit Boot Services Returned with Success")};
}

std::vector<base::Bits384> rtmr2_events(const base::Bits384& command_line,
                                        const base::Bits384& initrd) {
  return {command_line, initrd};
}

base::Bits384 command_line_digest(std::string_view command_line) {
  base::Bytes text;
  for (const char letter : std::string(command_line) + " initrd=initrd") {
    append_integer<std::uint16_t>(text, static_cast<std::uint8_t>(letter));
  }
  append_integer<std::uint16_t>(text, 0);
  return crypto::sha384(text);
}

}  // namespace cocoon::attest::measure
