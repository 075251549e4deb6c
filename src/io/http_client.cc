#include "io/http_client.h"

#include <algorithm>
#include <utility>

#include "io/http_client_state.h"

namespace cocoon::io {

base::Result<HttpEndpoint> HttpEndpoint::parse(std::string_view url) {
  constexpr std::string_view kHttp = "http://";
  constexpr std::string_view kHttps = "https://";
  if (equal_ignoring_case(url.substr(0, kHttps.size()), kHttps)) {
    return base::Error(
        IoFault::HttpsUnsupported,
        "an engine is reached by http:// on the same machine, not by " + std::string(url));
  }
  if (!equal_ignoring_case(url.substr(0, kHttp.size()), kHttp)) {
    return base::Error(IoFault::InvalidAddress,
                       "expected http://host:port, found '" + std::string(url) + "'");
  }
  url.remove_prefix(kHttp.size());
  const std::size_t slash = std::min(url.find('/'), url.size());
  std::string authority(url.substr(0, slash));
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string::npos || (bracket != std::string::npos && colon < bracket))
    authority += ":80";
  HttpEndpoint endpoint;
  endpoint.host_port = TRY(HostPort::parse(authority));
  endpoint.base_path = url.substr(slash);
  while (endpoint.base_path.ends_with('/')) endpoint.base_path.pop_back();
  return endpoint;
}

HttpClient::State::State(Runtime& runtime_in, HttpEndpoint endpoint_in,
                         HttpClientOptions options_in)
    : runtime(runtime_in),
      endpoint(std::move(endpoint_in)),
      options(options_in),
      sweep_timer(runtime, [this] { sweep(); }) {}

std::shared_ptr<ClientConnection> HttpClient::State::take_idle() {
  sweep();
  if (idle.empty()) return nullptr;
  auto connection = std::move(idle.back());
  idle.pop_back();
  return connection;
}

void HttpClient::State::keep(std::shared_ptr<ClientConnection> connection) {
  if (closed || idle.size() >= options.idle_pool_max) return;
  connection->idle_since = runtime.now().steady;
  if (!sweep_timer.armed()) sweep_timer.arm(connection->idle_since + options.pool_idle_timeout);
  idle.push_back(std::move(connection));
}

void HttpClient::State::drop_idle(ClientConnection& connection) {
  std::erase_if(idle, [&](const auto& kept) { return kept.get() == &connection; });
}

void HttpClient::State::sweep() {
  const base::Instant oldest = runtime.now().steady - options.pool_idle_timeout;
  const auto fresh = std::find_if(idle.begin(), idle.end(),
                                  [&](const auto& kept) { return kept->idle_since > oldest; });
  idle.erase(idle.begin(), fresh);
  if (!idle.empty()) sweep_timer.arm(idle.front()->idle_since + options.pool_idle_timeout);
}

void HttpClient::State::close() {
  closed = true;
  sweep_timer.cancel();
  idle.clear();
  const auto all = calls;
  for (HttpCall::State* call : all) call->cancel();
}

HttpClient::HttpClient(Runtime& runtime, HttpEndpoint endpoint, HttpClientOptions options)
    : state_(std::make_shared<State>(runtime, std::move(endpoint), options)) {}
HttpClient::~HttpClient() { state_->close(); }

std::unique_ptr<HttpCall> HttpClient::request(HttpClientRequest request, HttpClientEvents& events) {
  auto call = std::make_shared<HttpCall::State>(state_, std::move(request), events);
  call->start();
  return std::make_unique<HttpCall>(std::move(call));
}

std::size_t HttpClient::idle_connections() const { return state_->idle.size(); }

HttpCall::HttpCall(std::shared_ptr<State> state) : state_(std::move(state)) {}
HttpCall::~HttpCall() { state_->cancel(); }
void HttpCall::pause() { state_->pause(); }
void HttpCall::resume() { state_->resume(); }

}  // namespace cocoon::io
