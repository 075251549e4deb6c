// Reads the attestation report of an NVIDIA GPU or NVSwitch: the SPDM request GET_MEASUREMENTS and
// its signed answer, one behind the other.
//
// Reading is not verifying. Formats: DMTF SPDM 1.1 (DSP0274), sections on GET_MEASUREMENTS and
// MEASUREMENTS; opaque fields as NVIDIA's attestation SDK names them. Refuses lengths that don't
// add up exactly, blocks out of order or of another form, and fields that come twice.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::attest::nvidia {

inline constexpr std::size_t kRequestSize = 37;
inline constexpr std::size_t kSignatureSize = 96;

enum class ReportError { Truncated, Oversized, Malformed, Unsupported };
std::string_view reason_name(ReportError error);

// Names of opaque fields; others may come too.
enum class OpaqueField : std::uint16_t {
  DriverVersion = 3,
  GpuInfo = 4,
  VbiosVersion = 6,
  Nvdec0Status = 11,
  MeasurementCounts = 12,
  BoardId = 14,
  ChipSku = 15,
  Project = 17,
  ProjectSku = 18,
  Fwid = 20,
  ProtectedPcieStatus = 21,
  SwitchPdis = 22,
  ChipInfo = 35,
  FeatureFlag = 36,
};

// How a GPU shares its protection with others, as it signs.
enum class FeatureMode {
  Unstated,       // older drivers: one GPU
  Single,         // one GPU, passed through
  MultiGpu,       // several, links encrypted
  ProtectedPcie,  // several, links in the clear through attested switches
  Unknown,        // a value that nobody here knows
};
std::string_view feature_mode_name(FeatureMode mode);

// Of one switch, as GPUs name it.
using SwitchId = std::array<std::uint8_t, 8>;

struct Report {
  base::Bits256 request_nonce{};
  base::Bits256 response_nonce{};  // the device's own
  // Number, from 1, and value.
  std::map<std::uint8_t, base::Bits384> measurements;
  std::map<std::uint16_t, base::BytesView> opaque;  // views into the parsed bytes
  base::BytesView signed_part;                      // request and answer without the signature
  base::BytesView signature;                        // r then s, big-endian

  std::optional<base::BytesView> field(OpaqueField name) const;
  // Text up to the first zero; empty without the field.
  std::string text(OpaqueField name) const;
  std::string driver_version() const { return text(OpaqueField::DriverVersion); }
  // "96.00.5E.00.01"; empty without the field.
  std::string vbios_version() const;
  FeatureMode feature_mode() const;
  // Of the decoder whose measurement is only there when it works.
  bool nvdec0_disabled() const;
  // Of a GPU the switches it is linked to, of a switch itself; without repetitions.
  std::vector<SwitchId> switches() const;
};

base::Result<Report> parse_report(base::BytesView bytes);

}  // namespace cocoon::attest::nvidia
