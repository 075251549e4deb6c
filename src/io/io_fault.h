// IoFault: everything that sockets, TLS, HTTP peers, files and child processes can do to us, by
// name.
#pragma once

#include <string_view>

namespace cocoon::io {

enum class IoFault {
  // Names and sockets.
  NameNotFound,      // the host name has no address
  InvalidAddress,    // not a host:port that we can use
  AddressInUse,      // another program listens there
  PermissionDenied,  // the operating system refuses
  Refused,           // nobody listens at the other end
  Unreachable,       // no route
  Reset,             // the peer dropped the connection
  Closed,            // the peer ended the stream in good order
  Truncated,         // the TCP stream ended inside a TLS session or an HTTP message
  Timeout,           // a named limit of limits.h or of the caller's options ran out
  Cancelled,         // we gave up ourselves
  // Opening a connection.
  PreambleFailed,      // a byte machine before TLS refused what the peer said
  TlsFailed,           // handshake or record layer
  NoPeerCertificate,   // the peer sent none
  PeerChainTooLarge,   // more certificates or bytes than limits.h allows
  PeerNotAccepted,     // our verifier refused the peer's certificate
  RefusedByPeer,       // the peer's TLS alert refuses our certificate or parameters
  InvalidIdentity,     // our own certificate and key don't fit together
  TooManyConnections,  // limits.h or the caller's options
  // HTTP.
  Protocol,          // not HTTP as we speak it
  TooLarge,          // header or body beyond its limit
  HttpsUnsupported,  // the HTTP client speaks plain HTTP only
  InvalidHeader,     // our own caller gave a header that can't be sent (CR, LF, ...)
  // Files and processes.
  FileNotFound,
  FileTooLarge,
  FileLocked,         // another process holds the lock
  FileFailed,         // any other failure of the file system
  ProgramNotStarted,  // fork or exec failed
};

// Stable snake_case name.
std::string_view reason_name(IoFault fault);

}  // namespace cocoon::io
