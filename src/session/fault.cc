// Names of faults and of error codes.
#include "session/fault.h"

namespace cocoon::session {

std::string_view reason_name(SessionFault fault) {
  switch (fault) {
    case SessionFault::FrameTooShort:
      return "frame_too_short";
    case SessionFault::FrameTooLong:
      return "frame_too_long";
    case SessionFault::WrongSequenceNumber:
      return "wrong_sequence_number";
    case SessionFault::MalformedPacket:
      return "malformed_packet";
    case SessionFault::UnexpectedOpening:
      return "unexpected_opening";
    case SessionFault::WrongConnectId:
      return "wrong_connect_id";
    case SessionFault::DuplicateQuery:
      return "duplicate_query";
    case SessionFault::OpeningTimeout:
      return "opening_timeout";
    case SessionFault::IdleTimeout:
      return "idle_timeout";
    case SessionFault::OutputOverflow:
      return "output_overflow";
    case SessionFault::NotReady:
      return "not_ready";
    case SessionFault::MessageTooLarge:
      return "message_too_large";
    case SessionFault::TooManyQueries:
      return "too_many_queries";
    case SessionFault::UnknownQuery:
      return "unknown_query";
    case SessionFault::Closed:
      return "closed";
    case SessionFault::BadPowMagic:
      return "bad_pow_magic";
    case SessionFault::PowTooDifficult:
      return "pow_too_difficult";
    case SessionFault::WrongPow:
      return "wrong_pow";
    case SessionFault::NoCommonVersion:
      return "no_common_version";
  }
  return "unknown";
}

std::optional<WireError> wire_error(std::int32_t code) {
  for (const WireError known :
       {WireError::Failure, WireError::Error, WireError::Warning, WireError::ProtocolViolation,
        WireError::NotReady, WireError::Timeout, WireError::Cancelled}) {
    if (static_cast<std::int32_t>(known) == code) return known;
  }
  return std::nullopt;
}

std::string_view wire_error_name(WireError error) {
  switch (error) {
    case WireError::Failure:
      return "failure";
    case WireError::Error:
      return "error";
    case WireError::Warning:
      return "warning";
    case WireError::ProtocolViolation:
      return "protocol_violation";
    case WireError::NotReady:
      return "not_ready";
    case WireError::Timeout:
      return "timeout";
    case WireError::Cancelled:
      return "cancelled";
  }
  return "unknown";
}

}  // namespace cocoon::session
