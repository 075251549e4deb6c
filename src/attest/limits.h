// Bounds on evidence, all of which comes from peers that nobody has admitted yet.
#pragma once

#include <chrono>
#include <cstddef>

namespace cocoon::attest {

// A TDX quote with its certificate chain has about 5 KB; platforms pad it with zeros up to 8000.
inline constexpr std::size_t kQuoteSizeMax = 32 * 1024;
inline constexpr std::size_t kVcekSizeMax = 8 * 1024;
// Letters of the name of a simulated program.
inline constexpr std::size_t kProgramNameMax = 64;

// How far the clocks of two honest machines may be apart.
inline constexpr std::chrono::seconds kClockSkew{60};
// Evidence older than this says nothing about the machine of today.
inline constexpr std::chrono::hours kEvidenceLifetime{24};

}  // namespace cocoon::attest
