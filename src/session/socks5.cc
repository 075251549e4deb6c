// SOCKS5, the asking side.
#include "session/socks5.h"

#include <algorithm>

#include "base/check.h"

namespace cocoon::session {

using base::Bytes;
using base::BytesView;
using base::Error;
using base::Result;

namespace {

constexpr std::uint8_t kVersion = 5;
constexpr std::uint8_t kUserVersion = 1;
constexpr std::uint8_t kNoAuthentication = 0;
constexpr std::uint8_t kUserAndPassword = 2;
constexpr std::uint8_t kConnect = 1;
constexpr std::uint8_t kIpv4Type = 1;
constexpr std::uint8_t kNameType = 3;
constexpr std::uint8_t kIpv6Type = 4;
// RFC 1929 wants a password of at least one byte; the router looks at the name only.
constexpr std::uint8_t kPassword = '-';

constexpr std::size_t kShortAnswer = 2;     // to the greeting and to the user name
constexpr std::size_t kReplyHead = 5;       // up to the first byte of the address
constexpr std::size_t kReplyNoAddress = 6;  // version, reply, reserved, type, port

struct AddressWriter {
  Bytes& out;
  void operator()(const Ipv4& address) const {
    out.push_back(kIpv4Type);
    out.insert(out.end(), address.begin(), address.end());
  }
  void operator()(const Ipv6& address) const {
    out.push_back(kIpv6Type);
    out.insert(out.end(), address.begin(), address.end());
  }
  void operator()(const std::string& name) const {
    out.push_back(kNameType);
    out.push_back(static_cast<std::uint8_t>(name.size()));
    out.insert(out.end(), name.begin(), name.end());
  }
};

bool fits(const std::string& name) { return !name.empty() && name.size() <= 255; }

// RFC 1928, section 6.
Error refusal(std::uint8_t reply) {
  switch (reply) {
    case 1:
      return {SocksFault::GeneralFailure, "the router could not connect"};
    case 2:
      return {SocksFault::NotAllowed, "the router does not allow this connection"};
    case 3:
      return {SocksFault::NetworkUnreachable, "the router cannot reach the network"};
    case 4:
      return {SocksFault::HostUnreachable, "the router cannot reach the host"};
    case 5:
      return {SocksFault::ConnectionRefused, "the host refused the router's connection"};
    case 6:
      return {SocksFault::TtlExpired, "the router's connection timed out"};
    case 7:
      return {SocksFault::CommandUnsupported, "the router does not support CONNECT"};
    case 8:
      return {SocksFault::AddressTypeUnsupported, "the router does not support this address type"};
    default:
      return {SocksFault::UnknownReply, "the router answered " + std::to_string(reply)};
  }
}

}  // namespace

std::string_view reason_name(SocksFault fault) {
  switch (fault) {
    case SocksFault::BadTarget:
      return "bad_target";
    case SocksFault::BadVersion:
      return "bad_version";
    case SocksFault::MethodRefused:
      return "method_refused";
    case SocksFault::UserRefused:
      return "user_refused";
    case SocksFault::BadAddressType:
      return "bad_address_type";
    case SocksFault::GeneralFailure:
      return "general_failure";
    case SocksFault::NotAllowed:
      return "not_allowed";
    case SocksFault::NetworkUnreachable:
      return "network_unreachable";
    case SocksFault::HostUnreachable:
      return "host_unreachable";
    case SocksFault::ConnectionRefused:
      return "connection_refused";
    case SocksFault::TtlExpired:
      return "ttl_expired";
    case SocksFault::CommandUnsupported:
      return "command_unsupported";
    case SocksFault::AddressTypeUnsupported:
      return "address_type_unsupported";
    case SocksFault::UnknownReply:
      return "unknown_reply";
  }
  return "unknown";
}

Result<SocksClient> SocksClient::create(const SocksTarget& target,
                                        std::optional<std::string> user_name) {
  const auto* name = std::get_if<std::string>(&target.host);
  if ((name != nullptr && !fits(*name)) || (user_name && !fits(*user_name))) {
    return Error(SocksFault::BadTarget, "host and user names take 1 to 255 bytes");
  }
  Bytes connect{kVersion, kConnect, 0};
  std::visit(AddressWriter{connect}, target.host);
  connect.push_back(static_cast<std::uint8_t>(target.port >> 8U));
  connect.push_back(static_cast<std::uint8_t>(target.port & 0xffU));
  return SocksClient(std::move(connect), std::move(user_name));
}

SocksClient::SocksClient(Bytes connect, std::optional<std::string> user_name)
    : connect_(std::move(connect)),
      user_name_(std::move(user_name)),
      output_{kVersion, 1, user_name_ ? kUserAndPassword : kNoAuthentication} {}

Result<std::size_t> SocksClient::handle_bytes(BytesView input) {
  std::size_t taken = 0;
  while (state_ != State::Done) {
    const std::size_t expected = TRY(expected_size());
    if (received_.size() < expected) {
      const std::size_t count = std::min(expected - received_.size(), input.size() - taken);
      if (count == 0) break;
      const auto from = input.begin() + static_cast<std::ptrdiff_t>(taken);
      received_.insert(received_.end(), from, from + static_cast<std::ptrdiff_t>(count));
      taken += count;
      continue;
    }
    TRY(handle_answer());
    received_.clear();
  }
  return taken;
}

Result<std::size_t> SocksClient::expected_size() const {
  if (state_ != State::Reply) return kShortAnswer;
  // A refusal may end after its second byte in practice; it is read no further.
  if (received_.size() < 2) return std::size_t{2};
  if (received_[0] != kVersion)
    return Error(SocksFault::BadVersion, "the router does not speak SOCKS5");
  if (received_[1] != 0) return refusal(received_[1]);
  if (received_.size() < kReplyHead) return kReplyHead;
  switch (received_[3]) {
    case kIpv4Type:
      return kReplyNoAddress + sizeof(Ipv4);
    case kIpv6Type:
      return kReplyNoAddress + sizeof(Ipv6);
    case kNameType:
      return kReplyNoAddress + 1 + received_[4];
    default:
      return Error(SocksFault::BadAddressType, "the router answered with an unknown address type");
  }
}

Result<void> SocksClient::handle_answer() {
  switch (state_) {
    case State::Method: {
      if (received_[0] != kVersion) {
        return Error(SocksFault::BadVersion, "the router does not speak SOCKS5");
      }
      if (received_[1] != (user_name_ ? kUserAndPassword : kNoAuthentication)) {
        return Error(SocksFault::MethodRefused, user_name_
                                                    ? "the router takes no user name for a policy"
                                                    : "the router wants a user name");
      }
      if (user_name_) {
        send_user();
        state_ = State::User;
        return {};
      }
      break;
    }
    case State::User:
      if (received_[0] != kUserVersion) {
        return Error(SocksFault::BadVersion, "the router does not speak RFC 1929");
      }
      if (received_[1] != 0) {
        return Error(SocksFault::UserRefused, "the router refuses the policy " + *user_name_);
      }
      break;
    case State::Reply:
      state_ = State::Done;
      return {};
    case State::Done:
      return {};
  }
  output_.insert(output_.end(), connect_.begin(), connect_.end());
  state_ = State::Reply;
  return {};
}

void SocksClient::send_user() {
  output_.push_back(kUserVersion);
  output_.push_back(static_cast<std::uint8_t>(user_name_->size()));
  output_.insert(output_.end(), user_name_->begin(), user_name_->end());
  output_.push_back(1);
  output_.push_back(kPassword);
}

}  // namespace cocoon::session
