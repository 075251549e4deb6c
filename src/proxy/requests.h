// Running requests of the proxy: admission, choice of a worker, forwarding of the answer, the
// charge.
//
// While all workers of its model are busy a request waits a little, in turn with those of other
// clients; when there is no room to wait it is refused at once.
//
// A request is admitted when its client's account covers the worst case, and then has exactly one
// end: a charge, when the last part of an answer came from the worker it was given to, or a refund.
// What reports that charge leaves only after the ledger entry is on disk. Until the first answer
// part a request whose worker is lost goes to another worker; after it, the client gets an error
// and pays nothing. Answers from any other worker, or for requests that have ended, change nothing
// and are counted. A worker of version 5 is let go ahead of its client by no more than a window;
// one that goes further is disconnected. A client that goes away does not stop its request:
// versions up to 4 have no message for that, so the worker finishes and is paid.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "proxy/affinity.h"
#include "proxy/answer.h"
#include "proxy/client_sessions.h"
#include "proxy/core.h"
#include "proxy/waiting_room.h"
#include "proxy/worker_sessions.h"
#include "session/window.h"

namespace cocoon::proxy {

class Requests {
 public:
  Requests(Core& core, ClientSessions& clients, WorkerSessions& workers)
      : core_(core), clients_(clients), workers_(workers), affinity_(core.random.next_u64()) {}

  enum class Handled { Yes, No };
  // client.endRequests.
  Handled handle_client_query(base::Now now, session::LinkId link, std::int64_t query_id,
                              base::BytesView object);
  // client.runQuery and client.runQueryEx.
  Handled handle_client_message(base::Now now, session::LinkId link, base::BytesView object);
  // Before the session is forgotten: its running requests are cancelled.
  void handle_client_lost(base::Now now, session::LinkId link);
  // All forms of answers.
  Handled handle_worker_message(base::Now now, session::LinkId link, base::BytesView object);
  // The client's session takes more again.
  void handle_client_caught_up(session::LinkId link);
  // Before the session is forgotten.
  void handle_worker_lost(base::Now now, session::LinkId link);
  // Something may be free for those who wait for the model: a slot, a worker, a lower price.
  void serve_waiting(base::Now now, std::string_view model);
  void handle_time(base::Now now);
  std::optional<base::Instant> poll_deadline() const;

  // Those that wait among them.
  std::size_t running() const { return running_.size() + waiting_.size(); }
  std::size_t waiting() const { return waiting_.size(); }
  bool runs_on(session::LinkId worker) const;

 private:
  // What a client asked for, in one form for all versions.
  struct Order {
    base::Bits256 id{};
    std::string_view model;
    base::BytesView query;  // boxed http.request
    std::int32_t max_coefficient = 0;
    std::int32_t max_tokens = 0;
    double timeout = 0;  // seconds
    std::int32_t min_config_version = 0;
    Debug debug = Debug::Off;
  };
  struct Running {
    session::LinkId client_link{};
    payment::RequestKey key{};
    std::string model{};
    std::int32_t max_coefficient = 0;
    std::int32_t client_version = 0;
    Debug debug = Debug::Off;
    base::Instant deadline{};
    base::WallTime admitted_at{};
    base::Bytes query{};  // kept until the first answer part, for another attempt
    std::vector<std::uint64_t> beginnings{};  // of its text
    std::vector<market::WorkerId> tried{};
    session::LinkId worker_link{};
    market::WorkerId worker{};
    base::Instant started{};
    session::ReceivingWindow window{};      // of the worker's answer
    std::int64_t client_takes = INT64_MAX;  // where the window may end
    bool answering = false;                 // the first answer part has been passed on
    bool cancelled = false;                 // nobody waits for it: no other attempt
  };
  using RunningMap = std::unordered_map<base::Bits256, Running, base::Bits256Hash>;

  static std::optional<base::Result<Order>> decode_order(base::BytesView object);
  base::Result<void> admit(base::Now now, ClientSession& client, const Order& order);
  // `ceiling`: the highest coefficient at which the request will run.
  base::Result<payment::RequestKey> reserve(const ClientSession& client, const Order& order,
                                            std::int32_t ceiling);
  std::vector<std::uint64_t> beginnings(const ClientSession& client, const Order& order) const;
  // Gives the request to a worker under a fresh id; or says why none takes it, and `running` is as
  // it was.
  std::optional<market::Refusal> dispatch(base::Now now, Running& running);
  // Finds a worker, or a place to wait; or ends the request.
  void place(base::Now now, Running running);
  void wait(base::Now now, Running running);
  // Out of the waiting room, for whatever comes next.
  Running take_waiting(market::Ticket ticket);
  // Nobody waits for its answer any more.
  void forget_waiting(base::Now now, market::Ticket ticket);
  void send_to_worker(base::Now now, const base::Bits256& worker_request_id, const Running& running,
                      const WorkerSession& worker);
  void pass_on(base::Now now, RunningMap::iterator request, Answer answer);
  void finish(base::Now now, RunningMap::iterator request, const Answer& answer);
  void fail(base::Now now, RunningMap::iterator request, std::int32_t code, std::string_view text,
            market::Outcome outcome);
  bool keeps_windows(const Running& running) const;
  // What the client takes and has room for, the worker may send.
  void widen(const base::Bits256& worker_request_id, Running& running);
  // client.answerWindow.
  Handled handle_window(const ClientSession& client, base::BytesView object);
  // The running request of this very session; running_.end() if there is none.
  RunningMap::iterator find_own(const ClientSession& client, const base::Bits256& id);
  template <class Deed>
  void for_each_own(const ClientSession& client, const Deed& deed);
  // Ends what still runs, on whatever session.
  tl::ClientRequestEnd end(base::Now now, payment::AccountId client, const base::Bits256& id);
  // client.cancelQuery.
  Handled handle_cancel(base::Now now, const ClientSession& client, base::BytesView object);
  // Tells a worker that understands it; any other runs to its end. Either way the worker's end
  // message says what there is to charge.
  void cancel(const base::Bits256& worker_request_id, Running& running);
  // Releases the worker's slot and forgets the request.
  Running take(base::Now now, RunningMap::iterator request, market::Outcome outcome);
  void end_unserved(base::Now now, const Running& running, const market::Refusal& refusal);
  void end_unserved(base::Now now, const Running& running, std::string_view reason,
                    std::int32_t code, std::string_view text);
  void say_failure(const Running& running, std::int32_t code, std::string_view text);

  Core& core_;
  ClientSessions& clients_;
  WorkerSessions& workers_;
  RunningMap running_;  // by the id that the worker knows
  // The worker's id by the client's, which each account uses once.
  std::map<std::pair<payment::AccountId, base::Bits256>, base::Bits256> by_client_;
  std::set<std::pair<base::Instant, base::Bits256>> deadlines_;
  std::size_t kept_bytes_ = 0;
  Affinity affinity_;
  WaitingRoom room_;
  std::map<market::Ticket, Running> waiting_;  // whoever is in the room
};

}  // namespace cocoon::proxy
