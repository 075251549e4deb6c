#include "worker/proxy_links.h"

#include <algorithm>

#include "payment/tariff.h"
#include "payment/wire_tokens.h"
#include "registry/proxy_identity.h"
#include "session/greeting.h"
#include "tl/codec.h"
#include "worker/limits.h"

namespace cocoon::worker {

using session::LinkId;

ProxyLink* ProxyLinks::find(LinkId link) {
  const auto found = links_.find(link);
  return found == links_.end() ? nullptr : &found->second;
}

template <class T>
void ProxyLinks::ask(const ProxyLink& proxy, const T& object, base::Duration timeout) {
  // One query at a time on each link, so that the answer needs no name of its own.
  out_.push_back(
      session::SendQuery{proxy.link, session::QueryTag{}, tl::encode_boxed(object), timeout});
}

void ProxyLinks::close(LinkId link, std::string_view reason) {
  out_.push_back(session::CloseLink{link, std::string(reason)});
}

void ProxyLinks::handle_opened(base::Now, LinkId link) {
  const auto& proxy =
      links_.emplace(link, ProxyLink{.link = link, .standing = config_.first_standing})
          .first->second;
  const std::string owner = ton::to_friendly_text(config_.owner);
  tl::WorkerConnectToProxy greeting{};
  tl::WorkerParams& params = greeting.params;
  params.flags = tl::WorkerParams::kHasIsTest | tl::WorkerParams::kHasMinProtoVersion;
  params.worker_owner_address = owner;
  params.model = config_.model;
  params.coefficient = config_.coefficient;
  params.is_test = config_.network.is_test();
  params.proxy_cnt = config_.proxy_count;
  params.max_active_requests = config_.max_active;
  params.min_proto_version = session::kWorkerVersions.min;
  params.max_proto_version = session::kWorkerVersions.max;
  ask(proxy, greeting, kConnectTimeout);
}

void ProxyLinks::handle_closed(LinkId link) { links_.erase(link); }

void ProxyLinks::handle_answer(base::Now now, LinkId link, base::BytesView object) {
  ProxyLink* proxy = find(link);
  if (!proxy) return;
  switch (proxy->state) {
    case ProxyLink::State::Greeting:
      return handle_connected(*proxy, object);
    case ProxyLink::State::Comparing:
      return handle_compared(now, *proxy, object);
    case ProxyLink::State::Extended:
      if (!tl::decode_boxed<tl::WorkerExtendedCompareBalanceWithProxyResult>(object)) {
        return close(link, "bad_answer");
      }
      return complete(*proxy);
    case ProxyLink::State::Proving:
      return close(link, "bad_answer");  // to nothing that was asked
    case ProxyLink::State::Completing:
      if (!tl::decode_boxed<tl::WorkerProxyHandshakeCompleted>(object))
        return close(link, "bad_answer");
      proxy->state = ProxyLink::State::Ready;
      proxy->next_status = now.steady + kPaymentStatusPeriod;
      proxy->next_load = now.steady;
      if (hears_offers(*proxy)) say_offer(*proxy);
      return;
    case ProxyLink::State::Ready: {
      const auto status = tl::decode_boxed<tl::WorkerPaymentStatus>(object);
      if (!status) return close(link, "bad_answer");
      proxy->status_asked = false;
      proxy->next_status = now.steady + kPaymentStatusPeriod;
      take(now, *proxy, status->signed_payment);
      return learn(*proxy, status->max_tokens, status->db_tokens);
    }
  }
}

void ProxyLinks::handle_connected(ProxyLink& proxy, base::BytesView object) {
  const auto answer = tl::decode_boxed<tl::WorkerConnectedToProxy>(object);
  if (!answer) return close(proxy.link, "bad_answer");
  const auto terms = session::check_proxy_greeting(
      {.is_test = config_.network.is_test(), .versions = session::kWorkerVersions}, answer->params);
  if (!terms) return close(proxy.link, terms.error().reason());
  const auto identity = registry::check_proxy_identity(
      config_.network, {.owner = answer->params.proxy_owner_address,
                        .public_key = answer->params.proxy_public_key,
                        .contract = answer->params.proxy_sc_address});
  if (!identity) return close(proxy.link, identity.error().reason());
  const auto contract = ton::parse_address(answer->worker_sc_address);
  const ton::Address expected = config_.network.worker_address(config_.owner, *identity);
  if (!contract || *contract != expected) return close(proxy.link, "wrong_worker_contract");

  proxy.version = *terms;
  proxy.proxy_contract = identity->contract;
  proxy.worker_contract = expected;
  if (config_.chain) open_earnings(*identity);
  proxy.state = ProxyLink::State::Comparing;
  const Earned& known = earned_[proxy.proxy_contract];
  ask(proxy,
      tl::WorkerCompareBalanceWithProxy{.tokens_committed_to_blockchain = 0,
                                        .tokens_committed_to_db = known.on_its_disk,
                                        .max_tokens = known.in_its_books},
      kConnectTimeout);
}

void ProxyLinks::open_earnings(const ton::ProxyIdentity& proxy) {
  config_.chain->earnings->open(proxy.contract, [&] {
    return payment::chain::WorkerEarnings({.contracts = config_.network.contracts(),
                                           .proxy = proxy,
                                           .owner = config_.owner,
                                           .wallet = config_.chain->wallet,
                                           .fee_per_token = config_.network.worker_fee_per_token(),
                                           .payout_at = config_.chain->payout_at});
  });
}

void ProxyLinks::take(base::Now now, const ProxyLink& proxy,
                      const tl::AnyProxySignedPayment& payment) {
  auto* earnings = config_.chain ? config_.chain->earnings->find(proxy.proxy_contract) : nullptr;
  const auto* word = std::get_if<tl::ProxySignedPayment>(&payment);
  if (!earnings || !word) return;
  const auto taken = earnings->handle_payment(now, word->data);
  if (!taken) close(proxy.link, taken.error().reason());
}

void ProxyLinks::handle_compared(base::Now now, ProxyLink& proxy, base::BytesView object) {
  const auto answer = tl::decode_boxed<tl::WorkerCompareBalanceWithProxyResult>(object);
  if (!answer) return close(proxy.link, "bad_answer");
  take(now, proxy, answer->signed_payment);
  if (answer->error_code == 0) {
    learn(proxy, answer->max_tokens, answer->tokens_committed_to_db);
    return complete(proxy);
  }
  // The proxy has forgotten earnings that were not on its disk. Those are lost; its own numbers
  // hold from here on.
  earned_[proxy.proxy_contract] = {.in_its_books = answer->max_tokens,
                                   .on_its_disk = answer->tokens_committed_to_db};
  proxy.state = ProxyLink::State::Extended;
  ask(proxy,
      tl::WorkerExtendedCompareBalanceWithProxy{
          .tokens_committed_to_db = answer->tokens_committed_to_db, .other = {}},
      kConnectTimeout);
}

void ProxyLinks::complete(ProxyLink& proxy) {
  if (proxy.standing != session::Standing::Good) {
    proxy.state = ProxyLink::State::Proving;
    return;
  }
  proxy.state = ProxyLink::State::Completing;
  ask(proxy, tl::WorkerProxyHandshakeComplete{.is_disabled = engine_ == EngineState::Down},
      kConnectTimeout);
}

void ProxyLinks::handle_standing(LinkId link, session::Standing standing, std::string_view why) {
  ProxyLink* proxy = find(link);
  if (!proxy) return;
  proxy->standing = standing;
  proxy->lapsed_because = why;
  if (standing == session::Standing::Good && proxy->state == ProxyLink::State::Proving) {
    complete(*proxy);
  }
  if (standing == session::Standing::Lapsed && proxy->state == ProxyLink::State::Ready) {
    out_.push_back(
        session::SendMessage{link, tl::encode_boxed(tl::WorkerEnabledDisabled{.disabled = 1})});
  }
  end_if_lapsed(*proxy);
}

void ProxyLinks::take_up(LinkId link) {
  if (ProxyLink* proxy = find(link)) ++proxy->running;
}

void ProxyLinks::release(LinkId link) {
  ProxyLink* proxy = find(link);
  if (!proxy) return;
  --proxy->running;
  end_if_lapsed(*proxy);
}

void ProxyLinks::end_if_lapsed(const ProxyLink& proxy) {
  if (proxy.standing != session::Standing::Lapsed || proxy.running > 0) return;
  close(proxy.link, proxy.lapsed_because);
}

void ProxyLinks::handle_query_failed(LinkId link, std::string_view message) {
  if (find(link)) close(link, "proxy refused: " + std::string(message));
}

void ProxyLinks::learn(const ProxyLink& proxy, std::int64_t in_its_books,
                       std::int64_t on_its_disk) {
  Earned& earned = earned_[proxy.proxy_contract];
  earned.in_its_books = std::max(earned.in_its_books, in_its_books);
  earned.on_its_disk = std::max(earned.on_its_disk, on_its_disk);
}

bool ProxyLinks::handle_payment(base::Now now, LinkId link, base::BytesView object) {
  if (tl::peek_id(object) != tl::ProxyWorkerRequestPayment::kId) return false;
  const ProxyLink* proxy = find(link);
  const auto message = tl::decode_boxed<tl::ProxyWorkerRequestPayment>(object);
  if (!proxy || !message) {
    close(link, "bad_payment");
    return true;
  }
  take(now, *proxy, message->signed_payment);
  learn(*proxy, message->max_tokens, message->db_tokens);
  return true;
}

bool ProxyLinks::hears_offers(const ProxyLink& proxy) {
  return proxy.state == ProxyLink::State::Ready && proxy.version >= session::kVersionWithOffers;
}

void ProxyLinks::say_offer(const ProxyLink& proxy) {
  const auto prices =
      payment::price_list({config_.coefficient}, payment::tariff_of(config_.network.root().params));
  out_.push_back(session::SendMessage{
      proxy.link, tl::encode_boxed(tl::WorkerOffer{.prices = payment::to_wire(prices),
                                                   .terms = session::to_wire(config_.terms)})});
}

void ProxyLinks::say_load(base::Now now, ProxyLink& proxy, const Load& load) {
  proxy.next_load = now.steady + kLoadPeriod;
  const bool quiet = proxy.told_load == load && now.steady - proxy.told_at < kQuietLoadPeriod;
  if (quiet) return;
  proxy.told_load = load;
  proxy.told_at = now.steady;
  out_.push_back(session::SendMessage{
      proxy.link,
      tl::encode_boxed(tl::WorkerLoad{.running = load.running, .waiting = load.waiting})});
}

void ProxyLinks::handle_terms() {
  for (const auto& [link, proxy] : links_) {
    if (hears_offers(proxy)) say_offer(proxy);
  }
}

void ProxyLinks::handle_time(base::Now now, const Load& load) {
  if (config_.chain) config_.chain->earnings->handle_time(now);
  for (auto& [link, proxy] : links_) {
    if (hears_offers(proxy) && proxy.next_load <= now.steady) say_load(now, proxy, load);
    if (proxy.state != ProxyLink::State::Ready || proxy.status_asked ||
        proxy.next_status > now.steady) {
      continue;
    }
    proxy.status_asked = true;
    ask(proxy, tl::WorkerUpdatePaymentStatus{}, kPaymentStatusTimeout);
  }
}

void ProxyLinks::handle_engine(EngineState state) {
  if (state == engine_) return;
  engine_ = state;
  const tl::WorkerEnabledDisabled message{.disabled = state == EngineState::Down ? 1 : 0};
  for (const auto& [link, proxy] : links_) {
    // A link that is completing was told the old state; the proxy accepts a correction as soon as
    // it is ready.
    if (proxy.standing == session::Standing::Lapsed) continue;
    if (proxy.state == ProxyLink::State::Ready || proxy.state == ProxyLink::State::Completing) {
      out_.push_back(session::SendMessage{link, tl::encode_boxed(message)});
    }
  }
}

void ProxyLinks::handle_coefficient() {
  const tl::WorkerNewCoefficient message{.new_coefficient = config_.coefficient};
  for (const auto& [link, proxy] : links_) {
    // Before Completing the proxy does not take it, and was told the old price in the greeting.
    if (proxy.state == ProxyLink::State::Ready || proxy.state == ProxyLink::State::Completing) {
      out_.push_back(session::SendMessage{link, tl::encode_boxed(message)});
      if (hears_offers(proxy)) say_offer(proxy);
    } else {
      close(link, "price_changed");
    }
  }
}

std::optional<base::Instant> ProxyLinks::poll_deadline() const {
  std::optional<base::Instant> next =
      config_.chain ? config_.chain->earnings->poll_deadline() : std::nullopt;
  const auto consider = [&next](base::Instant at) { next = next ? std::min(*next, at) : at; };
  for (const auto& [link, proxy] : links_) {
    if (hears_offers(proxy)) consider(proxy.next_load);
    if (proxy.state == ProxyLink::State::Ready && !proxy.status_asked) consider(proxy.next_status);
  }
  return next;
}

}  // namespace cocoon::worker
