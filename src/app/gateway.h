// Gateway: the HTTP side of the client role. Calls of OpenAI clients go into the machine, its
// answers go back out.
//
// While a caller reads more slowly than the network answers, the network is asked for no more.
// Older proxies can't be asked: there the caller is cut off beyond a bound, so that it can't fill
// the memory.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "app/role_http.h"
#include "client/client.h"
#include "io/http_server.h"

namespace cocoon::app {

class GatewayOwner {
 public:
  virtual ~GatewayOwner() = default;
  // The machine has been given something; drain it.
  virtual void on_gateway_turn() = 0;
};

struct GatewaySettings {
  std::string listen;
  std::vector<std::string> cors_origins;
};

class Gateway {
 public:
  // An address that others can reach is refused unless the machine asks callers for keys.
  static base::Result<std::unique_ptr<Gateway>> open(RoleShell& shell, GatewaySettings settings,
                                                     client::Client& machine, RolePages pages,
                                                     GatewayOwner& owner);
  void carry_out(client::StartAnswer&& effect);
  void carry_out(client::AnswerPart&& effect);
  void carry_out(client::EndAnswer&& effect);
  void carry_out(client::AbortAnswer&& effect);
  void carry_out(client::WholeAnswer&& effect);

  const std::string& address() const { return address_; }
  void drain(std::function<void()> done) { server_->drain(std::move(done)); }

 private:
  Gateway(RoleShell& shell, GatewaySettings settings, client::Client& machine, RolePages pages,
          GatewayOwner& owner)
      : shell_(shell),
        settings_(std::move(settings)),
        machine_(machine),
        pages_(std::move(pages)),
        owner_(owner) {}
  void handle(std::unique_ptr<io::HttpExchange> exchange);
  void handle_models(std::unique_ptr<io::HttpExchange> exchange);
  void respond_error(io::HttpExchange& exchange, const openai::ApiError& error) const;
  // The headers as the exchange's caller gets them, with what its browser wants to know.
  io::HttpHeaders headers_for(const io::HttpExchange& exchange,
                              const std::vector<openai::Header>& headers) const;
  void handle_call(std::unique_ptr<io::HttpExchange> exchange);
  void handle_caught_up(client::CallId call);
  void forget(client::CallId call);

  RoleShell& shell_;
  const GatewaySettings settings_;
  client::Client& machine_;
  RolePages pages_;
  GatewayOwner& owner_;
  std::unique_ptr<io::HttpServer> server_;
  std::string address_;
  std::uint64_t next_call_ = 1;
  std::unordered_map<client::CallId, std::unique_ptr<io::HttpExchange>> calls_;
  std::unordered_set<client::CallId> behind_;  // of calls_
};

}  // namespace cocoon::app
