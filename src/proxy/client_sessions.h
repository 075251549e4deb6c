// The proxy's side of sessions with clients: greeting, authorisation, payment status, list of
// worker types.
//
// A client session goes through three states. Greeting: nothing but client.connectToProxy is
// accepted. Authorising: nothing but the proof that the greeting's answer asked for. Ready:
// everything else. A query that does not belong to the state is refused and the link closed, so
// that no request runs for a peer whose account is not proven. Client contracts are identified by
// the wallet address that the client names; the proof is either a secret whose SHA-256 is known (by
// the chain, or where there is none by the operator's configuration), or a message of the client's
// contract on the chain that carries this session's nonce.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "proxy/core.h"
#include "proxy/limits.h"
#include "proxy/offer_list.h"

namespace cocoon::proxy {

struct ClientSession {
  enum class State { Greeting, Authorising, Ready };

  session::LinkId link;
  State state = State::Greeting;
  std::int32_t version = 0;
  base::Instant handshake_deadline{};
  ton::Address owner{};
  ton::Address contract{};
  std::optional<base::Bits256> secret_hash{};  // set: the short proof is asked for
  std::int64_t nonce = 0;
  // The long proof: seen on the chain, or asked for and waiting to be seen.
  bool registered = false;
  std::optional<std::int64_t> waiting_query{};
  payment::AccountId account{};  // valid in state Ready
  PaymentVoice payment{};
  std::size_t running = 0;
  bool congested = false;  // reads more slowly than we write
};

class ClientSessions {
 public:
  ClientSessions(Core& core, const WorkerSessions& workers) : core_(core), offers_(core, workers) {}

  void handle_opened(base::Now now, session::LinkId link);
  void handle_closed(session::LinkId link);
  void handle_query(base::Now now, session::LinkId link, std::int64_t query_id,
                    base::BytesView object);
  void handle_time(base::Now now);

  // The chain shows that this client's owner sent the nonce.
  void handle_registration(base::Now now, const payment::chain::Registration& registration);

  // Null if the link is no client's.
  ClientSession* find(session::LinkId link);
  std::size_t size() const { return sessions_.size(); }
  // Every link, for a drain or a display.
  const std::unordered_map<session::LinkId, ClientSession>& all() const { return sessions_; }

  // Tells the client what it owes after a request, once `sequence` is on disk.
  void say_payment(ClientSession& session, const base::Bits256& request_id, base::TokenCount tokens,
                   std::uint64_t sequence);
  // Tells every client that understands it to take new requests elsewhere.
  void say_draining();

 private:
  void greet(ClientSession& session, std::int64_t query_id, base::BytesView object);
  void answer_greeting(const ClientSession& session, std::int64_t query_id);
  void authorise(base::Now now, ClientSession& session, std::int64_t query_id,
                 base::BytesView object);
  void serve(base::Now now, ClientSession& session, std::int64_t query_id, base::BytesView object);
  // Null if the operator's configuration does not name it.
  const ConfiguredClient* configured(const ton::Address& owner) const;
  base::Result<void> choose_proof(ClientSession& session) const;
  base::Result<void> choose_proof_by_chain(ClientSession& session) const;
  base::Result<void> check_proof(const ClientSession& session, base::BytesView object) const;
  void admit(base::Now now, ClientSession& session, std::int64_t query_id);
  base::Result<void> open_account(base::Now now, ClientSession& session);
  void answer_worker_types(const ClientSession& session, std::int64_t query_id);
  void answer_worker_types_v2(const ClientSession& session, std::int64_t query_id);

  Core& core_;
  OfferList offers_;
  std::unordered_map<session::LinkId, ClientSession> sessions_;
};

}  // namespace cocoon::proxy
