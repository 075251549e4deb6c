#include "proxy/worker_sessions.h"

#include "crypto/hash.h"
#include "payment/wire_tokens.h"
#include "proxy/refusal.h"
#include "session/fault.h"
#include "session/greeting.h"
#include "tl/codec.h"

namespace cocoon::proxy {
namespace {

using session::LinkId;
using session::WireError;

base::Result<void> too_early() {
  return base::Error(Refusal::UnexpectedMessage, "the handshake is not complete");
}

}  // namespace

market::Availability WorkerSessions::availability(const WorkerSession& session) const {
  const bool on_offer = session.wants_work && session.standing == session::Standing::Good &&
                        !is_switched_off(session.owner);
  return on_offer ? market::Availability::Enabled : market::Availability::Disabled;
}

void WorkerSessions::handle_switch(const ton::Address& owner, Switch to) {
  if (to == Switch::Off) {
    switched_off_.insert(owner);
  } else {
    switched_off_.erase(owner);
  }
  for (const auto& [link, session] : sessions_) {
    if (session.owner == owner) set_availability(session);
  }
}

WorkerSession* WorkerSessions::find(LinkId link) {
  const auto found = sessions_.find(link);
  return found == sessions_.end() ? nullptr : &found->second;
}

WorkerSession* WorkerSessions::find(market::WorkerId offer) {
  const auto found = by_offer_.find(offer.value);
  return found == by_offer_.end() ? nullptr : find(found->second);
}

void WorkerSessions::handle_opened(base::Now now, LinkId link, const base::Bits256& image_hash) {
  if (sessions_.size() >= kMaxLinks) return core_.disconnect(link, "too_many_links");
  WorkerSession session{.link = link};
  session.image_hash = image_hash;
  session.handshake_deadline = now.steady + kHandshakeTime;
  session.standing = core_.config.first_worker_standing;
  sessions_.emplace(link, std::move(session));
}

void WorkerSessions::handle_closed(LinkId link) {
  const auto found = sessions_.find(link);
  if (found == sessions_.end()) return;
  if (found->second.offer) {
    core_.market.remove(*found->second.offer);
    by_offer_.erase(found->second.offer->value);
  }
  if (found->second.standing == session::Standing::Lapsed) --lapsed_;
  sessions_.erase(found);
}

void WorkerSessions::handle_time(base::Now now) {
  for (const auto& [link, session] : sessions_) {
    if (session.state != WorkerSession::State::Serving &&
        session.handshake_deadline <= now.steady) {
      core_.disconnect(link, "handshake_timeout");
    }
  }
}

void WorkerSessions::handle_query(base::Now now, LinkId link, std::int64_t query_id,
                                  base::BytesView object) {
  WorkerSession* session = find(link);
  if (!session) return;
  switch (session->state) {
    case WorkerSession::State::Greeting:
      return greet(now, *session, query_id, object);
    case WorkerSession::State::Comparing:
      return compare(*session, query_id, object);
    case WorkerSession::State::Extended:
      return complete(*session, query_id, object);
    case WorkerSession::State::Serving:
      return serve(*session, query_id, object);
  }
}

base::Result<void> WorkerSessions::check_terms(const WorkerSession& session,
                                               const tl::WorkerParams& params) const {
  const auto refused = [](Refusal refusal, std::string message) {
    return base::Error(refusal, std::move(message));
  };
  if (params.coefficient < 0 || params.coefficient > kMaxCoefficient) {
    return refused(Refusal::BadPrice, "the coefficient must be from 0 to 999999999");
  }
  if (params.max_active_requests < 1 || params.max_active_requests > kMaxWorkerSlots) {
    return refused(Refusal::BadCapacity, "max_active_requests must be from 1 to 100000");
  }
  if (params.proxy_cnt < 1 || params.proxy_cnt > kMaxProxyCount) {
    return refused(Refusal::BadCapacity, "proxy_cnt must be from 1 to 10000");
  }
  if (params.model.empty() || params.model.size() > kMaxModelName ||
      market::model_base_name(params.model).empty()) {
    return refused(Refusal::BadModel, "a model name of 1 to 512 bytes is needed");
  }
  if (core_.config.model_hashes == HashCheck::Enforced &&
      !core_.config.network.allows_model(params.model)) {
    return refused(Refusal::ModelNotRegistered, "this model is not registered in the network");
  }
  if (core_.config.worker_hashes == HashCheck::Enforced &&
      !core_.config.network.allows_worker_image(session.image_hash)) {
    return refused(Refusal::ImageNotRegistered,
                   "this worker's image is not registered in the network");
  }
  return {};
}

void WorkerSessions::greet(base::Now now, WorkerSession& session, std::int64_t query_id,
                           base::BytesView object) {
  const auto refuse = [&](WireError error, std::string_view reason, std::string message) {
    core_.refuse(session.link, query_id, code_of(error), reason, std::move(message));
  };
  const auto greeting = tl::decode_boxed<tl::WorkerConnectToProxy>(object);
  if (!greeting) {
    return refuse(WireError::ProtocolViolation, "bad_greeting", greeting.error().message());
  }
  const tl::WorkerParams& params = greeting->params;
  const auto version = session::check_greeting(
      {.is_test = core_.config.network.is_test(), .versions = session::kProxyVersions},
      {.is_test = params.flags & tl::WorkerParams::kHasIsTest ? std::optional(params.is_test)
                                                              : std::nullopt,
       .versions = params.flags & tl::WorkerParams::kHasMinProtoVersion
                       ? session::VersionRange{params.min_proto_version, params.max_proto_version}
                       : session::kLegacyVersions});
  if (!version) {
    return refuse(WireError::ProtocolViolation, version.error().reason(),
                  version.error().message());
  }
  const auto terms = check_terms(session, params);
  if (!terms) return refuse(WireError::Error, terms.error().reason(), terms.error().message());
  const auto owner = ton::parse_address(params.worker_owner_address);
  if (!owner) return refuse(WireError::ProtocolViolation, "bad_address", owner.error().message());
  if (core_.service != Service::Serving) {
    return refuse(WireError::NotReady, "draining", "this proxy is shutting down; use another one");
  }
  const auto account =
      core_.ledger.open_account(now, payment::AccountKind::Worker, ton::to_raw_text(*owner));
  if (!account)
    return refuse(WireError::Error, account.error().reason(), account.error().message());

  session.version = *version;
  session.owner = *owner;
  session.contract = core_.config.network.worker_address(*owner, core_.identity);
  session.model = params.model;
  session.base_model = market::model_base_name(params.model);
  session.coefficient = params.coefficient;
  session.slots = (params.max_active_requests + params.proxy_cnt - 1) / params.proxy_cnt;
  session.limit = params.max_active_requests;
  session.account = *account;
  session.state = WorkerSession::State::Comparing;

  const ProxyParams params_text = proxy_params(core_);
  const std::string contract = ton::to_friendly_text(session.contract);
  core_.answer(session.link, query_id,
               tl::WorkerConnectedToProxy{.params = params_text.fields(core_, session.version),
                                          .worker_sc_address = contract});
}

void WorkerSessions::compare(WorkerSession& session, std::int64_t query_id,
                             base::BytesView object) {
  const auto claim = tl::decode_boxed<tl::WorkerCompareBalanceWithProxy>(object);
  if (!claim) {
    return core_.refuse(session.link, query_id, code_of(WireError::ProtocolViolation),
                        "bad_comparison", claim.error().message());
  }
  const payment::Account& account = core_.ledger.account(session.account);
  const bool worker_knows_more = claim->max_tokens > account.metered.tokens.count;
  if (worker_knows_more) core_.count_refusal("worker_claims_more");
  tl::WorkerCompareBalanceWithProxyResult reply{};
  reply.signed_payment = session.payment.say(core_, ton::PaymentOp::WorkerPayout, session.contract,
                                             account.on_disk.tokens);
  reply.tokens_committed_to_db = account.on_disk.tokens.count;
  reply.max_tokens = account.metered.tokens.count;
  reply.error_code = worker_knows_more ? 1 : 0;
  core_.answer(session.link, query_id, reply);
  session.state = WorkerSession::State::Extended;
}

// After the comparison: the worker may compare further, as often as it needs once, and then
// completes.
void WorkerSessions::complete(WorkerSession& session, std::int64_t query_id,
                              base::BytesView object) {
  if (tl::peek_id(object) == tl::WorkerExtendedCompareBalanceWithProxy::kId) {
    const auto claim = tl::decode_boxed<tl::WorkerExtendedCompareBalanceWithProxy>(object);
    if (!claim) {
      return core_.refuse(session.link, query_id, code_of(WireError::ProtocolViolation),
                          "bad_comparison", claim.error().message());
    }
    return core_.answer(session.link, query_id,
                        tl::WorkerExtendedCompareBalanceWithProxyResult{.error_code = 0});
  }
  const auto done = tl::decode_boxed<tl::WorkerProxyHandshakeComplete>(object);
  if (!done) {
    return core_.refuse(session.link, query_id, code_of(WireError::ProtocolViolation),
                        "bad_completion", done.error().message());
  }
  session.wants_work = !done->is_disabled;
  const auto offer = core_.market.add({.model = session.base_model,
                                       .owner = ton::to_raw_text(session.owner),
                                       .coefficient = session.coefficient,
                                       .max_active = session.slots,
                                       .availability = availability(session),
                                       .limit = session.limit});
  if (!offer) {
    return core_.refuse(session.link, query_id, code_of(WireError::Error), offer.error().reason(),
                        offer.error().message());
  }
  session.offer = *offer;
  by_offer_.emplace(offer->value, session.link);
  session.state = WorkerSession::State::Serving;
  core_.answer(session.link, query_id, tl::WorkerProxyHandshakeCompleted{});
}

void WorkerSessions::serve(WorkerSession& session, std::int64_t query_id, base::BytesView object) {
  if (tl::peek_id(object) != tl::WorkerUpdatePaymentStatus::kId) {
    return core_.refuse(session.link, query_id, code_of(WireError::ProtocolViolation),
                        "unexpected_query", "this query is not expected in a serving session");
  }
  const payment::Account& account = core_.ledger.account(session.account);
  tl::WorkerPaymentStatus status{};
  status.signed_payment = session.payment.say(core_, ton::PaymentOp::WorkerPayout, session.contract,
                                              account.on_disk.tokens);
  status.db_tokens = account.on_disk.tokens.count;
  status.max_tokens = account.metered.tokens.count;
  core_.answer(session.link, query_id, status);
}

WorkerSessions::Handled WorkerSessions::handle_message(base::Now now, LinkId link,
                                                       base::BytesView object) {
  WorkerSession* session = find(link);
  if (!session) return Handled::No;
  const bool tells_offers = session->version >= session::kVersionWithOffers;
  const auto take = [&]() -> std::optional<base::Result<void>> {
    switch (tl::peek_id(object).value_or(0)) {
      case tl::WorkerEnabledDisabled::kId:
        return session->offer ? toggle(*session, object) : too_early();
      case tl::WorkerNewCoefficient::kId:
        return session->offer ? reprice(*session, object) : too_early();
      case tl::WorkerOffer::kId:
        if (!tells_offers) return std::nullopt;
        return session->offer ? take_offer(*session, object) : too_early();
      case tl::WorkerLoad::kId:
        if (!tells_offers) return std::nullopt;
        return session->offer ? take_load(now, *session, object) : too_early();
      default:
        return std::nullopt;
    }
  };
  const auto taken = take();
  if (!taken) return Handled::No;
  if (!*taken) core_.disconnect(link, taken->error().reason());
  return Handled::Yes;
}

base::Result<void> WorkerSessions::toggle(WorkerSession& session, base::BytesView object) {
  const auto message = tl::decode_boxed<tl::WorkerEnabledDisabled>(object);
  if (!message) return base::Error(Refusal::BadMessage, message.error().message());
  session.wants_work = message->disabled == 0;
  set_availability(session);
  return {};
}

base::Result<void> WorkerSessions::reprice(WorkerSession& session, base::BytesView object) {
  const auto message = tl::decode_boxed<tl::WorkerNewCoefficient>(object);
  if (!message || message->new_coefficient < 0 || message->new_coefficient > kMaxCoefficient) {
    return base::Error(Refusal::BadPrice, "the coefficient must be from 0 to 999999999");
  }
  session.coefficient = message->new_coefficient;
  return core_.market.set_coefficient(*session.offer, message->new_coefficient);
}

// [WIRE-101] An offer says nothing else than the greeting and the price that were told before.
base::Result<void> WorkerSessions::take_offer(WorkerSession& session,
                                              base::BytesView object) const {
  const auto message = tl::decode_boxed<tl::WorkerOffer>(object);
  if (!message) return base::Error(Refusal::BadMessage, message.error().message());
  const auto prices = payment::price_list({session.coefficient}, core_.tariff);
  if (message->prices != payment::to_wire(prices)) {
    return base::Error(Refusal::OfferPrices, "the prices are not those of the coefficient");
  }
  auto terms = TRY(session::read_terms(message->terms));
  if (terms.weights_hash != session::weights_hash_of(session.model)) {
    return base::Error(Refusal::OfferWeights, "the weights are not those of the model's name");
  }
  session.terms = std::move(terms);
  return {};
}

base::Result<void> WorkerSessions::take_load(base::Now now, const WorkerSession& session,
                                             base::BytesView object) {
  const auto message = tl::decode_boxed<tl::WorkerLoad>(object);
  if (!message || message->running < 0 || message->waiting < 0) {
    return base::Error(Refusal::BadMessage, "a load is two numbers that are not negative");
  }
  return core_.market.set_load(now.steady, *session.offer,
                               {.running = message->running, .waiting = message->waiting});
}

void WorkerSessions::set_availability(const WorkerSession& session) {
  if (!session.offer) return;
  CHECK(core_.market.set_availability(*session.offer, availability(session)));
}

void WorkerSessions::handle_standing(LinkId link, session::Standing standing,
                                     std::string_view why) {
  WorkerSession* session = find(link);
  // Who has lapsed may come back by another connection only.
  if (!session || session->standing == session::Standing::Lapsed) return;
  session->standing = standing;
  session->lapsed_because = why;
  if (standing == session::Standing::Lapsed) ++lapsed_;
  set_availability(*session);
}

std::vector<LinkId> WorkerSessions::lapsed() const {
  std::vector<LinkId> links;
  if (lapsed_ == 0) return links;
  for (const auto& [link, session] : sessions_) {
    if (session.standing == session::Standing::Lapsed) links.push_back(link);
  }
  return links;
}

void WorkerSessions::say_payment(WorkerSession& session, const base::Bits256& request_id,
                                 base::TokenCount tokens, std::uint64_t sequence) {
  const payment::Account& account = core_.ledger.account(session.account);
  tl::ProxyWorkerRequestPayment message{};
  message.request_id = request_id;
  message.signed_payment = session.payment.last();
  message.db_tokens = account.metered.tokens.count;
  message.max_tokens = account.metered.tokens.count;
  message.request_tokens = tokens.count;
  core_.outbox.say_after(sequence, session::SendMessage{session.link, tl::encode_boxed(message)});
}

}  // namespace cocoon::proxy
