// The memory of the virtual machines whose launch is measured, in bytes: x86 pages, and where QEMU
// (hw/i386/pc_q35.c) places RAM around the hole for devices below 4 GiB.
#pragma once

#include <cstdint>

namespace cocoon::attest::measure {

inline constexpr std::uint64_t kPageSize = 4096;
// A machine with this much or more has kLowMemorySplit below the hole and the rest from 4 GiB on.
inline constexpr std::uint64_t kLowMemoryLimit = 0xb000'0000;
inline constexpr std::uint64_t kLowMemorySplit = 0x8000'0000;

}  // namespace cocoon::attest::measure
