// Every limit of this module by name. Those that hold before a peer is authenticated are separate
// and smaller.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cocoon::io {

// Streams.
inline constexpr std::size_t kReadBytesMax = 64 * 1024;  // per system call
inline constexpr std::size_t kReadBytesIdle = 4 * 1024;  // buffer that an idle connection keeps
inline constexpr std::size_t kReadRoundsMax =
    4;  // reads in a row before other streams get their turn
inline constexpr std::size_t kWriteChunkBytes =
    64 * 1024;  // small writes are gathered in chunks of this size
inline constexpr std::size_t kWriteGatherMax = 16;  // chunks in one system call
inline constexpr std::size_t kCipherAheadBytes =
    256 * 1024;  // encrypted before the socket takes it
inline constexpr std::chrono::seconds kCloseLinger{
    2};  // to flush, and to let the peer read our last bytes
inline constexpr std::size_t kCloseDiscardBytes = 16 * 1024 * 1024;  // read and dropped meanwhile

// Before authentication.
inline constexpr std::chrono::seconds kPreambleTimeout{10};  // each byte machine before TLS
inline constexpr std::chrono::seconds kTlsTimeout{10};       // the TLS handshake
inline constexpr std::chrono::seconds kOpeningTimeout{30};  // accept (or connect) until established
inline constexpr std::size_t kHalfOpenMax = 1024;           // per listener
inline constexpr std::size_t kHalfOpenPerSourceMax = 16;    // per IPv4 address or IPv6 /64
inline constexpr std::size_t kEarlyBytesMax = 64 * 1024;  // from the peer, before it is established
inline constexpr std::size_t kPeerChainCertificatesMax = 4;
inline constexpr std::size_t kPeerChainBytesMax = 64 * 1024;
inline constexpr std::chrono::seconds kConnectTimeout{10};  // one address; a name may have several

// Records of TLS under one key; RFC 8446 section 5.5 allows some 2^24.
inline constexpr std::uint64_t kTlsRecordsPerKey = std::uint64_t{1} << 22;

// Connections of one listener, established ones included.
inline constexpr std::size_t kConnectionsMax = 100'000;

// HTTP server.
inline constexpr std::size_t kHttpHeaderBytesMax = 32 * 1024;
inline constexpr std::size_t kHttpHeaderFieldsMax = 128;
inline constexpr std::size_t kHttpBodyBytesMax = 16 * 1024 * 1024;
inline constexpr std::size_t kHttpPipelinedBytesMax =
    64 * 1024;  // read ahead while a request is being answered
inline constexpr std::size_t kHttpConnectionsMax = 10'000;
inline constexpr std::chrono::seconds kHttpHeaderTimeout{10};
inline constexpr std::chrono::seconds kHttpBodyTimeout{120};  // for the whole body
inline constexpr std::chrono::seconds kHttpIdleTimeout{75};   // between requests
inline constexpr std::chrono::seconds kHttpWriteTimeout{
    60};  // the caller reads nothing of what waits for it

// HTTP client.
inline constexpr std::size_t kHttpResponseHeaderBytesMax = 64 * 1024;
inline constexpr std::size_t kHttpIdlePoolMax = 256;  // kept connections per endpoint
inline constexpr std::chrono::seconds kHttpPoolIdleTimeout{30};

// Files.
inline constexpr std::size_t kPathBytesMax = 4096;
inline constexpr std::chrono::seconds kProcessStopGrace{
    5};  // between asking a child to end and killing it

}  // namespace cocoon::io
