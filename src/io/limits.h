// Every limit of this module by name. Those that hold before a peer is authenticated are separate
// and smaller.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cocoon::io {

inline constexpr std::size_t kKibibyte = 1024;

// Streams.
inline constexpr std::size_t kReadBytesMax = 64 * kKibibyte;       // per system call
inline constexpr std::size_t kReadBytesIdle = 4 * kKibibyte;       // kept by an idle connection
inline constexpr std::size_t kReadRoundsMax = 4;                   // in a row; then others' turn
inline constexpr std::size_t kWriteChunkBytes = 64 * kKibibyte;    // gathers small writes
inline constexpr std::size_t kWriteGatherMax = 16;                 // chunks in one system call
inline constexpr std::size_t kCipherAheadBytes = 256 * kKibibyte;  // encrypted, not yet sent
// To flush at the end, and to let the peer read our last bytes while what it still sends is
// dropped.
inline constexpr std::chrono::seconds kCloseLinger{2};
inline constexpr std::size_t kCloseDiscardBytes = 16384 * kKibibyte;

// Before authentication.
inline constexpr std::chrono::seconds kPreambleTimeout{10};  // each byte machine before TLS
inline constexpr std::chrono::seconds kTlsTimeout{10};       // the TLS handshake
inline constexpr std::chrono::seconds kOpeningTimeout{30};   // accept or connect until established
inline constexpr std::chrono::seconds kConnectTimeout{10};   // one address; a name may have several
inline constexpr std::size_t kHalfOpenMax = 1024;            // per listener
inline constexpr std::size_t kHalfOpenPerSourceMax = 16;     // per IPv4 address or IPv6 /64
inline constexpr std::size_t kEarlyBytesMax = 64 * kKibibyte;  // not yet used by a byte machine
inline constexpr std::size_t kPeerChainCertificatesMax = 4;
inline constexpr std::size_t kPeerChainBytesMax = 64 * kKibibyte;

// Records of TLS under one key; RFC 8446 section 5.5 allows some 2^24.
inline constexpr std::uint64_t kTlsRecordsPerKey = std::uint64_t{1} << 22;

// Connections of one listener, established ones included.
inline constexpr std::size_t kConnectionsMax = 100'000;

// HTTP server.
inline constexpr std::size_t kHttpHeaderBytesMax = 32 * kKibibyte;
inline constexpr std::size_t kHttpHeaderFieldsMax = 128;
inline constexpr std::size_t kHttpBodyBytesMax = 16384 * kKibibyte;
inline constexpr std::size_t kHttpPipelinedBytesMax = 64 * kKibibyte;  // while one is answered
inline constexpr std::size_t kHttpConnectionsMax = 10'000;
inline constexpr std::chrono::seconds kHttpHeaderTimeout{10};
inline constexpr std::chrono::seconds kHttpBodyTimeout{120};  // for the whole body
inline constexpr std::chrono::seconds kHttpIdleTimeout{75};   // between requests
inline constexpr std::chrono::seconds kHttpWriteTimeout{60};  // without the caller reading anything

// HTTP client.
inline constexpr std::size_t kHttpResponseHeaderBytesMax = 64 * kKibibyte;
inline constexpr std::size_t kHttpIdlePoolMax = 256;  // kept connections per endpoint
inline constexpr std::chrono::seconds kHttpPoolIdleTimeout{30};

}  // namespace cocoon::io
