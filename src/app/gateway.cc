#include "app/gateway.h"

#include "openai/error.h"
#include "openai/request.h"

namespace cocoon::app {
namespace {

constexpr std::size_t kSlowCallerBytes = 64 << 20;

io::HttpHeaders to_http(const std::vector<openai::Header>& headers) {
  io::HttpHeaders fields;
  for (const auto& header : headers) fields.add(header.name, header.value);
  return fields;
}

void respond_error(io::HttpExchange& exchange, const openai::ApiError& error) {
  exchange.respond(static_cast<unsigned>(openai::http_status(error.code)),
                   {{"Content-Type", "application/json"}}, openai::error_body(error));
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

base::Result<std::unique_ptr<Gateway>> Gateway::open(RoleShell& shell, const std::string& listen,
                                                     client::Client& machine, RolePages pages,
                                                     GatewayOwner& owner) {
  const auto where = TRY(loopback_address(listen, "listen"));
  std::unique_ptr<Gateway> gateway(new Gateway(shell, machine, std::move(pages), owner));
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

void Gateway::handle(std::unique_ptr<io::HttpExchange> exchange) {
  if (serve_page(shell_, pages_, *exchange)) return;
  const io::HttpRequest& request = exchange->request();
  const std::string_view target = request.target;
  const std::string path(target.substr(0, target.find('?')));
  if (path == "/v1/models" && (request.method == "GET" || request.method == "HEAD")) {
    return exchange->respond(200, {{"Content-Type", "application/json"}}, machine_.models_body());
  }
  const bool is_call = openai::find_endpoint(request.target).has_value();
  if (is_call && request.method == "POST") return handle_call(std::move(exchange));
  using openai::ApiErrorCode;
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

void Gateway::handle_call(std::unique_ptr<io::HttpExchange> exchange) {
  io::HttpRequest& request = exchange->request();
  client::Call call{.target = request.target, .headers = {}, .body = std::move(request.body)};
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    call.headers.push_back(
        {std::string(request.headers[i].name), std::string(request.headers[i].value)});
  }
  const client::CallId id{next_call_++};
  exchange->on_disconnect([this, id] {
    machine_.handle_caller_gone(id);
    calls_.erase(id);
    owner_.on_gateway_turn();
  });
  calls_.emplace(id, std::move(exchange));
  machine_.handle_call(shell_.now(), id, std::move(call));
  owner_.on_gateway_turn();
}

void Gateway::carry_out(client::StartAnswer&& effect) {
  const auto found = calls_.find(effect.call);
  if (found != calls_.end()) found->second->start(effect.status, to_http(effect.headers));
}

void Gateway::carry_out(client::AnswerPart&& effect) {
  const auto found = calls_.find(effect.call);
  if (found == calls_.end()) return;
  found->second->chunk(effect.bytes);
  if (found->second->pending_bytes() <= kSlowCallerBytes) return;
  shell_.log().warning("caller reads too slowly and is cut off");
  machine_.handle_caller_gone(effect.call);
  calls_.erase(found);
}

void Gateway::carry_out(client::EndAnswer&& effect) {
  const auto found = calls_.find(effect.call);
  if (found == calls_.end()) return;
  found->second->finish();
  calls_.erase(found);
}

// An exchange that is destroyed before its end drops the connection, which is what the caller must
// see.
void Gateway::carry_out(client::AbortAnswer&& effect) { calls_.erase(effect.call); }

void Gateway::carry_out(client::WholeAnswer&& effect) {
  const auto found = calls_.find(effect.call);
  if (found == calls_.end()) return;
  found->second->respond(effect.status, to_http(effect.headers), effect.body);
  calls_.erase(found);
}

}  // namespace cocoon::app
