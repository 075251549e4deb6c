// Bounds on what a peer may make us hold or do. Those before the peer has opened the connection are
// smaller.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace cocoon::session {

// A payload is at least a constructor's number and at most what every implementation of the network
// accepts.
inline constexpr std::size_t kFrameHeaderSize = 8;
inline constexpr std::size_t kMinFramePayload = 4;
inline constexpr std::size_t kMaxFramePayload = std::size_t{1} << 24U;
// Until the opening packets (12 bytes each) have been exchanged.
inline constexpr std::size_t kMaxOpeningFramePayload = 64;

// Largest boxed object that fits into a tcp.packet, tcp.query or tcp.queryAnswer: the payload less
// 12 bytes of packet and 4 or 8 of length, in whole words.
inline constexpr std::size_t kMaxMessageSize = kMaxFramePayload - 20;
// The message of a tcp.queryError; longer ones of ours are cut.
inline constexpr std::size_t kMaxErrorMessage = 1024;

// What an offer may name (session/offer.h).
inline constexpr std::size_t kMaxCapabilities = 32;
inline constexpr std::size_t kMaxCapabilityName = 32;

// Requests that one query may ask about.
inline constexpr std::size_t kMaxEndsAsked = 64;

inline constexpr std::size_t kMaxQueriesSent = 256;
inline constexpr std::size_t kMaxQueriesReceived = 256;

// With more output than this waiting for the peer to read, the connection fails.
inline constexpr std::size_t kMaxOutput = std::size_t{1} << 26U;
// Buffers larger than this are given back once they are empty.
inline constexpr std::size_t kKeptBuffer = std::size_t{1} << 16U;

// Part of a large frame that counts as a sign of life, as a whole frame does.
inline constexpr std::size_t kProgressBytes = std::size_t{1} << 16U;

// For everything before the first frame (proof of work, TLS, SOCKS5): the shell gives up after this
// long.
inline constexpr base::Duration kOpeningTimeout = std::chrono::seconds(30);

// Leading zero bits of a proof of work: what the network asks for, and the most that we solve.
inline constexpr std::int32_t kDefaultPowDifficulty = 20;
inline constexpr std::int32_t kMaxPowDifficulty = 28;

}  // namespace cocoon::session
