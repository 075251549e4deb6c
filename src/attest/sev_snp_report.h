// Reads AMD SEV-SNP attestation reports, versions 2 to 5: every field, and the bytes that its
// signature covers.
//
// Reading is not verifying: attest/amd does that. Format: AMD SEV-SNP firmware ABI specification
// (56860), table ATTESTATION_REPORT; version 3 added the CPUID fields, version 5 the mitigation
// vectors. Refuses other lengths and versions.
#pragma once

#include <cstdint>
#include <string_view>

#include "attest/measurement.h"
#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::attest {

inline constexpr std::size_t kSevSnpReportSize = 1184;
inline constexpr std::size_t kSevSnpSignedSize = 0x2A0;

enum class SevSnpReportError { Truncated, TrailingBytes, UnsupportedVersion };
std::string_view reason_name(SevSnpReportError error);

// Four or five numbers of firmware parts, in an order that depends on the product (attest/amd).
using SevSnpTcb = std::array<std::uint8_t, 8>;

// Bits that the guest's owner fixed at launch; the firmware enforces them.
struct SevSnpPolicy {
  std::uint64_t bits = 0;

  std::uint8_t abi_minor() const { return static_cast<std::uint8_t>(bits); }
  std::uint8_t abi_major() const { return static_cast<std::uint8_t>(bits >> 8); }
  bool smt_allowed() const { return bit(16); }
  bool reserved_one() const { return bit(17); }
  bool migration_agent_allowed() const { return bit(18); }
  bool debug_allowed() const { return bit(19); }
  bool single_socket() const { return bit(20); }
  bool cxl_allowed() const { return bit(21); }
  bool aes_256_xts_required() const { return bit(22); }
  bool rapl_disable_required() const { return bit(23); }
  bool ciphertext_hiding_required() const { return bit(24); }
  bool page_swap_disabled() const { return bit(25); }

 private:
  bool bit(int number) const { return (bits >> number & 1) != 0; }
};

// How the machine was set up when the report was made. Bits that nobody has named are ignored.
struct SevSnpPlatform {
  std::uint64_t bits = 0;

  bool smt_enabled() const { return bit(0); }
  bool transparent_encryption() const { return bit(1); }
  bool ecc_memory() const { return bit(2); }
  bool rapl_disabled() const { return bit(3); }
  bool ciphertext_hiding() const { return bit(4); }
  bool alias_check_complete() const { return bit(5); }  // memory modules told the truth at boot

 private:
  bool bit(int number) const { return (bits >> number & 1) != 0; }
};

// What signed the report: the value of three bits of the flags.
inline constexpr std::uint8_t kSignedByVcek = 0;  // a chip's own key
inline constexpr std::uint8_t kSignedByVlek = 1;  // a cloud's key, shared by its chips
inline constexpr std::uint8_t kSignedByNothing = 7;

struct SevSnpFirmwareVersion {
  std::uint8_t build = 0;
  std::uint8_t minor = 0;
  std::uint8_t major = 0;
  friend bool operator==(const SevSnpFirmwareVersion&, const SevSnpFirmwareVersion&) = default;
};

struct SevSnpReport {
  std::uint32_t version = 0;  // 2 to 5
  std::uint32_t guest_svn = 0;
  SevSnpPolicy policy;
  base::Bits128 family_id{};
  base::Bits128 image_id{};
  std::uint32_t vmpl = 0;                 // 0xFFFFFFFF: asked for by the host, not by a guest
  std::uint32_t signature_algorithm = 0;  // 1: ECDSA P-384 with SHA-384
  SevSnpTcb current_tcb{};
  SevSnpPlatform platform;
  bool author_key_present = false;
  bool chip_key_masked = false;
  std::uint8_t signing_key = 0;  // kSignedBy...
  base::Bits512 report_data{};
  SevSnpMeasurements measurements;
  base::Bits256 host_data{};
  base::Bits384 id_key_digest{};      // of the key that signed the id block; zero without one
  base::Bits384 author_key_digest{};  // of the key that vouches for the id key
  base::Bits256 report_id{};
  base::Bits256 report_id_of_migration_agent{};
  SevSnpTcb reported_tcb{};  // what the signing key was derived from
  // Zero before version 3.
  std::uint8_t cpu_family = 0;
  std::uint8_t cpu_model = 0;
  std::uint8_t cpu_stepping = 0;
  base::Bits512 chip_id{};  // zero when masked
  SevSnpTcb committed_tcb{};
  SevSnpFirmwareVersion current_firmware;
  SevSnpFirmwareVersion committed_firmware;
  SevSnpTcb launch_tcb{};
  // Zero before version 5.
  std::uint64_t launch_mitigations = 0;
  std::uint64_t current_mitigations = 0;
  // 72 bytes each, little-endian.
  std::array<std::uint8_t, 72> signature_r{};
  std::array<std::uint8_t, 72> signature_s{};
};

base::Result<SevSnpReport> parse_sev_snp_report(base::BytesView bytes);

}  // namespace cocoon::attest
