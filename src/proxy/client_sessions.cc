#include "proxy/client_sessions.h"

#include <algorithm>

#include "crypto/hash.h"
#include "proxy/refusal.h"
#include "session/fault.h"
#include "session/greeting.h"
#include "tl/codec.h"

namespace cocoon::proxy {
namespace {

using session::LinkId;
using session::WireError;

WireError code_for_client(const base::Error& refusal) {
  if (refusal.is(Refusal::BadProof)) return WireError::ProtocolViolation;
  const bool for_now =
      refusal.is(Refusal::ContractNotOpen) || refusal.is(Refusal::LongProofUnavailable);
  return for_now ? WireError::NotReady : WireError::Error;
}

}  // namespace

ClientSession* ClientSessions::find(LinkId link) {
  const auto found = sessions_.find(link);
  return found == sessions_.end() ? nullptr : &found->second;
}

void ClientSessions::handle_opened(base::Now now, LinkId link) {
  if (sessions_.size() >= kMaxLinks) return core_.disconnect(link, "too_many_links");
  sessions_.emplace(link,
                    ClientSession{.link = link, .handshake_deadline = now.steady + kHandshakeTime});
}

void ClientSessions::handle_closed(LinkId link) { sessions_.erase(link); }

void ClientSessions::handle_time(base::Now now) {
  for (const auto& [link, session] : sessions_) {
    if (session.state != ClientSession::State::Ready && session.handshake_deadline <= now.steady) {
      core_.disconnect(link, "handshake_timeout");
    }
  }
}

void ClientSessions::handle_query(base::Now now, LinkId link, std::int64_t query_id,
                                  base::BytesView object) {
  ClientSession* session = find(link);
  if (!session) return;
  switch (session->state) {
    case ClientSession::State::Greeting:
      return greet(*session, query_id, object);
    case ClientSession::State::Authorising:
      return authorise(now, *session, query_id, object);
    case ClientSession::State::Ready:
      return serve(now, *session, query_id, object);
  }
}

void ClientSessions::greet(ClientSession& session, std::int64_t query_id, base::BytesView object) {
  const auto refuse = [&](WireError error, std::string_view reason, std::string message) {
    core_.refuse(session.link, query_id, code_of(error), reason, std::move(message));
  };
  const auto greeting = tl::decode_boxed<tl::ClientConnectToProxy>(object);
  if (!greeting) {
    return refuse(WireError::ProtocolViolation, "bad_greeting", greeting.error().message());
  }
  const tl::ClientParams& params = greeting->params;
  const auto version = session::check_greeting(
      {.is_test = core_.config.network.is_test(), .versions = session::kProxyVersions},
      {.is_test = params.flags & tl::ClientParams::kHasIsTest ? std::optional(params.is_test)
                                                              : std::nullopt,
       .versions = params.flags & tl::ClientParams::kHasMinProtoVersion
                       ? session::VersionRange{params.min_proto_version, params.max_proto_version}
                       : session::kLegacyVersions});
  if (!version) {
    return refuse(WireError::ProtocolViolation, version.error().reason(),
                  version.error().message());
  }
  const auto owner = ton::parse_address(params.client_owner_address);
  if (!owner) return refuse(WireError::ProtocolViolation, "bad_address", owner.error().message());
  if (greeting->min_config_version < 0 ||
      static_cast<std::uint32_t>(greeting->min_config_version) > core_.config.network.version()) {
    return refuse(WireError::NotReady, "config_too_old", "active config version is too low");
  }
  if (core_.service != Service::Serving) {
    return refuse(WireError::NotReady, "draining", "this proxy is shutting down; use another one");
  }
  session.version = *version;
  session.owner = *owner;
  session.contract = core_.config.network.client_address(*owner, core_.identity);
  const auto proof = choose_proof(session);
  if (!proof) {
    return refuse(code_for_client(proof.error()), proof.error().reason(), proof.error().message());
  }
  session.state = ClientSession::State::Authorising;
  answer_greeting(session, query_id);
}

void ClientSessions::answer_greeting(const ClientSession& session, std::int64_t query_id) {
  const ProxyParams params_text = proxy_params(core_);
  const std::string contract = ton::to_friendly_text(session.contract);
  tl::ClientConnectedToProxy reply{};
  reply.params = params_text.fields(core_, session.version);
  reply.client_sc_address = contract;
  if (session.secret_hash) {
    reply.auth = tl::ClientProxyConnectionAuthShort{.secret_hash = *session.secret_hash,
                                                    .nonce = session.nonce};
  } else {
    reply.auth = tl::ClientProxyConnectionAuthLong{.nonce = session.nonce};
  }
  reply.signed_payment = session.payment.last();
  core_.answer(session.link, query_id, reply);
}

const ConfiguredClient* ClientSessions::configured(const ton::Address& owner) const {
  const auto found = std::ranges::find(core_.config.clients, owner, &ConfiguredClient::owner);
  return found == core_.config.clients.end() ? nullptr : &*found;
}

// A configured client proves its secret. One that is not configured has nothing to show, except on
// an open test network, where the empty secret is everyone's.
base::Result<void> ClientSessions::choose_proof(ClientSession& session) const {
  if (core_.settlement) return choose_proof_by_chain(session);
  const ConfiguredClient* known = configured(session.owner);
  if (known) session.secret_hash = known->secret_hash;
  if (!known && core_.config.unknown_clients == UnknownClients::OpenForTests) {
    session.secret_hash = crypto::sha256(base::BytesView{});
    return {};  // existing test networks use nonce 0
  }
  session.nonce = static_cast<std::int64_t>(core_.random.next_u64());
  return {};
}

// The secret whose hash the client's contract holds; where it holds none, or that of the empty
// secret, which is everyone's, a message on the chain.
base::Result<void> ClientSessions::choose_proof_by_chain(ClientSession& session) const {
  if (!core_.settlement->is_open()) {
    return base::Error(Refusal::ContractNotOpen,
                       "this proxy's contract takes no deposits at the moment; use another proxy");
  }
  session.nonce = static_cast<std::int64_t>(core_.random.next_u64());
  const payment::chain::Channel* channel = core_.settlement->channel(session.owner);
  if (!channel) return {};
  if (channel->has_voucher_key) {
    return base::Error(Refusal::VouchersNotTaken,
                       "your channel is charged by vouchers only, which this proxy does not take");
  }
  const bool is_secret = channel->secret_hash != base::Bits256{} &&
                         channel->secret_hash != crypto::sha256(base::BytesView{});
  if (is_secret) session.secret_hash = channel->secret_hash;
  return {};
}

void ClientSessions::authorise(base::Now now, ClientSession& session, std::int64_t query_id,
                               base::BytesView object) {
  const bool by_chain = tl::decode_boxed<tl::ClientAuthorizeWithProxyLong>(object).ok();
  if (by_chain && core_.settlement) {
    if (session.registered) return admit(now, session, query_id);
    session.waiting_query = query_id;
    return;
  }
  const auto proven = check_proof(session, object);
  if (proven) return admit(now, session, query_id);
  core_.refuse(session.link, query_id, code_of(code_for_client(proven.error())),
               proven.error().reason(), proven.error().message());
}

base::Result<void> ClientSessions::check_proof(const ClientSession& session,
                                               base::BytesView object) const {
  if (tl::decode_boxed<tl::ClientAuthorizeWithProxyLong>(object)) {
    // Where everyone is served, a configured client's account is still its own.
    const bool anyone = core_.config.unknown_clients == UnknownClients::OpenForTests;
    if (anyone && !configured(session.owner)) return {};
    return base::Error(Refusal::LongProofUnavailable,
                       "this proxy runs without a chain and can't see registrations: ask its "
                       "operator to add your address and the hash of your secret to its clients");
  }
  const auto proof = tl::decode_boxed<tl::ClientAuthorizeWithProxyShort>(object);
  if (!proof) return base::Error(Refusal::BadProof, proof.error().message());
  if (!session.secret_hash ||
      !base::equal_constant_time(crypto::sha256(proof->data), *session.secret_hash)) {
    return base::Error(Refusal::WrongSecret, "the secret does not match");
  }
  return {};
}

void ClientSessions::handle_registration(base::Now now,
                                         const payment::chain::Registration& registration) {
  for (auto& [link, session] : sessions_) {
    if (session.state != ClientSession::State::Authorising) continue;
    if (session.owner != registration.owner) continue;
    if (static_cast<std::uint64_t>(session.nonce) != registration.nonce) continue;
    session.registered = true;
    if (session.waiting_query) admit(now, session, *session.waiting_query);
  }
}

void ClientSessions::admit(base::Now now, ClientSession& session, std::int64_t query_id) {
  const auto opened = open_account(now, session);
  if (!opened) {
    return core_.refuse(session.link, query_id, code_of(WireError::Error), opened.error().reason(),
                        opened.error().message());
  }
  session.state = ClientSession::State::Ready;
  session.waiting_query.reset();
  const payment::Account& account = core_.ledger.account(session.account);
  tl::ClientAuthorizationWithProxySuccess reply{};
  reply.signed_payment = session.payment.say(core_, ton::PaymentOp::ClientCharge, session.contract,
                                             account.on_disk.tokens);
  reply.tokens_committed_to_db = account.on_disk.tokens.count;
  reply.max_tokens = account.metered.tokens.count;
  core_.answer(session.link, query_id, reply);
}

base::Result<void> ClientSessions::open_account(base::Now now, ClientSession& session) {
  const std::string party = ton::to_raw_text(session.owner);
  session.account = TRY(core_.ledger.open_account(now, payment::AccountKind::Client, party));
  if (core_.settlement) return {};  // credit is what was deposited on the chain
  const ConfiguredClient* known = configured(session.owner);
  const base::Nanoton credit = known ? known->credit : core_.config.unknown_client_credit;
  if (credit > base::Nanoton{}) {
    TRY(core_.ledger.credit(now, session.account, payment::opening_credit_id(party), credit));
  }
  return {};
}

void ClientSessions::serve(base::Now now, ClientSession& session, std::int64_t query_id,
                           base::BytesView object) {
  switch (tl::peek_id(object).value_or(0)) {
    case tl::ClientUpdatePaymentStatus::kId: {
      const payment::Account& account = core_.ledger.account(session.account);
      tl::ClientPaymentStatus status{};
      status.signed_payment = session.payment.say(core_, ton::PaymentOp::ClientCharge,
                                                  session.contract, account.on_disk.tokens);
      status.db_tokens = account.on_disk.tokens.count;
      status.max_tokens = account.metered.tokens.count;
      return core_.answer(session.link, query_id, status);
    }
    case tl::ClientGetWorkerTypes::kId:
      return answer_worker_types(session, query_id);
    case tl::ClientGetWorkerTypesV2::kId:
      return answer_worker_types_v2(session, query_id);
    case tl::ClientGetOffers::kId:
      if (session.version < session::kVersionWithOffers) break;
      return core_.outbox.say(session::SendAnswer{session.link, query_id, offers_.encoded(now)});
    default:
      break;
  }
  core_.refuse(session.link, query_id, code_of(WireError::ProtocolViolation), "unexpected_query",
               "this query is not expected in an authorised session");
}

void ClientSessions::answer_worker_types(const ClientSession& session, std::int64_t query_id) {
  const auto models = core_.market.models();
  tl::ClientWorkerTypes reply{};
  for (const auto& model : models) {
    const auto price_at = [&](std::size_t place) {
      return static_cast<std::int32_t>(model.workers[place].coefficient);
    };
    // Listed cheapest first, and never empty.
    reply.types.push_back({.name = model.name,
                           .active_workers = static_cast<std::int32_t>(model.workers.size()),
                           .coefficient_min = price_at(0),
                           .coefficient_bucket50 = price_at(model.workers.size() / 2),
                           .coefficient_max = price_at(model.workers.size() - 1)});
  }
  core_.answer(session.link, query_id, reply);
}

void ClientSessions::answer_worker_types_v2(const ClientSession& session, std::int64_t query_id) {
  const auto models = core_.market.models();
  tl::ClientWorkerTypesV2 reply{};
  for (const auto& model : models) {
    tl::ClientWorkerTypeV2 type{.name = model.name, .workers = {}};
    for (const auto& worker : model.workers) {
      type.workers.push_back({.flags = 0,
                              .coefficient = static_cast<std::int32_t>(worker.coefficient),
                              .active_requests = static_cast<std::int32_t>(worker.running),
                              .max_active_requests = static_cast<std::int32_t>(worker.max_active)});
    }
    reply.types.push_back(std::move(type));
  }
  core_.answer(session.link, query_id, reply);
}

void ClientSessions::say_draining() {
  for (const auto& [link, session] : sessions_) {
    if (session.state != ClientSession::State::Ready) continue;
    if (session.version < session::kVersionWithCancel) continue;
    core_.outbox.say(session::SendMessage{link, tl::encode_boxed(tl::ProxyDraining{})});
  }
}

void ClientSessions::say_payment(ClientSession& session, const base::Bits256& request_id,
                                 base::TokenCount tokens, std::uint64_t sequence) {
  // Everything metered by now is on disk when `sequence` is, and this is not said before.
  const payment::Account& account = core_.ledger.account(session.account);
  tl::ProxyClientRequestPayment message{};
  message.request_id = request_id;
  message.signed_payment = session.payment.last();
  message.db_tokens = account.metered.tokens.count;
  message.max_tokens = account.metered.tokens.count;
  message.request_tokens = tokens.count;
  core_.outbox.say_after(sequence, session::SendMessage{session.link, tl::encode_boxed(message)});
}

}  // namespace cocoon::proxy
