// The worker's side of sessions with proxies: greeting, comparison of balances, completion, payment
// status.
//
// Each step is one query whose answer leads to the next; any other answer ends the link. The last
// step waits until the proxy has proven itself, so that no request comes before. The worker
// recomputes both contract addresses that the proxy names and refuses a proxy that names others.
// What it has earned is remembered per proxy contract, so that a reconnect can tell when a proxy
// has forgotten some of it.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "session/link.h"
#include "session/standing.h"
#include "tl/types.h"
#include "worker/config.h"

namespace cocoon::worker {

enum class EngineState { Down, Up };

// What a proxy says it owes, in adjusted tokens; each number only grows.
struct Earned {
  std::int64_t in_its_books = 0;  // its memory
  std::int64_t on_its_disk = 0;
};

// Requests that run here, for all proxies, and those that wait inside the engine.
struct Load {
  std::int32_t running = 0;
  std::int32_t waiting = 0;
  friend bool operator==(const Load&, const Load&) = default;
};

struct ProxyLink {
  enum class State { Greeting, Comparing, Extended, Proving, Completing, Ready };

  session::LinkId link;
  State state = State::Greeting;
  std::int32_t version = 0;
  ton::Address proxy_contract{};
  ton::Address worker_contract{};
  base::Instant next_status{};
  bool status_asked = false;
  // Of version 5: what was told last, and when to look again.
  std::optional<Load> told_load{};
  base::Instant told_at{};
  base::Instant next_load{};
  std::size_t running = 0;
  session::Standing standing = session::Standing::Good;
  bool congested = false;        // reads more slowly than we write
  std::string lapsed_because{};  // closed with this reason once nothing runs for it
};

class ProxyLinks {
 public:
  ProxyLinks(const Config& config, std::deque<session::LinkEffect>& out)
      : config_(config), out_(out) {}

  void handle_opened(base::Now now, session::LinkId link);
  void handle_closed(session::LinkId link);
  void handle_answer(base::Now now, session::LinkId link, base::BytesView object);
  void handle_query_failed(session::LinkId link, std::string_view message);
  // proxy.workerRequestPayment. False if the object is something else.
  bool handle_payment(base::Now now, session::LinkId link, base::BytesView object);
  // What the shell has found out about the proxy; `why` if it has lapsed.
  void handle_standing(session::LinkId link, session::Standing standing, std::string_view why);
  // A request of the link has begun or ended.
  void take_up(session::LinkId link);
  void release(session::LinkId link);
  void handle_time(base::Now now, const Load& load);
  // The configuration's terms have changed.
  void handle_terms();
  void handle_engine(EngineState state);
  // The configuration has a new price.
  void handle_coefficient();

  ProxyLink* find(session::LinkId link);
  const std::unordered_map<session::LinkId, ProxyLink>& all() const { return links_; }
  Earned earned(const ton::Address& proxy_contract) const {
    const auto found = earned_.find(proxy_contract);
    return found == earned_.end() ? Earned{} : found->second;
  }
  std::optional<base::Instant> poll_deadline() const;
  void close(session::LinkId link, std::string_view reason);

 private:
  void handle_connected(ProxyLink& proxy, base::BytesView object);
  void handle_compared(base::Now now, ProxyLink& proxy, base::BytesView object);
  void open_earnings(const ton::ProxyIdentity& proxy);
  // The proxy's signed word on what it owes; one that is not its word ends the link.
  void take(base::Now now, const ProxyLink& proxy, const tl::AnyProxySignedPayment& payment);
  void complete(ProxyLink& proxy);
  // Of version 5 and taking requests: it is told offers and load.
  static bool hears_offers(const ProxyLink& proxy);
  void say_offer(const ProxyLink& proxy);
  void say_load(base::Now now, ProxyLink& proxy, const Load& load);
  void end_if_lapsed(const ProxyLink& proxy);
  void learn(const ProxyLink& proxy, std::int64_t in_its_books, std::int64_t on_its_disk);
  template <class T>
  void ask(const ProxyLink& proxy, const T& object, base::Duration timeout);

  const Config& config_;
  std::deque<session::LinkEffect>& out_;
  EngineState engine_ = EngineState::Down;
  std::unordered_map<session::LinkId, ProxyLink> links_;
  std::unordered_map<ton::Address, Earned, ton::AddressHash> earned_;
};

}  // namespace cocoon::worker
