// Firmware images (OVMF): the table of GUIDs near their end, and what it tells a virtual machine
// monitor to load, for TDX and for SEV-SNP.
//
// Formats: edk2 OvmfPkg/ResetVector (GUIDed table, "ASEV" metadata); Intel TDX Virtual Firmware
// Design Guide, 11 (TDVF metadata).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "attest/measure/error.h"
#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::attest::measure {

// Data of one entry of the table, by its GUID in the usual notation; nothing if there is no such
// entry. ImageError if the image has no table or a malformed one.
base::Result<std::optional<base::BytesView>> find_firmware_entry(base::BytesView image,
                                                                 std::string_view guid);
// The 16 bytes of a GUID as firmware stores it. The text must be well-formed.
base::Bits128 guid_bytes(std::string_view guid);

enum class TdvfType : std::uint32_t {
  BootFirmware = 0,
  Configuration = 1,
  HandOffBlock = 2,
  TemporaryMemory = 3,
  PermanentMemory = 4,
  Payload = 5,
  PayloadParameter = 6,
};

struct TdvfSection {
  std::uint32_t data_offset = 0;  // in the image
  std::uint32_t data_size = 0;
  std::uint64_t address = 0;      // guest-physical, of a page
  std::uint64_t memory_size = 0;  // whole pages, at least data_size
  TdvfType type{};
  std::uint32_t attributes = 0;  // bit 0: contents are measured, bit 1: added when running
};

// Checked: data lies within the image, memory sizes are whole pages and not larger than the image
// limit where they are hashed.
base::Result<std::vector<TdvfSection>> read_tdvf(base::BytesView image);

enum class SevSectionType : std::uint32_t {
  Memory = 1,
  Secrets = 2,
  Cpuid = 3,
  ServiceModule = 4,
  KernelHashes = 0x10,
};

struct SevSection {
  std::uint32_t address = 0;
  std::uint32_t size = 0;
  SevSectionType type{};
};

struct SevFirmware {
  std::vector<SevSection> sections;
  std::uint32_t reset_address = 0;                     // where further processors start
  std::optional<std::uint32_t> kernel_hashes_address;  // of the table of kernel hashes
};

base::Result<SevFirmware> read_sev_firmware(base::BytesView image);

}  // namespace cocoon::attest::measure
