// For tests: a small firmware image with a table of GUIDs and TDX metadata.
#pragma once

#include <string_view>
#include <vector>

#include "attest/measure/firmware.h"
#include "attest/measure/little_endian.h"

namespace cocoon::attest::measure {

// Zeros, metadata at `metadata_at` bytes from the end, the table with its one entry, 32 more bytes.
inline base::Bytes firmware_with(const std::vector<TdvfSection>& sections, std::size_t size) {
  base::Bytes metadata = base::to_bytes("TDVF");
  append_integer(metadata, static_cast<std::uint32_t>(16 + 32 * sections.size()));
  append_integer<std::uint32_t>(metadata, 1);
  append_integer(metadata, static_cast<std::uint32_t>(sections.size()));
  for (const TdvfSection& section : sections) {
    append_integer(metadata, section.data_offset);
    append_integer(metadata, section.data_size);
    append_integer(metadata, section.address);
    append_integer(metadata, section.memory_size);
    append_integer(metadata, static_cast<std::uint32_t>(section.type));
    append_integer(metadata, section.attributes);
  }
  const std::size_t table_size = 22 + 18;
  const std::size_t from_end = metadata.size() + table_size + 32;
  base::Bytes table;
  append_integer(table, static_cast<std::uint32_t>(from_end));
  append_integer<std::uint16_t>(table, 22);
  append(table, guid_bytes("e47a6535-984a-4798-865e-4685a7bf8ec2"));
  append_integer(table, static_cast<std::uint16_t>(table_size));
  append(table, guid_bytes("96b582de-1fb2-45f7-baea-a366c55a082d"));
  base::Bytes image(size - from_end);
  for (std::size_t i = 0; i < image.size(); ++i)
    image[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  append(image, metadata);
  append(image, table);
  image.resize(size);
  return image;
}

inline std::vector<TdvfSection> usual_sections() {
  return {{.data_offset = 4096,
           .data_size = 8192,
           .address = 0xffff'e000,
           .memory_size = 8192,
           .type = TdvfType::BootFirmware,
           .attributes = 1},
          {.data_offset = 0,
           .data_size = 4096,
           .address = 0xffff'd000,
           .memory_size = 4096,
           .type = TdvfType::Configuration,
           .attributes = 0},
          {.data_offset = 0,
           .data_size = 0,
           .address = 0x81'0000,
           .memory_size = 4096,
           .type = TdvfType::TemporaryMemory,
           .attributes = 0},
          {.data_offset = 0,
           .data_size = 0,
           .address = 0x80'9000,
           .memory_size = 8192,
           .type = TdvfType::HandOffBlock,
           .attributes = 0}};
}

}  // namespace cocoon::attest::measure
