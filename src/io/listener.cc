#include "io/listener.h"

#include <unordered_map>
#include <utility>

#include "io/opening_run.h"
#include "io/socket_fault.h"

namespace cocoon::io {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr base::Duration kAcceptRetry = std::chrono::milliseconds(100);

// An IPv4 address, or the /64 that one IPv6 subscriber has.
std::string source_of(const tcp::endpoint& endpoint) {
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  }
  if (address.is_v4()) return address.to_string();
  const auto bytes = address.to_v6().to_bytes();
  return std::string(bytes.begin(), bytes.begin() + 8);
}

}  // namespace

struct Listener::State : std::enable_shared_from_this<Listener::State> {
  State(Runtime& runtime_in, ListenOptions options_in, Prepare prepare_in)
      : runtime(runtime_in),
        options(std::move(options_in)),
        prepare(std::move(prepare_in)),
        acceptor(runtime.core().loop),
        retry(runtime, [this] { accept_next(); }) {}

  base::Result<void> open();
  void accept_next();
  void handle_accept(tcp::socket socket);
  bool admit(const std::string& source);
  void finish(std::uint64_t id, const std::string& source, const base::Result<void>& outcome);
  void close();

  Runtime& runtime;
  ListenOptions options;
  Prepare prepare;
  tcp::acceptor acceptor;
  Timer retry;  // after the process ran out of file descriptors
  bool closed = false;
  std::uint16_t port = 0;
  std::uint64_t next_id = 0;
  std::unordered_map<std::uint64_t, std::shared_ptr<OpeningRun>> openings;
  std::unordered_map<std::string, std::size_t> half_open_per_source;
  // One more owner than there are connections.
  std::shared_ptr<void> lease = std::make_shared<char>();
  ListenerCounters counters;
};

base::Result<void> Listener::State::open() {
  error_code code;
  const std::string doing = "listening on " + options.host + ":" + std::to_string(options.port);
  const auto address = boost::asio::ip::make_address(options.host, code);
  if (code) return base::Error(IoFault::InvalidAddress, doing + ": not an IP address");
  const tcp::endpoint endpoint(address, options.port);
  const auto failed = [&](auto&& step) {
    if (!code) step();
    return code.failed();
  };
  failed([&] { acceptor.open(endpoint.protocol(), code); });
  failed([&] { acceptor.set_option(tcp::acceptor::reuse_address(true), code); });
  failed([&] { acceptor.bind(endpoint, code); });
  failed([&] { acceptor.listen(boost::asio::socket_base::max_listen_connections, code); });
  if (failed([&] { port = acceptor.local_endpoint(code).port(); }))
    return socket_error(code, doing);
  accept_next();
  return {};
}

void Listener::State::accept_next() {
  if (closed) return;
  acceptor.async_accept([self = shared_from_this()](const error_code& code, tcp::socket socket) {
    if (self->closed) return;
    if (code == boost::system::errc::too_many_files_open ||
        code == boost::system::errc::too_many_files_open_in_system) {
      self->retry.arm_in(kAcceptRetry);
      return;
    }
    if (!code) self->handle_accept(std::move(socket));
    self->accept_next();
  });
}

void Listener::State::handle_accept(tcp::socket socket) {
  ++counters.accepted;
  error_code code;
  const auto endpoint = socket.remote_endpoint(code);
  if (code) return;
  const std::string source = source_of(endpoint);
  if (!admit(source)) return;
  ++half_open_per_source[source];
  const std::uint64_t id = next_id++;
  auto stream = std::make_shared<Stream::State>(runtime, std::move(socket), lease);
  auto run = std::make_shared<OpeningRun>(
      runtime, stream, prepare(stream->peer_address()),
      [this, id, source](const base::Result<void>& outcome) { finish(id, source, outcome); });
  openings.emplace(id, run);
  run->start();
}

bool Listener::State::admit(const std::string& source) {
  if (openings.size() >= options.half_open_max) {
    ++counters.refused_half_open;
    return false;
  }
  const auto found = half_open_per_source.find(source);
  if (found != half_open_per_source.end() && found->second >= options.half_open_per_source_max) {
    ++counters.refused_per_source;
    return false;
  }
  if (static_cast<std::size_t>(lease.use_count()) > options.connections_max) {
    ++counters.refused_connections;
    return false;
  }
  return true;
}

void Listener::State::finish(std::uint64_t id, const std::string& source,
                             const base::Result<void>& outcome) {
  openings.erase(id);
  const auto found = half_open_per_source.find(source);
  if (--found->second == 0) half_open_per_source.erase(found);
  if (outcome) {
    ++counters.established;
  } else if (outcome.error().is(IoFault::Timeout)) {
    ++counters.opening_timeouts;
  } else {
    ++counters.opening_failures;
  }
}

void Listener::State::close() {
  closed = true;
  error_code ignored;
  acceptor.close(ignored);
  for (const auto& [id, run] : openings) run->cancel();
  openings.clear();
}

base::Result<std::unique_ptr<Listener>> Listener::open(Runtime& runtime, ListenOptions options,
                                                       Prepare prepare) {
  auto state = std::make_shared<State>(runtime, std::move(options), std::move(prepare));
  TRY(state->open());
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

Listener::Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}
Listener::~Listener() { state_->close(); }

std::uint16_t Listener::port() const { return state_->port; }
std::size_t Listener::half_open() const { return state_->openings.size(); }
std::size_t Listener::connections() const {
  return static_cast<std::size_t>(state_->lease.use_count()) - 1;
}
const ListenerCounters& Listener::counters() const { return state_->counters; }

}  // namespace cocoon::io
