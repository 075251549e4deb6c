#include "io/dialer.h"

#include <charconv>
#include <utility>
#include <vector>

#include "io/opening_run.h"
#include "io/socket_fault.h"

namespace cocoon::io {

using boost::asio::ip::tcp;
using boost::system::error_code;

base::Result<HostPort> HostPort::parse(std::string_view text) {
  const auto invalid = [&] {
    return base::Error(IoFault::InvalidAddress,
                       "expected host:port, found '" + std::string(text) + "'");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return invalid();
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  HostPort parsed;
  const auto [end, code] =
      std::from_chars(digits.data(), digits.data() + digits.size(), parsed.port);
  if (code != std::errc() || end != digits.data() + digits.size()) return invalid();
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || host.size() > 253 ||
      bracketed != (host.find(':') != std::string_view::npos)) {
    return invalid();
  }
  for (const char c : host) {
    if (c <= ' ' || c == '/' || c == '@' || c == '[' || c == ']' || c == 0x7f) return invalid();
  }
  parsed.host = host;
  return parsed;
}

std::string HostPort::to_text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

struct Dial::State : std::enable_shared_from_this<Dial::State> {
  State(Runtime& runtime_in, const HostPort& target_in, Opening opening_in)
      : runtime(runtime_in),
        target(target_in),
        opening(std::move(opening_in)),
        resolver(runtime.core().loop),
        socket(runtime.core().loop),
        connect_timer(runtime, [this] { handle_timeout(); }) {}

  void start();
  void try_next();
  void handle_connected(const error_code& code);
  void handle_timeout();
  void fail(const base::Error& reason);
  void cancel();

  Runtime& runtime;
  HostPort target;
  Opening opening;
  tcp::resolver resolver;
  tcp::socket socket;
  Timer connect_timer;
  std::vector<tcp::endpoint> endpoints;
  std::size_t next = 0;
  bool timed_out = false;
  bool over = false;
  std::shared_ptr<OpeningRun> run;
};

void Dial::State::start() {
  error_code code;
  const auto literal = boost::asio::ip::make_address(target.host, code);
  if (!code) {
    endpoints.emplace_back(literal, target.port);
    boost::asio::post(runtime.core().loop, [self = shared_from_this()] { self->try_next(); });
    return;
  }
  connect_timer.arm_in(opening.limits.connect);
  resolver.async_resolve(target.host, std::to_string(target.port),
                         [self = shared_from_this()](const error_code& failure,
                                                     const tcp::resolver::results_type& found) {
                           if (self->over) return;
                           if (failure) {
                             self->fail(socket_error(failure, "looking up " + self->target.host));
                             return;
                           }
                           for (const auto& entry : found)
                             self->endpoints.push_back(entry.endpoint());
                           self->try_next();
                         });
}

void Dial::State::try_next() {
  if (over) return;
  error_code ignored;
  socket.close(ignored);
  timed_out = false;
  connect_timer.arm_in(opening.limits.connect);
  socket.async_connect(endpoints[next++], [self = shared_from_this()](const error_code& code) {
    self->handle_connected(code);
  });
}

void Dial::State::handle_connected(const error_code& code) {
  if (over) return;
  connect_timer.cancel();
  if (code || timed_out) {
    if (next < endpoints.size()) {
      try_next();
      return;
    }
    const std::string doing = "connecting to " + target.to_text();
    fail(timed_out ? base::Error(IoFault::Timeout, doing + " took too long")
                   : socket_error(code, doing));
    return;
  }
  auto stream = std::make_shared<Stream::State>(runtime, std::move(socket), nullptr);
  run = std::make_shared<OpeningRun>(runtime, std::move(stream), std::move(opening),
                                     [self = shared_from_this()](const auto&) {
                                       self->over = true;
                                       self->run.reset();
                                     });
  run->start();
}

void Dial::State::handle_timeout() {
  if (endpoints.empty()) {
    fail(base::Error(IoFault::Timeout, "looking up " + target.host + " took too long"));
    return;
  }
  timed_out = true;
  error_code ignored;
  socket.close(ignored);
}

void Dial::State::fail(const base::Error& reason) {
  const auto self = shared_from_this();
  over = true;
  connect_timer.cancel();
  const auto on_outcome = std::move(opening.on_outcome);
  on_outcome(reason);
}

void Dial::State::cancel() {
  if (over) return;
  over = true;
  resolver.cancel();
  error_code ignored;
  socket.close(ignored);
  if (run) run->cancel();
  run.reset();
}

Dial::Dial(Runtime& runtime, const HostPort& target, Opening opening)
    : state_(std::make_shared<State>(runtime, target, std::move(opening))) {
  state_->start();
}

Dial::~Dial() { state_->cancel(); }

}  // namespace cocoon::io
