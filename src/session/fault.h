// Why a connection, a message or a step of the opening was refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cocoon::session {

enum class SessionFault {
  // From the peer's bytes; the connection has failed.
  FrameTooShort,
  FrameTooLong,
  WrongSequenceNumber,
  MalformedPacket,
  UnexpectedOpening,  // the first packet is not tcp.connect (tcp.connected)
  WrongConnectId,     // tcp.connected answers another tcp.connect
  DuplicateQuery,     // a query with the id of one not answered yet
  // From time or backlog; the connection has failed.
  OpeningTimeout,
  IdleTimeout,
  OutputOverflow,
  // From a call of ours; the connection goes on.
  NotReady,
  MessageTooLarge,
  TooManyQueries,
  UnknownQuery,
  // Of the owner, not a fault: it closed the connection.
  Closed,
  // Proof of work.
  BadPowMagic,
  PowTooDifficult,
  WrongPow,
  // Versions.
  NoCommonVersion,
};

std::string_view reason_name(SessionFault fault);

// Codes that travel in tcp.queryError and in the error answers of the protocol.
enum class WireError : std::int32_t {
  Failure = 601,  // internal
  Error = 602,    // refused: balance, capacity, mode
  Warning = 603,
  ProtocolViolation = 621,  // malformed or forbidden input
  NotReady = 651,           // no worker, disabled, not initialised
  Timeout = 652,
  Cancelled = 653,  // the connection is gone
};

// The code's name if it is one of ours; peers also send 0 and small numbers.
std::optional<WireError> wire_error(std::int32_t code);
std::string_view wire_error_name(WireError error);
constexpr std::int32_t code_of(WireError error) { return static_cast<std::int32_t>(error); }

}  // namespace cocoon::session
