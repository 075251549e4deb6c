#include "proxy/offer_list.h"

#include <map>
#include <string_view>
#include <tuple>
#include <vector>

#include "payment/wire_tokens.h"
#include "proxy/limits.h"

namespace cocoon::proxy {
namespace {

using Loads = std::vector<tl::ClientWorkerLoad>;

std::int32_t count(std::int64_t number) { return static_cast<std::int32_t>(number); }

}  // namespace

const base::Bytes& OfferList::encoded(base::Now now) {
  if (!made_at_ || now.steady - *made_at_ > kOffersAge) {
    encoded_ = encode(now);
    made_at_ = now.steady;
  }
  return encoded_;
}

base::Bytes OfferList::encode(base::Now now) const {
  // Views into the sessions, which stay as they are meanwhile.
  using Key = std::tuple<std::string_view, std::int32_t, const session::OfferTerms&>;
  std::map<Key, Loads> groups;
  for (const auto& [link, session] : workers_.all()) {
    const auto view = session.offer ? core_.market.find(*session.offer, now.steady) : std::nullopt;
    if (!view || view->offer.availability == market::Availability::Disabled) continue;
    const Key key(session.base_model, session.coefficient, session.terms);
    groups[key].push_back({.running = count(view->running),
                           .max_running = count(view->offer.max_active),
                           .waiting = count(view->load.value_or(market::Load{}).waiting)});
  }
  tl::ClientOffers reply{};
  for (auto& [key, loads] : groups) {
    const auto& [model, coefficient, terms] = key;
    reply.offers.push_back(
        {.model = model,
         .coefficient = coefficient,
         .prices = payment::to_wire(payment::price_list({coefficient}, core_.tariff)),
         .terms = session::to_wire(terms),
         .workers = std::move(loads)});
  }
  return tl::encode_boxed(reply);
}

}  // namespace cocoon::proxy
