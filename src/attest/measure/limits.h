// Bounds on logs and images, which come from peers or from files that nobody vouches for.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cocoon::attest::measure {

// The event log area of a virtual machine has 64 KiB; GRUB and runtime events make logs longer.
inline constexpr std::size_t kEventLogSizeMax = 1024 * 1024;
inline constexpr std::size_t kEventsMax = 8192;
inline constexpr std::size_t kLogAlgorithmsMax = 8;
// Containers within containers of a log in JSON: an array of flat objects.
inline constexpr int kEventLogDepthMax = 4;

inline constexpr std::size_t kFirmwareSizeMax = 64 * 1024 * 1024;
inline constexpr std::size_t kFirmwareSectionsMax = 64;
inline constexpr std::size_t kKernelSizeMax = 512 * 1024 * 1024;
inline constexpr std::uint32_t kVcpusMax = 4096;

inline constexpr std::uint32_t kVerityBlockSizeMin = 512;
inline constexpr std::uint32_t kVerityBlockSizeMax = 64 * 1024;
inline constexpr std::size_t kVeritySaltMax = 256;

}  // namespace cocoon::attest::measure
