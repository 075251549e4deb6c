// Bounds on what a peer may send before it is admitted.
#pragma once

#include <chrono>
#include <cstddef>

namespace cocoon::ratls {

inline constexpr std::size_t kExtensionSizeMax = 32 * 1024;
inline constexpr std::size_t kCertificateSizeMax = kExtensionSizeMax + 8 * 1024;
inline constexpr std::size_t kExtensionsMax = 32;

// Of certificates that carry evidence, ours and others'.
inline constexpr std::chrono::seconds kCertificateLifetime{86'400};
// How far a peer's clock may be from ours.
inline constexpr std::chrono::seconds kClockSkew{60};

// Bytes of the answer to a challenge within a session: a quote, and about 10 KiB for each GPU and
// switch.
inline constexpr std::size_t kSessionProofSizeMax = 1024 * 1024;
// How long a peer may take for it: the hardware needs a moment for each quote.
inline constexpr std::chrono::seconds kSessionProofTimeout{30};
// After that it is asked again, or earlier if the policy says so.
inline constexpr std::chrono::seconds kSessionProofLifetime{3600};
// Between two challenges that we send, and the least that we take from others.
inline constexpr std::chrono::seconds kSessionChallengeSpacing{10};
inline constexpr std::chrono::seconds kSessionChallengesLeast{5};

// Bytes of a router's report after its length.
inline constexpr std::size_t kRouterReportSizeMax = 16'536;
// Letters of an IP address or host name in it.
inline constexpr std::size_t kHostNameMax = 253;

}  // namespace cocoon::ratls
