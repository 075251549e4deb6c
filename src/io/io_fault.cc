#include "io/io_fault.h"

#include "base/check.h"

namespace cocoon::io {

std::string_view reason_name(IoFault fault) {
  switch (fault) {
    case IoFault::NameNotFound:
      return "name_not_found";
    case IoFault::InvalidAddress:
      return "invalid_address";
    case IoFault::AddressInUse:
      return "address_in_use";
    case IoFault::PermissionDenied:
      return "permission_denied";
    case IoFault::Refused:
      return "refused";
    case IoFault::Unreachable:
      return "unreachable";
    case IoFault::Reset:
      return "reset";
    case IoFault::Closed:
      return "closed";
    case IoFault::Truncated:
      return "truncated";
    case IoFault::Timeout:
      return "timeout";
    case IoFault::Cancelled:
      return "cancelled";
    case IoFault::PreambleFailed:
      return "preamble_failed";
    case IoFault::TlsFailed:
      return "tls_failed";
    case IoFault::NoPeerCertificate:
      return "no_peer_certificate";
    case IoFault::PeerChainTooLarge:
      return "peer_chain_too_large";
    case IoFault::PeerNotAccepted:
      return "peer_not_accepted";
    case IoFault::RefusedByPeer:
      return "refused_by_peer";
    case IoFault::InvalidIdentity:
      return "invalid_identity";
    case IoFault::TooManyConnections:
      return "too_many_connections";
    case IoFault::Protocol:
      return "protocol";
    case IoFault::TooLarge:
      return "too_large";
    case IoFault::HttpsUnsupported:
      return "https_unsupported";
    case IoFault::InvalidHeader:
      return "invalid_header";
    case IoFault::FileNotFound:
      return "file_not_found";
    case IoFault::FileTooLarge:
      return "file_too_large";
    case IoFault::FileLocked:
      return "file_locked";
    case IoFault::FileFailed:
      return "file_failed";
    case IoFault::ProgramNotStarted:
      return "program_not_started";
  }
  CHECK(false);
}

}  // namespace cocoon::io
