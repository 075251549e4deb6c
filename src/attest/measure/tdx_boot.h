// What a trust domain will measure to, computed before it boots: MRTD and RTMR0 to RTMR2 of QEMU
// with OVMF and a kernel given on its command line.
//
// Formats: Intel TDX module base architecture specification (TDH.MEM.PAGE.ADD, TDH.MR.EXTEND); UEFI
// Platform Initialization, volume 3 (hand-off blocks); edk2 OvmfPkg (which events, in which order).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "attest/measure/event_log.h"
#include "attest/measure/firmware.h"

namespace cocoon::attest::measure {

// How the host adds pages: each page and its contents (KVM and QEMU of the main line), or all pages
// of a section and then their contents (older hosts, QEMU 8.2 with TDX patches).
enum class PageOrder { SinglePass, TwoPass };

base::Result<base::Bits384> td_measurement(base::BytesView firmware, PageOrder order);

// Memory that the monitor has accepted for the guest before it starts: [first, last).
struct AcceptedRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};
// Where the hand-off block is, and what is accepted, from the firmware's sections.
struct HandOff {
  std::uint64_t address = 0;
  std::vector<AcceptedRange> accepted;  // in the order of addresses
};
base::Result<HandOff> hand_off_of(const std::vector<TdvfSection>& sections);

// SHA-384 of the list of hand-off blocks that describes this much memory, the first event of RTMR0.
// MemoryOutOfRange if the accepted ranges overlap or lie outside.
base::Result<base::Bits384> hand_off_digest(const HandOff& hand_off, std::uint64_t memory_size);

// SHA-384 of the firmware's variable store, its second event.
base::Result<base::Bits384> configuration_digest(base::BytesView firmware);

base::Bits384 extend_all(std::span<const base::Bits384> digests);

// What can't be computed from the image alone, since it depends on the machine (number of
// processors, devices, version of QEMU): digests of the ACPI loader, root pointer and tables.
using AcpiDigests = std::array<base::Bits384, 3>;

// Events of RTMR0, for empty Secure Boot variables and a single boot option.
std::vector<base::Bits384> rtmr0_events(const base::Bits384& hand_off,
                                        const base::Bits384& configuration,
                                        const AcpiDigests& acpi);
// `kernel` is its Authenticode digest after QEMU has patched it (kernel_image.h).
std::vector<base::Bits384> rtmr1_events(const base::Bits384& kernel);
std::vector<base::Bits384> rtmr2_events(const base::Bits384& command_line,
                                        const base::Bits384& initrd);
// OVMF measures it as UTF-16 with a final zero, and " initrd=initrd" behind it.
base::Bits384 command_line_digest(std::string_view command_line);

}  // namespace cocoon::attest::measure
