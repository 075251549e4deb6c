// Whether one report of a GPU or NVSwitch is genuine, answers our question, and is of firmware that
// NVIDIA vouches for.
//
// Pure. Sources: NVIDIA's attestation SDK documentation; DMTF SPDM 1.1; TCG DICE attestation
// architecture (TcbInfo extension). Revocation is only known from the lists that are handed in.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "attest/factor.h"
#include "attest/nvidia/manifest.h"
#include "attest/nvidia/report.h"
#include "attest/nvidia/roots.h"
#include "base/time.h"
#include "crypto/crl.h"

namespace cocoon::attest::nvidia {

enum class DeviceKind { Gpu, Switch };
std::string_view device_kind_name(DeviceKind kind);

struct Device {
  DeviceKind kind{};
  std::string chip;    // "GH100", "GB100", "LS10"
  base::Bits256 id{};  // SHA-256 of the key that is burnt in, which issued the report's key
};

// Manifests, verified or refused, of the driver and VBIOS that the report names. Null: there is
// none. Switches have no driver.
struct References {
  const base::Result<Manifest>* driver = nullptr;
  const base::Result<Manifest>* vbios = nullptr;
};

struct DeviceQuestion {
  base::BytesView report;
  base::BytesView chain;  // PEM, leaf first, root included
  base::Bits256 nonce{};  // that the device was asked with
  References references;
  std::span<const crypto::Crl> revocation_lists;
};

struct DeviceExamination {
  // Their errors' reasons are Refusals. Firmware also needs the chain: without that it says
  // nothing.
  base::Result<void> chain;
  Factor firmware;               // GpuFirmware
  std::optional<Report> report;  // what was read, true or not; views into the question's bytes
  std::optional<Device> device;
};

DeviceExamination examine_device(base::WallTime now, const DeviceQuestion& question,
                                 const Roots& roots);

// What a report says of itself, before any check: which manifests to look for. Nothing if report or
// chain can't be read.
struct DeviceClaim {
  Device device;
  std::string chip_stated;     // by the report itself; empty before Blackwell
  std::string driver_version;  // empty for switches
  std::string vbios_version;
};
std::optional<DeviceClaim> claim_of(base::BytesView report, base::BytesView chain);

}  // namespace cocoon::attest::nvidia
