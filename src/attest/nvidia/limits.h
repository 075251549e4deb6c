// Bounds on what NVIDIA devices, manifests and services send.
#pragma once

#include <cstddef>

namespace cocoon::attest::nvidia {

// A report of a GPU has about 4.3 KB.
inline constexpr std::size_t kReportSizeMax = 64 * 1024;
inline constexpr std::size_t kOpaqueFieldsMax = 64;
inline constexpr std::size_t kChainSizeMax = 32 * 1024;
// A manifest has about 25 KB in some 80 elements.
inline constexpr std::size_t kManifestSizeMax = 512 * 1024;
inline constexpr std::size_t kXmlElementsMax = 4096;
inline constexpr std::size_t kXmlDepthMax = 32;
inline constexpr std::size_t kXmlAttributesMax = 64;  // of one element, name spaces included
inline constexpr std::size_t kXmlNamespacesMax = 64;  // in scope at once
inline constexpr std::size_t kAlternativesMax = 32;   // golden values of one measurement
// A host has 8 GPUs and 4 switches; a rack has more.
inline constexpr std::size_t kDevicesMax = 128;
inline constexpr std::size_t kTokenSizeMax = 64 * 1024;
inline constexpr std::size_t kTokenAnswerSizeMax = 1024 * 1024;
inline constexpr std::size_t kKeySetSizeMax = 256 * 1024;
inline constexpr std::size_t kJsonDepthMax = 16;

}  // namespace cocoon::attest::nvidia
