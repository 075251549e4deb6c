// The launch digest of an SEV-SNP guest, computed before it is launched.
//
// Format: AMD SEV-SNP firmware ABI specification (56860), SNP_LAUNCH_UPDATE (PAGE_INFO), and AMD64
// architecture manual, volume 2, appendix B (VMSA); the state of a fresh processor as QEMU, EC2 and
// others set it up.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "attest/measure/error.h"
#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::attest::measure {

enum class Monitor { Qemu, Ec2 };

// The kernel of a direct boot, whose hashes stand in a measured page.
struct DirectBoot {
  base::BytesView kernel;
  base::BytesView initrd;
  std::string_view command_line;
};

struct SnpGuest {
  base::BytesView firmware;
  std::uint32_t vcpus = 1;
  std::uint32_t vcpu_signature = 0;  // CPUID Fn0000_0001 EAX of the guest's processor model
  std::uint64_t guest_features = 1;  // SEV_FEATURES: bit 0, SEV-SNP
  Monitor monitor = Monitor::Qemu;
  std::optional<DirectBoot> boot;
};

base::Result<base::Bits384> snp_launch_digest(const SnpGuest& guest);

// The signature of a processor model that QEMU knows, "EPYC-Milan-v2"; nothing for other names.
std::optional<std::uint32_t> vcpu_signature(std::string_view model);

}  // namespace cocoon::attest::measure
