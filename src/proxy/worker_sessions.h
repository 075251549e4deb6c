// The proxy's side of sessions with workers: greeting, comparison of balances, enabling, price
// changes.
//
// A worker session is Greeting, then Comparing (both sides say what the worker has earned), then
// Serving once the handshake is complete. Only a Serving worker is in the market, and on offer
// there only while it wants work and has proven itself; it leaves the market when its link closes.
// What the worker believes about its earnings never changes our books and never stops the proxy:
// when it knows more than the ledger does, the difference is reported to it and counted.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "market/market.h"
#include "proxy/core.h"
#include "proxy/limits.h"
#include "session/offer.h"

namespace cocoon::proxy {

struct WorkerSession {
  enum class State { Greeting, Comparing, Extended, Serving };

  session::LinkId link;
  State state = State::Greeting;
  base::Bits256 image_hash{};
  std::int32_t version = 0;
  base::Instant handshake_deadline{};
  ton::Address owner{};
  ton::Address contract{};
  std::string model{};       // as registered: name@commit:verity-hash
  std::string base_model{};  // what clients ask for: the part before '@'
  std::int32_t coefficient = 0;
  std::int32_t slots = 0;
  std::int32_t limit = 0;                   // for all proxies
  session::OfferTerms terms{};              // since version 5
  payment::AccountId account{};             // valid after Greeting
  std::optional<market::WorkerId> offer{};  // set in state Serving
  PaymentVoice payment{};
  bool wants_work = false;  // by its own word
  session::Standing standing = session::Standing::Good;
  std::string lapsed_because{};  // closed with this reason once nothing runs on it
  std::uint64_t overstated = 0;  // reports above what a request can use
};

class WorkerSessions {
 public:
  explicit WorkerSessions(Core& core) : core_(core) {}

  void handle_opened(base::Now now, session::LinkId link, const base::Bits256& image_hash);
  void handle_closed(session::LinkId link);
  void handle_query(base::Now now, session::LinkId link, std::int64_t query_id,
                    base::BytesView object);
  // True if the message was one of ours; answers to requests are not.
  enum class Handled { Yes, No };
  Handled handle_message(base::Now now, session::LinkId link, base::BytesView object);
  void handle_time(base::Now now);
  void handle_standing(session::LinkId link, session::Standing standing, std::string_view why);
  // The operator's word about all workers of an owner, also of those that come later.
  enum class Switch { On, Off };
  void handle_switch(const ton::Address& owner, Switch to);
  bool is_switched_off(const ton::Address& owner) const { return switched_off_.contains(owner); }
  // Of those that have lapsed, which may be closed when nothing runs on them.
  std::vector<session::LinkId> lapsed() const;

  WorkerSession* find(session::LinkId link);
  WorkerSession* find(market::WorkerId offer);
  std::size_t size() const { return sessions_.size(); }
  const std::unordered_map<session::LinkId, WorkerSession>& all() const { return sessions_; }

  // Tells the worker what it has earned after a request, once `sequence` is on disk. The payer is
  // never named.
  void say_payment(WorkerSession& session, const base::Bits256& request_id, base::TokenCount tokens,
                   std::uint64_t sequence);

 private:
  void greet(base::Now now, WorkerSession& session, std::int64_t query_id, base::BytesView object);
  void compare(WorkerSession& session, std::int64_t query_id, base::BytesView object);
  void complete(WorkerSession& session, std::int64_t query_id, base::BytesView object);
  void serve(WorkerSession& session, std::int64_t query_id, base::BytesView object);
  market::Availability availability(const WorkerSession& session) const;
  void set_availability(const WorkerSession& session);
  // worker.enabledDisabled, worker.newCoefficient, worker.offer, worker.load.
  base::Result<void> toggle(WorkerSession& session, base::BytesView object);
  base::Result<void> reprice(WorkerSession& session, base::BytesView object);
  base::Result<void> take_offer(WorkerSession& session, base::BytesView object) const;
  base::Result<void> take_load(base::Now now, const WorkerSession& session, base::BytesView object);
  base::Result<void> check_terms(const WorkerSession& session,
                                 const tl::WorkerParams& params) const;

  Core& core_;
  std::unordered_map<session::LinkId, WorkerSession> sessions_;
  std::unordered_map<std::uint64_t, session::LinkId> by_offer_;
  std::set<ton::Address> switched_off_;  // owners
  std::size_t lapsed_ = 0;               // sessions, so that none are looked through in vain
};

}  // namespace cocoon::proxy
