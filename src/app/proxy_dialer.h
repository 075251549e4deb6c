// ProxyDialer: keeps one connection to each of the proxies that a client or worker uses, and comes
// back after losses.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/role_shell.h"
#include "session/backoff.h"

namespace cocoon::app {

class ProxyDialer {
 public:
  struct Settings {
    std::vector<std::string> targets;  // "HOST:PORT"
    std::string connect_via;           // SOCKS5 router; empty: direct
  };
  // Called with each established and admitted connection; answers with the link that it became.
  using OnConnected =
      std::function<session::LinkId(std::unique_ptr<io::Stream>, const ratls::Admission&)>;

  static base::Result<std::unique_ptr<ProxyDialer>> create(RoleShell& shell,
                                                           const Settings& settings,
                                                           OnConnected on_connected);
  ~ProxyDialer();
  void start();
  // The link has ended. `served`: it got as far as doing its work, so the next attempt comes soon.
  enum class Ended { AfterServing, BeforeServing };
  void handle_closed(session::LinkId link, Ended ended);
  void stop();

  struct TargetView {
    std::string address;
    std::string state;  // "connected", "connecting", "waiting"
    std::string last_error;
    std::optional<session::LinkId> link;
  };
  std::vector<TargetView> targets() const;

 private:
  struct Target;
  ProxyDialer(RoleShell& shell, OnConnected on_connected);
  void dial(Target& target);
  void retry(Target& target, const std::string& why);
  base::Result<io::Opening> opening(Target& target);
  void finish(Target& target, base::Result<io::Connection> outcome,
              const std::shared_ptr<const ratls::Admission>& admission);

  RoleShell& shell_;
  OnConnected on_connected_;
  std::optional<io::HostPort> via_;
  std::vector<std::unique_ptr<Target>> targets_;
  bool stopped_ = false;
};

}  // namespace cocoon::app
