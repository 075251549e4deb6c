// Proxy: the whole proxy role as one machine. It talks to clients and workers over links that the
// shell opens, keeps the books, and chooses a worker for each request; it reads no prompt and no
// answer.
//
// The shell's part: open sessions (TLS, attestation, frames) and report them here; call
// handle_time() at poll_deadline(); after every input drain poll_effect() in order and hand
// poll_batch() to the disk; report what is durable by handle_persisted(). What peers may rely on
// leaves only after that.
#pragma once

#include <memory>
#include <optional>

#include "proxy/client_sessions.h"
#include "proxy/core.h"
#include "proxy/requests.h"
#include "proxy/worker_sessions.h"

namespace cocoon::proxy {

enum class PeerRole { Client, Worker };

class Proxy {
 public:
  Proxy(Config config, payment::Ledger ledger, base::Random& random);

  // A session with an admitted peer is ready. `image_hash` is what its evidence proved (all zero
  // for none).
  void handle_opened(base::Now now, session::LinkId link, PeerRole role,
                     const base::Bits256& image_hash);
  // What the shell has found out about a worker; `why` if it has lapsed. A link that lapsed is
  // closed once its running requests have ended.
  void handle_standing(base::Now now, session::LinkId link, session::Standing standing,
                       std::string_view why);
  // The protocol's version, once both sides have settled it.
  std::optional<std::int32_t> version_of(session::LinkId link) const;
  void handle_closed(base::Now now, session::LinkId link);
  // While a client reads more slowly than workers answer, they are let go no further ahead.
  void handle_congestion(session::LinkId link, session::Congestion congestion);
  void handle_query(base::Now now, session::LinkId link, std::int64_t query_id,
                    base::BytesView object);
  void handle_message(base::Now now, session::LinkId link, base::BytesView object);
  void handle_time(base::Now now);
  // Every ledger entry up to `sequence` is on disk.
  void handle_persisted(std::uint64_t sequence);
  // The disk can't be written: nothing new is admitted and nothing undurable is said.
  void handle_disk_failure();
  // The operator's word about all workers of an owner: those that are off get no new work.
  void handle_switch(base::Now now, const ton::Address& owner, WorkerSessions::Switch to);
  // New work is refused from now on; running requests finish.
  void handle_drain();

  // Of a proxy with a chain: its contract's transactions from the first one on or from where a
  // memory ends, the contract's state when all are handed in, and what became of orders
  // (payment::chain::ProxySettlement).
  base::Result<void> restore_settlement(base::Now now, payment::chain::SettlementMemory memory);
  void handle_transaction(base::Now now, const ton::Transaction& transaction);
  void handle_contract(base::Now now, const ton::ProvenAccount& account);
  void handle_sent(base::Now now, std::uint64_t order);
  void handle_not_sent(base::Now now, std::uint64_t order, const base::Error& error);
  void handle_settle_now(base::Now now);
  // The root contract has changed. Other params mean other contracts: they wait for a restart, and
  // the answer is false.
  bool handle_network(const registry::Snapshot& network);
  std::optional<payment::chain::ChainOrder> poll_order();

  std::optional<session::LinkEffect> poll_effect() { return core_.outbox.poll(); }
  std::optional<payment::LedgerBatch> poll_batch() { return core_.ledger.poll_batch(); }
  std::optional<base::Instant> poll_deadline() const;

  // For displays and the end of a drain.
  const Core& core() const { return core_; }
  const ClientSessions& clients() const { return clients_; }
  const WorkerSessions& workers() const { return workers_; }
  std::size_t running() const { return requests_.running(); }
  // Takes clients and workers; where there is a chain, its contract takes deposits.
  bool is_ready() const {
    const bool open = !core_.settlement || core_.settlement->is_open();
    return open && core_.service == Service::Serving;
  }
  std::size_t waiting() const { return requests_.waiting(); }
  bool idle() const { return requests_.running() == 0 && core_.outbox.waiting() == 0; }

 private:
  // Closes links that have lapsed and on which nothing runs any more.
  void end_lapsed();
  // The worker may have become free, or cheaper.
  void serve_waiting(base::Now now, session::LinkId link);

  Core core_;
  WorkerSessions workers_{core_};
  ClientSessions clients_{core_, workers_};
  Requests requests_{core_, clients_, workers_};
  base::Instant next_sweep_{};  // of sessions that don't finish their handshake
};

}  // namespace cocoon::proxy
