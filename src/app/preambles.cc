#include "app/preambles.h"

#include <arpa/inet.h>

#include "ratls/limits.h"
#include "session/pow.h"
#include "session/socks5.h"

namespace cocoon::app {
namespace {

// About 20 ms of hashing.
constexpr std::uint64_t kTriesPerSlice = 100'000;

class PowChallengerPreamble final : public io::Preamble {
 public:
  PowChallengerPreamble(base::Random& random, std::int32_t difficulty)
      : machine_(random, difficulty) {}
  base::Result<std::size_t> handle_bytes(base::BytesView bytes) override {
    return machine_.handle_bytes(bytes);
  }
  base::Bytes poll_output() override { return machine_.poll_output(); }
  bool done() const override { return machine_.done(); }

 private:
  session::PowChallenger machine_;
};

class PowAnswererPreamble final : public io::Preamble {
 public:
  base::Result<std::size_t> handle_bytes(base::BytesView bytes) override {
    return machine_.handle_bytes(bytes);
  }
  base::Bytes poll_output() override { return machine_.poll_output(); }
  bool done() const override { return machine_.done(); }
  bool has_work() const override { return machine_.needs_work(); }
  void work() override { machine_.work(kTriesPerSlice); }

 private:
  session::PowAnswerer machine_;
};

class SocksPreamble final : public io::Preamble {
 public:
  explicit SocksPreamble(session::SocksClient machine) : machine_(std::move(machine)) {}
  base::Result<std::size_t> handle_bytes(base::BytesView bytes) override {
    return machine_.handle_bytes(bytes);
  }
  base::Bytes poll_output() override { return machine_.poll_output(); }
  bool done() const override { return machine_.done(); }

 private:
  session::SocksClient machine_;
};

// Literal addresses go as addresses: existing routers know no names.
session::SocksTarget socks_target(const io::HostPort& target) {
  session::Ipv4 v4{};
  if (inet_pton(AF_INET, target.host.c_str(), v4.data()) == 1)
    return {.host = v4, .port = target.port};
  session::Ipv6 v6{};
  if (inet_pton(AF_INET6, target.host.c_str(), v6.data()) == 1)
    return {.host = v6, .port = target.port};
  return {.host = target.host, .port = target.port};
}

std::uint32_t little_endian_u32(base::BytesView bytes) {
  return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
         static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

constexpr std::size_t kLengthSize = 4;

}  // namespace

std::unique_ptr<io::Preamble> pow_challenger(base::Random& random, std::int32_t difficulty) {
  return std::make_unique<PowChallengerPreamble>(random, difficulty);
}

std::unique_ptr<io::Preamble> pow_answerer() { return std::make_unique<PowAnswererPreamble>(); }

base::Result<std::unique_ptr<io::Preamble>> socks_client(const io::HostPort& target) {
  auto machine = TRY(session::SocksClient::create(socks_target(target)));
  return std::unique_ptr<io::Preamble>(std::make_unique<SocksPreamble>(std::move(machine)));
}

base::Result<std::size_t> RouterReportReader::handle_bytes(base::BytesView bytes) {
  const std::size_t before = received_.size();
  std::size_t wanted = kLengthSize;
  for (;;) {
    const std::size_t missing = wanted - received_.size();
    const std::size_t used = received_.size() - before;
    const std::size_t take = std::min(missing, bytes.size() - used);
    received_.insert(received_.end(), bytes.begin() + static_cast<std::ptrdiff_t>(used),
                     bytes.begin() + static_cast<std::ptrdiff_t>(used + take));
    if (received_.size() < wanted) return bytes.size();
    if (wanted > kLengthSize) break;
    const std::uint32_t size = little_endian_u32(received_);
    if (size == 0 || size > ratls::kRouterReportSizeMax) {
      return base::Error(
          ratls::RouterReportError::Oversized,
          "the local router's report has an impossible length: is this port meant for routers?");
    }
    wanted += size;
  }
  report_ = TRY(ratls::parse_router_report(base::BytesView(received_).subspan(kLengthSize)));
  return received_.size() - before;
}

}  // namespace cocoon::app
