#include "app/gateway.h"

#include "app/header_list.h"
#include "openai/error.h"
#include "openai/origins.h"
#include "openai/request.h"

namespace cocoon::app {
namespace {

// What the kernel has not taken yet: from here on a caller is behind...
constexpr std::size_t kBehindBytes = 64 << 10;
// ...and here it is cut off.
constexpr std::size_t kSlowCallerBytes = 16 << 20;

base::Result<io::HostPort> listening_address(const std::string& listen,
                                             const client::Callers& callers) {
  auto where = TRY(io::HostPort::parse(listen));
  if (where.host == "localhost") where.host = "127.0.0.1";
  if (is_loopback(where.host) || !callers.open_to_all()) return where;
  return base::Error(RoleError::BadOption,
                     "listen = \"" + listen +
                         "\" can be reached from outside this machine, and whoever reaches it "
                         "could spend your money: make API keys (cocoon key new NAME --file "
                         "keys.toml) and name the file in keys_file, or listen on 127.0.0.1");
}

// What the HTTP server refuses by itself, in the shape that OpenAI clients read.
std::string refusal_body(unsigned status, std::string_view reason) {
  openai::ApiError error{.code = openai::ApiErrorCode::InvalidRequest,
                         .message = std::string(reason),
                         .param = {},
                         .retry_after = {}};
  if (status == 413) error.code = openai::ApiErrorCode::PayloadTooLarge;
  if (status == 408) error.code = openai::ApiErrorCode::RequestTimeout;
  if (status >= 500) error.code = openai::ApiErrorCode::Internal;
  return openai::error_body(error);
}

}  // namespace

base::Result<std::unique_ptr<Gateway>> Gateway::open(RoleShell& shell, GatewaySettings settings,
                                                     client::Client& machine, RolePages pages,
                                                     GatewayOwner& owner) {
  const auto where = TRY(listening_address(settings.listen, machine.callers()));
  std::unique_ptr<Gateway> gateway(
      new Gateway(shell, std::move(settings), machine, std::move(pages), owner));
  gateway->server_ =
      TRY(io::HttpServer::open(shell.runtime(),
                               {.host = where.host,
                                .port = where.port,
                                .refusal_content_type = "application/json",
                                .refusal_body = refusal_body},
                               [raw = gateway.get()](std::unique_ptr<io::HttpExchange> exchange) {
                                 raw->handle(std::move(exchange));
                               }));
  gateway->address_ = io::HostPort{where.host, gateway->server_->port()}.to_text();
  return gateway;
}

io::HttpHeaders Gateway::headers_for(const io::HttpExchange& exchange,
                                     const std::vector<openai::Header>& headers) const {
  io::HttpHeaders fields;
  for (const auto& header : headers) fields.add(header.name, header.value);
  for (const auto& header :
       openai::cors_headers(to_list(exchange.request().headers), settings_.cors_origins,
                            openai::CorsAnswer::Request)) {
    fields.add(header.name, header.value);
  }
  return fields;
}

void Gateway::respond_error(io::HttpExchange& exchange, const openai::ApiError& error) const {
  exchange.respond(static_cast<unsigned>(openai::http_status(error.code)),
                   headers_for(exchange, {{"Content-Type", "application/json"}}),
                   openai::error_body(error));
}

void Gateway::handle(std::unique_ptr<io::HttpExchange> exchange) {
  using openai::ApiErrorCode;
  const io::HttpRequest& request = exchange->request();
  const auto headers = to_list(request.headers);
  const auto origin = openai::judge_origin(headers, settings_.cors_origins);
  if (origin == openai::OriginVerdict::Refused) {
    return respond_error(*exchange,
                         {.code = ApiErrorCode::OriginNotAllowed,
                          .message = "web pages of this origin may not call this gateway: its "
                                     "operator allows them by the option cors_origins",
                          .param = {},
                          .retry_after = {}});
  }
  if (request.method == "OPTIONS" && origin == openai::OriginVerdict::Allowed) {
    io::HttpHeaders fields;
    for (const auto& header :
         openai::cors_headers(headers, settings_.cors_origins, openai::CorsAnswer::Preflight)) {
      fields.add(header.name, header.value);
    }
    return exchange->respond(204, fields, std::string_view());
  }
  if (serve_page(shell_, pages_, *exchange)) return;
  const std::string_view target = request.target;
  const std::string path(target.substr(0, target.find('?')));
  if (path == "/v1/models" && (request.method == "GET" || request.method == "HEAD")) {
    return handle_models(std::move(exchange));
  }
  const bool is_call = openai::find_endpoint(request.target).has_value();
  if (is_call && request.method == "POST") return handle_call(std::move(exchange));
  const bool wrong_method = is_call || path == "/v1/models";
  respond_error(
      *exchange,
      {.code = wrong_method ? ApiErrorCode::MethodNotAllowed : ApiErrorCode::UnknownUrl,
       .message = request.method + " " + path +
                  (wrong_method ? " is not possible: use another method"
                                : " is not served here; known are GET /v1/models, and with POST " +
                                      openai::endpoint_list()),
       .param = {},
       .retry_after = {}});
}

void Gateway::handle_models(std::unique_ptr<io::HttpExchange> exchange) {
  const auto caller = machine_.callers().identify(to_list(exchange->request().headers));
  if (const auto* error = std::get_if<openai::ApiError>(&caller)) {
    return respond_error(*exchange, *error);
  }
  exchange->respond(200, headers_for(*exchange, {{"Content-Type", "application/json"}}),
                    machine_.models_body());
}

void Gateway::handle_call(std::unique_ptr<io::HttpExchange> exchange) {
  io::HttpRequest& request = exchange->request();
  client::Call call{.target = request.target,
                    .headers = to_list(request.headers),
                    .body = std::move(request.body)};
  const client::CallId id{next_call_++};
  exchange->on_disconnect([this, id] {
    machine_.handle_caller_gone(id);
    forget(id);
    owner_.on_gateway_turn();
  });
  exchange->on_drained([this, id] { handle_caught_up(id); });
  calls_.emplace(id, std::move(exchange));
  machine_.handle_call(shell_.now(), id, std::move(call));
  owner_.on_gateway_turn();
}

void Gateway::carry_out(client::StartAnswer&& effect) {
  const auto found = calls_.find(effect.call);
  if (found == calls_.end()) return;
  found->second->start(effect.status, headers_for(*found->second, effect.headers));
}

void Gateway::carry_out(client::AnswerPart&& effect) {
  const auto found = calls_.find(effect.call);
  if (found == calls_.end()) return;
  found->second->chunk(effect.bytes);
  const std::size_t pending = found->second->pending_bytes();
  if (pending > kBehindBytes && behind_.insert(effect.call).second) {
    machine_.handle_caller_pace(effect.call, client::Client::Pace::Behind);
  }
  if (pending <= kSlowCallerBytes) return;
  shell_.log().warning("caller reads too slowly and is cut off");
  machine_.handle_caller_gone(effect.call);
  forget(effect.call);
}

void Gateway::handle_caught_up(client::CallId call) {
  if (behind_.erase(call) == 0) return;
  machine_.handle_caller_pace(call, client::Client::Pace::CaughtUp);
  owner_.on_gateway_turn();
}

void Gateway::forget(client::CallId call) {
  calls_.erase(call);
  behind_.erase(call);
}

void Gateway::carry_out(client::EndAnswer&& effect) {
  const auto found = calls_.find(effect.call);
  if (found == calls_.end()) return;
  found->second->finish();
  forget(effect.call);
}

// An exchange that is destroyed before its end drops the connection, which is what the caller must
// see.
void Gateway::carry_out(client::AbortAnswer&& effect) { forget(effect.call); }

void Gateway::carry_out(client::WholeAnswer&& effect) {
  const auto found = calls_.find(effect.call);
  if (found == calls_.end()) return;
  found->second->respond(effect.status, headers_for(*found->second, effect.headers), effect.body);
  calls_.erase(found);
}

}  // namespace cocoon::app
