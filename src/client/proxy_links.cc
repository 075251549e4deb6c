#include "client/proxy_links.h"

#include <algorithm>
#include <limits>

#include "base/encoding.h"
#include "client/limits.h"
#include "crypto/hash.h"
#include "payment/tariff.h"
#include "payment/wire_tokens.h"
#include "registry/proxy_identity.h"
#include "session/greeting.h"
#include "tl/codec.h"

namespace cocoon::client {

using session::LinkId;
using Asked = ProxyLink::Asked;

base::Bits256 secret_for(const base::Secret& master, const ton::Address& proxy_contract) {
  return crypto::hmac_sha256(master.expose(), base::as_bytes(ton::to_raw_text(proxy_contract)));
}

openai::ModelPrices listed_prices(std::int64_t coefficient, const payment::Tariff& tariff) {
  const auto prices = payment::price_list({static_cast<std::int32_t>(coefficient)}, tariff);
  return {prices.prompt, prices.cached, prices.completion, prices.reasoning};
}

ProxyLink* ProxyLinks::find(LinkId link) {
  const auto found = links_.find(link);
  return found == links_.end() ? nullptr : &found->second;
}

template <class T>
void ProxyLinks::ask(const ProxyLink& proxy, Asked what, const T& object, base::Duration timeout) {
  out_.push_back(session::SendQuery{proxy.link, session::QueryTag(static_cast<std::uint64_t>(what)),
                                    tl::encode_boxed(object), timeout});
}

void ProxyLinks::close(LinkId link, std::string_view reason) {
  out_.push_back(session::CloseLink{link, std::string(reason)});
}

void ProxyLinks::handle_opened(LinkId link, int tier_level, std::string tier) {
  ProxyLink& proxy = links_.try_emplace(link).first->second;
  proxy.link = link;
  proxy.tier_level = tier_level;
  proxy.tier = std::move(tier);
  proxy.standing = config_.first_standing;
  const std::string owner = ton::to_friendly_text(config_.owner);
  tl::ClientConnectToProxy greeting{};
  greeting.params.flags = tl::ClientParams::kHasIsTest | tl::ClientParams::kHasMinProtoVersion;
  greeting.params.client_owner_address = owner;
  greeting.params.is_test = config_.network.is_test();
  greeting.params.min_proto_version = session::kClientVersions.min;
  greeting.params.max_proto_version = session::kClientVersions.max;
  greeting.min_config_version = static_cast<std::int32_t>(config_.network.version());
  ask(proxy, Asked::Handshake, greeting, kConnectTimeout);
}

void ProxyLinks::handle_closed(LinkId link) { links_.erase(link); }

void ProxyLinks::handle_answer(base::Now now, LinkId link, session::QueryTag tag,
                               base::BytesView object) {
  ProxyLink* proxy = find(link);
  if (!proxy) return;
  if (tag == session::QueryTag(static_cast<std::uint64_t>(Asked::Models))) {
    return handle_models(now, *proxy, object);
  }
  switch (proxy->state) {
    case ProxyLink::State::Greeting:
      return handle_connected(now, *proxy, object);
    case ProxyLink::State::Proving:
      return handle_proven(now, *proxy, object);
    case ProxyLink::State::Ready: {
      const auto status = tl::decode_boxed<tl::ClientPaymentStatus>(object);
      if (!status) return close(link, "bad_answer");
      proxy->status_asked = false;
      proxy->next_status = now.steady + kPaymentStatusPeriod;
      return learn(now, *proxy,
                   {.in_its_books = status->max_tokens, .on_its_disk = status->db_tokens});
    }
  }
}

// What a proxy says was used also says when its channel needs another deposit.
void ProxyLinks::learn(base::Now now, ProxyLink& proxy, Owed owed) {
  proxy.owed = owed;
  check_owed(now, proxy);
  if (auto* channel = channels_.find(proxy.proxy_address)) {
    channel->handle_used(now, {owed.in_its_books});
  }
}

void ProxyLinks::ask_ends(ProxyLink& proxy, std::vector<base::Bits256> requests) {
  tl::ClientEndRequests query{};
  query.request_ids = requests;
  ask(proxy, Asked::Ends, query, kEndsTimeout);
  proxy.ends_asked = std::move(requests);
}

ProxyLinks::Past* ProxyLinks::past_of(const ProxyLink& proxy) {
  const auto found = past_.find(proxy.proxy_address);
  return found == past_.end() ? nullptr : &found->second;
}

void ProxyLinks::doubt(ProxyLink& proxy, std::uint64_t Doubts::* what) {
  ++(proxy.doubts.*what);
  if (Past* past = past_of(proxy)) past->doubts = proxy.doubts;
}

// A proxy counts what this client owes it, in all; the client counts what its requests can have
// cost. What a former process of the client had under way ends within kMaxTimeout: until then every
// total is let pass.
void ProxyLinks::check_owed(base::Now now, ProxyLink& proxy) {
  Past* past = past_of(proxy);
  if (!past) return;
  const std::int64_t said = std::max<std::int64_t>(0, proxy.owed.in_its_books);
  const bool explained = said - past->owed_first <= past->may_owe;
  if (explained) return;
  if (now.steady - past->first_word > kMaxTimeout) {
    doubt(proxy, &Doubts::owed);
    ++doubtful_totals_;
  }
  past->owed_first = said;
}

void ProxyLinks::note_asked(LinkId link, base::TokenCount most) {
  const ProxyLink* proxy = find(link);
  Past* past = proxy ? past_of(*proxy) : nullptr;
  if (past) past->may_owe += std::min(most.count, INT64_MAX - past->may_owe);
}

void ProxyLinks::note_told(LinkId link, base::TokenCount most, base::TokenCount used) {
  const ProxyLink* proxy = find(link);
  Past* past = proxy ? past_of(*proxy) : nullptr;
  if (past) past->may_owe -= std::min(past->may_owe, most.count - used.count);
}

payment::chain::ClientChannel& ProxyLinks::channel_with(const ton::ProxyIdentity& proxy,
                                                        const base::Bits256& secret) {
  return channels_.open(proxy.contract, [&] {
    return payment::chain::ClientChannel({.contracts = config_.network.contracts(),
                                          .proxy = proxy,
                                          .wallet = config_.owner,
                                          .price_per_token = config_.network.price_per_token(),
                                          .secret_hash = crypto::sha256(secret),
                                          .deposit = config_.chain->deposit,
                                          .limit = config_.chain->limit});
  });
}

void ProxyLinks::handle_connected(base::Now now, ProxyLink& proxy, base::BytesView object) {
  const auto answer = tl::decode_boxed<tl::ClientConnectedToProxy>(object);
  if (!answer) return close(proxy.link, "bad_answer");
  const auto version = session::check_proxy_greeting(
      {.is_test = config_.network.is_test(), .versions = session::kClientVersions}, answer->params);
  if (!version) return close(proxy.link, version.error().reason());
  const auto identity = registry::check_proxy_identity(
      config_.network, {.owner = answer->params.proxy_owner_address,
                        .public_key = answer->params.proxy_public_key,
                        .contract = answer->params.proxy_sc_address});
  if (!identity) return close(proxy.link, identity.error().reason());
  const auto contract = ton::parse_address(answer->client_sc_address);
  if (!contract || *contract != config_.network.client_address(config_.owner, *identity)) {
    return close(proxy.link, "wrong_client_contract");
  }
  proxy.version = *version;
  proxy.proxy_contract = ton::to_friendly_text(identity->contract);
  proxy.proxy_address = identity->contract;
  proxy.state = ProxyLink::State::Proving;
  if (past_.size() < kMaxPasts)
    past_.try_emplace(identity->contract, Past{.first_word = now.steady});
  if (const Past* past = past_of(proxy)) proxy.doubts = past->doubts;

  const base::Bits256 secret = secret_for(config_.master_secret, identity->contract);
  auto* channel = config_.chain ? &channel_with(*identity, secret) : nullptr;
  const auto* wanted = std::get_if<tl::ClientProxyConnectionAuthShort>(&answer->auth);
  if (wanted && wanted->secret_hash == crypto::sha256(secret)) {
    return ask(proxy, Asked::Handshake, tl::ClientAuthorizeWithProxyShort{.data = secret},
               kAuthoriseTimeout);
  }
  if (channel) {
    const auto nonce = std::visit([](const auto& auth) { return auth.nonce; }, answer->auth);
    channel->handle_registration_asked(now, static_cast<std::uint64_t>(nonce));
  }
  ask(proxy, Asked::Handshake, tl::ClientAuthorizeWithProxyLong{}, kAuthoriseTimeout);
}

void ProxyLinks::handle_proven(base::Now now, ProxyLink& proxy, base::BytesView object) {
  const auto answer = tl::decode_boxed<tl::AnyClientAuthorizationWithProxy>(object);
  if (!answer) return close(proxy.link, "bad_answer");
  if (const auto* failed = std::get_if<tl::ClientAuthorizationWithProxyFailed>(&*answer)) {
    return close(proxy.link, "proxy refused: " + std::string(failed->error));
  }
  const auto& success = std::get<tl::ClientAuthorizationWithProxySuccess>(*answer);
  learn(now, proxy,
        {.in_its_books = success.max_tokens, .on_its_disk = success.tokens_committed_to_db});
  proxy.state = ProxyLink::State::Ready;
  proxy.next_status = now.steady + kPaymentStatusPeriod;
  proxy.next_models = now.steady;
  handle_time(now);
}

void ProxyLinks::handle_models(base::Now now, ProxyLink& proxy, base::BytesView object) {
  proxy.models.clear();
  const bool offers = proxy.version >= session::kVersionWithOffers;
  const bool read = offers ? read_offers(proxy, object) : read_worker_types(proxy, object);
  if (!read) return close(proxy.link, "bad_answer");
  proxy.models_asked = false;
  proxy.has_models = true;
  proxy.next_models = now.steady + (offers ? kOffersPeriod : kModelsPeriod);
}

bool ProxyLinks::read_worker_types(ProxyLink& proxy, base::BytesView object) {
  const auto answer = tl::decode_boxed<tl::ClientWorkerTypesV2>(object);
  if (!answer || answer->types.size() > kMaxModels) return false;
  for (const auto& type : answer->types) {
    openai::ModelListing listing{.name = std::string(type.name), .workers = {}, .prices = {}};
    for (const auto& worker : type.workers) {
      listing.workers.push_back({.coefficient = worker.coefficient,
                                 .running = worker.active_requests,
                                 .max_running = worker.max_active_requests});
    }
    proxy.models.push_back(std::move(listing));
  }
  return true;
}

bool ProxyLinks::read_offers(ProxyLink& proxy, base::BytesView object) {
  const auto answer = tl::decode_boxed<tl::ClientOffers>(object);
  if (!answer || answer->offers.size() > kMaxOffers) return false;
  std::map<std::string_view, openai::ModelListing> by_name;
  const auto tariff = payment::tariff_of(config_.network.root().params);
  bool prices_hold = true;
  for (const auto& offer : answer->offers) {
    const auto terms = session::read_terms(offer.terms);
    if (!terms || offer.coefficient < 0 || offer.coefficient > payment::kMaxCoefficient) {
      return false;
    }
    // Charged is by the network's prices, whatever a proxy says: those are shown.
    const auto prices = payment::price_list({offer.coefficient}, tariff);
    prices_hold = prices_hold && offer.prices == payment::to_wire(prices);
    openai::ModelListing& listing = by_name[offer.model];
    if (by_name.size() > kMaxModels) return false;
    listing.name = offer.model;
    for (const auto& worker : offer.workers) {
      listing.workers.push_back({.coefficient = offer.coefficient,
                                 .running = worker.running,
                                 .max_running = worker.max_running});
    }
    listing.offers.push_back(listed(offer, *terms));
  }
  for (auto& [name, listing] : by_name) proxy.models.push_back(std::move(listing));
  if (!prices_hold) {
    doubt(proxy, &Doubts::prices);
    ++doubtful_prices_;
  }
  return true;
}

openai::ModelOffer ProxyLinks::listed(const tl::ClientOffer& offer,
                                      const session::OfferTerms& terms) const {
  openai::ModelOffer listed{
      .coefficient = offer.coefficient,
      .prices = listed_prices(offer.coefficient, payment::tariff_of(config_.network.root().params)),
      .context_length = terms.context_length,
      .max_output = terms.max_output,
      .capabilities = session::split_capabilities(terms.capabilities),
      .weights_hash = terms.weights_hash ? base::to_hex(*terms.weights_hash) : std::string(),
      .workers = static_cast<std::int64_t>(offer.workers.size())};
  for (const auto& worker : offer.workers) {
    listed.running += worker.running;
    listed.max_running += worker.max_running;
    listed.waiting += worker.waiting;
  }
  return listed;
}

void ProxyLinks::handle_query_failed(base::Now now, LinkId link, session::QueryTag tag,
                                     std::string_view message) {
  ProxyLink* proxy = find(link);
  if (!proxy) return;
  if (tag == session::QueryTag(static_cast<std::uint64_t>(Asked::Models))) {
    proxy->models_asked = false;
    proxy->next_models = now.steady + kModelsPeriod;
    return;
  }
  close(link, "proxy refused: " + std::string(message));
}

bool ProxyLinks::handle_payment(base::Now now, LinkId link, base::BytesView object) {
  ProxyLink* proxy = find(link);
  switch (tl::peek_id(object).value_or(0)) {
    case tl::ProxySignedPayment::kId:
    case tl::ProxySignedPaymentEmpty::kId:
      return true;
    case tl::ProxyClientRequestPayment::kId: {
      const auto message = tl::decode_boxed<tl::ProxyClientRequestPayment>(object);
      if (!message) {
        close(link, "bad_payment");
      } else if (proxy) {
        learn(now, *proxy,
              {.in_its_books = message->max_tokens, .on_its_disk = message->db_tokens});
      }
      return true;
    }
    default:
      return false;
  }
}

bool ProxyLinks::handle_drain_notice(LinkId link, base::BytesView object) {
  ProxyLink* proxy = find(link);
  if (!proxy || proxy->version < session::kVersionWithCancel) return false;
  if (tl::peek_id(object) != tl::ProxyDraining::kId) return false;
  if (!tl::decode_boxed<tl::ProxyDraining>(object)) return false;
  proxy->draining = true;
  return true;
}

void ProxyLinks::handle_standing(LinkId link, session::Standing standing, std::string_view why) {
  ProxyLink* proxy = find(link);
  if (!proxy) return;
  proxy->standing = standing;
  proxy->lapsed_because = why;
  end_if_lapsed(*proxy);
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

void ProxyLinks::handle_time(base::Now now) {
  channels_.handle_time(now);
  for (auto& [link, proxy] : links_) {
    if (proxy.state != ProxyLink::State::Ready) continue;
    if (!proxy.status_asked && proxy.next_status <= now.steady) {
      proxy.status_asked = true;
      ask(proxy, Asked::Status, tl::ClientUpdatePaymentStatus{}, kPaymentStatusTimeout);
    }
    if (!proxy.models_asked && proxy.next_models <= now.steady) {
      proxy.models_asked = true;
      if (proxy.version >= session::kVersionWithOffers) {
        ask(proxy, Asked::Models, tl::ClientGetOffers{}, kModelsTimeout);
      } else {
        ask(proxy, Asked::Models, tl::ClientGetWorkerTypesV2{}, kModelsTimeout);
      }
    }
  }
}

std::optional<base::Instant> ProxyLinks::poll_deadline() const {
  std::optional<base::Instant> next = channels_.poll_deadline();
  const auto consider = [&](bool asked, base::Instant at) {
    if (!asked) next = next ? std::min(*next, at) : at;
  };
  for (const auto& [link, proxy] : links_) {
    if (proxy.state != ProxyLink::State::Ready) continue;
    consider(proxy.status_asked, proxy.next_status);
    consider(proxy.models_asked, proxy.next_models);
  }
  return next;
}

namespace {

bool offers(const ProxyLink& proxy, std::string_view model) {
  return std::ranges::any_of(
      proxy.models, [&](const openai::ModelListing& listing) { return listing.name == model; });
}

bool takes_requests(const ProxyLink& proxy) {
  return proxy.state == ProxyLink::State::Ready && !proxy.draining &&
         proxy.standing == session::Standing::Good;
}

bool takes_requests(const ProxyLink& proxy, const Wanted& wanted) {
  return takes_requests(proxy) && proxy.tier_level >= wanted.least_tier;
}

// Lower is better. What is not known yet is tried before what is known.
double rank(const ProxyLink& proxy, const Wanted& wanted) {
  switch (wanted.prefer) {
    case openai::Preference::None:
      return 0;
    case openai::Preference::Price: {
      const auto price = ProxyLinks::cheapest_free(proxy, wanted.model);
      return price ? static_cast<double>(*price) : std::numeric_limits<double>::infinity();
    }
    case openai::Preference::Latency:
      return proxy.pace.first_byte_us;
    case openai::Preference::Throughput:
      return proxy.pace.bytes_per_second > 0 ? 1 / proxy.pace.bytes_per_second : 0;
  }
  return 0;
}

bool better(const ProxyLink& a, const ProxyLink& b, const Wanted& wanted) {
  const bool a_offers = offers(a, wanted.model);
  if (a_offers != offers(b, wanted.model)) return a_offers;
  const bool a_doubted = a.doubts.total() > 0;
  if (a_doubted != (b.doubts.total() > 0)) return !a_doubted;
  const double a_rank = rank(a, wanted);
  const double b_rank = rank(b, wanted);
  return a_rank != b_rank ? a_rank < b_rank : a.running < b.running;
}

void smooth(double& value, double newest) {
  value = value == 0 ? newest : value + kPaceWeight * (newest - value);
}

}  // namespace

ProxyLink* ProxyLinks::choose(const Wanted& wanted) {
  ProxyLink* best = nullptr;
  for (auto& [link, proxy] : links_) {
    if (takes_requests(proxy, wanted) && (!best || better(proxy, *best, wanted))) best = &proxy;
  }
  return best;
}

template <class Fits>
ProxyLink* ProxyLinks::best_of(const Wanted& wanted, std::span<const session::LinkId> tried,
                               const Fits& fits) {
  ProxyLink* best = nullptr;
  for (auto& [link, proxy] : links_) {
    if (!takes_requests(proxy, wanted) || !fits(proxy)) continue;
    if (std::ranges::find(tried, link) != tried.end()) continue;
    if (!best || better(proxy, *best, wanted)) best = &proxy;
  }
  return best;
}

ProxyLink* ProxyLinks::choose_another(const Wanted& wanted,
                                      std::span<const session::LinkId> tried) {
  return best_of(wanted, tried, [&](const ProxyLink& proxy) {
    return !proxy.has_models || offers(proxy, wanted.model);
  });
}

ProxyLink* ProxyLinks::choose_offering(const Wanted& wanted,
                                       std::span<const session::LinkId> tried) {
  return best_of(wanted, tried,
                 [&](const ProxyLink& proxy) { return offers(proxy, wanted.model); });
}

void ProxyLinks::hurry_models(base::Instant at) {
  for (auto& [link, proxy] : links_) proxy.next_models = std::min(proxy.next_models, at);
}

void ProxyLinks::note_first_byte(LinkId link, base::Duration time) {
  ProxyLink* proxy = find(link);
  if (proxy) smooth(proxy->pace.first_byte_us, static_cast<double>(std::max(time.count(), 1L)));
}

void ProxyLinks::note_answer(LinkId link, base::Duration time, std::size_t bytes) {
  ProxyLink* proxy = find(link);
  const double seconds = std::chrono::duration<double>(time).count();
  if (proxy && seconds > 0) {
    smooth(proxy->pace.bytes_per_second, static_cast<double>(bytes) / seconds);
  }
}

void ProxyLinks::note_doubtful_charge(LinkId link) {
  ProxyLink* proxy = find(link);
  if (proxy) doubt(*proxy, &Doubts::charges);
}

std::optional<std::int64_t> ProxyLinks::cheapest_free(const ProxyLink& proxy,
                                                      std::string_view model) {
  std::optional<std::int64_t> best;
  for (const auto& listing : proxy.models) {
    if (listing.name != model) continue;
    for (const auto& worker : listing.workers) {
      if (worker.running >= worker.max_running) continue;
      best = std::min(best.value_or(worker.coefficient), worker.coefficient);
    }
  }
  return best;
}

std::optional<std::int64_t> ProxyLinks::dearest(std::string_view model) const {
  std::optional<std::int64_t> most;
  for (const auto& [link, proxy] : links_) {
    for (const auto& listing : proxy.models) {
      if (listing.name != model) continue;
      for (const auto& worker : listing.workers) {
        most = std::max(most.value_or(worker.coefficient), worker.coefficient);
      }
    }
  }
  return most;
}

bool ProxyLinks::any_ready() const {
  return std::ranges::any_of(links_,
                             [](const auto& entry) { return takes_requests(entry.second); });
}

std::vector<openai::ModelListing> ProxyLinks::models() const {
  std::map<std::string, openai::ModelListing> by_name;
  for (const auto& [link, proxy] : links_) {
    for (const auto& listing : proxy.models) {
      openai::ModelListing& merged = by_name[listing.name];
      merged.name = listing.name;
      merged.workers.insert(merged.workers.end(), listing.workers.begin(), listing.workers.end());
      merged.offers.insert(merged.offers.end(), listing.offers.begin(), listing.offers.end());
    }
  }
  std::vector<openai::ModelListing> all;
  for (auto& [name, listing] : by_name) all.push_back(std::move(listing));
  return all;
}

std::vector<std::string> ProxyLinks::model_names() const {
  std::vector<std::string> names;
  for (const auto& listing : models()) names.push_back(listing.name);
  return names;
}

}  // namespace cocoon::client
