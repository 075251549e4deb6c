// The one encoding of a set, and hashes.
#include "attest/byte_fields.h"
#include "attest/nvidia/device_set.h"
#include "attest/nvidia/limits.h"
#include "base/check.h"
#include "crypto/hash.h"

namespace cocoon::attest::nvidia {
namespace {

using base::BytesView;

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeaderSize = 3 + 32 + 2 * 2;

base::Error malformed_set(std::string_view what) {
  return {DeviceSetError::Malformed, "The set of devices has " + std::string(what) + "."};
}

template <class Integer>
void put(base::Bytes& out, Integer value) {
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  }
}

void put_bytes(base::Bytes& out, BytesView bytes) {
  put(out, static_cast<std::uint32_t>(bytes.size()));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

base::Result<base::Bytes> take_bytes(BytesView& rest, std::size_t size_max) {
  if (rest.size() < 4) return malformed_set("less than its lengths say");
  const std::size_t size = little_endian<std::uint32_t>(rest, 0);
  if (size > size_max) {
    return base::Error(DeviceSetError::Oversized, "A part of the set of devices is too large.");
  }
  if (size > rest.size() - 4) return malformed_set("less than its lengths say");
  base::Bytes bytes = base::to_bytes(rest.subspan(4, size));
  rest = rest.subspan(4 + size);
  return bytes;
}

base::Result<std::vector<DeviceEvidence>> take_devices(BytesView& rest, std::size_t count) {
  if (count > kDevicesMax) {
    return base::Error(DeviceSetError::Oversized, "The set has too many devices.");
  }
  std::vector<DeviceEvidence> devices;
  for (std::size_t i = 0; i < count; ++i) {
    DeviceEvidence device;
    device.report = TRY(take_bytes(rest, kReportSizeMax));
    device.chain = TRY(take_bytes(rest, kChainSizeMax));
    devices.push_back(std::move(device));
  }
  return devices;
}

}  // namespace

std::string_view reason_name(DeviceSetError error) {
  switch (error) {
    case DeviceSetError::Malformed:
      return "device_set_malformed";
    case DeviceSetError::Oversized:
      return "device_set_oversized";
  }
  CHECK(false);
}

base::Bytes encode(const DeviceSet& set) {
  CHECK(set.gpus.size() <= kDevicesMax && set.switches.size() <= kDevicesMax);
  base::Bytes out = {kVersion, static_cast<std::uint8_t>(set.confidential),
                     static_cast<std::uint8_t>(set.developer)};
  out.insert(out.end(), set.nonce.begin(), set.nonce.end());
  put(out, static_cast<std::uint16_t>(set.gpus.size()));
  put(out, static_cast<std::uint16_t>(set.switches.size()));
  for (const auto* devices : {&set.gpus, &set.switches}) {
    for (const DeviceEvidence& device : *devices) {
      put_bytes(out, device.report);
      put_bytes(out, device.chain);
    }
  }
  return out;
}

base::Result<DeviceSet> parse_device_set(BytesView bytes) {
  if (bytes.size() < kHeaderSize) return malformed_set("no header");
  if (bytes[0] != kVersion || bytes[1] > 1 || bytes[2] > 1) return malformed_set("an unknown form");
  DeviceSet set;
  set.confidential = ConfidentialMode{bytes[1]};
  set.developer = DeveloperMode{bytes[2]};
  copy_from(bytes, 3, set.nonce);
  const auto gpus = little_endian<std::uint16_t>(bytes, 35);
  const auto switches = little_endian<std::uint16_t>(bytes, 37);
  BytesView rest = bytes.subspan(kHeaderSize);
  set.gpus = TRY(take_devices(rest, gpus));
  set.switches = TRY(take_devices(rest, switches));
  if (!rest.empty()) return malformed_set("bytes behind its last device");
  return set;
}

}  // namespace cocoon::attest::nvidia
