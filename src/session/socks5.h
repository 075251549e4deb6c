// The asking side of SOCKS5 (RFC 1928, RFC 1929): one CONNECT through a local router
// (docs/protocol/wire.md [WIRE-70] to [WIRE-72]).
//
// A router may choose the attestation policy by the user name. So with a user name only that method
// is offered: a router that would ignore the name refuses, instead of connecting by another policy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::session {

enum class SocksFault {
  BadTarget,  // ours: an empty or too long name
  BadVersion,
  MethodRefused,
  UserRefused,
  BadAddressType,
  // The router's reasons (RFC 1928, section 6), 1 to 8 and any other.
  GeneralFailure,
  NotAllowed,
  NetworkUnreachable,
  HostUnreachable,
  ConnectionRefused,
  TtlExpired,
  CommandUnsupported,
  AddressTypeUnsupported,
  UnknownReply,
};

std::string_view reason_name(SocksFault fault);

using Ipv4 = std::array<std::uint8_t, 4>;
using Ipv6 = std::array<std::uint8_t, 16>;

struct SocksTarget {
  std::variant<Ipv4, Ipv6, std::string>
      host;  // the string: a domain name for the router to resolve
  std::uint16_t port = 0;
};

class SocksClient {
 public:
  // Names are 1 to 255 bytes. The greeting is ready to be polled at once.
  static base::Result<SocksClient> create(const SocksTarget& target,
                                          std::optional<std::string> user_name = std::nullopt);

  // Takes bytes up to the end of the router's success reply and leaves the rest. An error: end the
  // connection.
  base::Result<std::size_t> handle_bytes(base::BytesView input);
  base::Bytes poll_output() { return std::exchange(output_, {}); }
  bool done() const { return state_ == State::Done; }

 private:
  enum class State { Method, User, Reply, Done };
  SocksClient(base::Bytes connect, std::optional<std::string> user_name);
  // How many bytes the answer awaited has, as far as those received tell.
  base::Result<std::size_t> expected_size() const;
  base::Result<void> handle_answer();
  void send_user();

  State state_ = State::Method;
  base::Bytes connect_;
  std::optional<std::string> user_name_;
  base::Bytes output_;
  base::Bytes received_;
};

}  // namespace cocoon::session
