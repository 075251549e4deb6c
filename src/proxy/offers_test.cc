// [WIRE-100] to [WIRE-104] What workers offer and how busy they say they are, and what clients get
// to know of it.
#include <gtest/gtest.h>

#include "payment/tariff.h"
#include "payment/wire_tokens.h"
#include "proxy/proxy_lab.h"

namespace cocoon::proxy {
namespace {

using std::chrono_literals::operator""s;

tl::OfferPrices prices(ProxyLab& lab, std::int32_t coefficient) {
  return payment::to_wire(payment::price_list({coefficient}, lab.machine().core().tariff));
}

// The weights are those of sim::registered_model().
session::OfferTerms terms(std::int32_t context_length, std::string capabilities = "") {
  return {.capabilities = std::move(capabilities),
          .weights_hash = base::Bits256{},
          .context_length = context_length,
          .max_output = 0};
}

void offer(ProxyLab& lab, LinkId worker, std::int32_t coefficient,
           const session::OfferTerms& said) {
  lab.tell(worker,
           tl::WorkerOffer{.prices = prices(lab, coefficient), .terms = session::to_wire(said)});
}

Got<tl::ClientOffers> offers(ProxyLab& lab, LinkId client) {
  lab.pass(2s);  // what was told a moment ago is told again
  lab.ask(client, tl::ClientGetOffers{});
  return lab.answer<tl::ClientOffers>(client);
}

TEST(Offers, AreListedByPriceAndTerms) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 5});
  const LinkId first = lab.worker({.name = "w1", .version = 5});
  const LinkId second = lab.worker({.name = "w2", .version = 5});
  const LinkId dear = lab.worker({.name = "w3", .coefficient = 1500, .version = 5});
  lab.worker({.name = "old", .version = 4});
  lab.worker({.name = "off", .version = 5, .availability = market::Availability::Disabled});
  for (const LinkId worker : {first, second}) offer(lab, worker, 1000, terms(8192, "chat"));
  offer(lab, dear, 1500, terms(4096));
  const auto list = offers(lab, client);
  ASSERT_EQ(list->offers.size(), 3u);
  const auto& silent = list->offers[0];
  EXPECT_EQ(silent.terms.flags, 0u) << "an older worker says nothing";
  EXPECT_EQ(silent.workers.size(), 1u);
  const auto& both = list->offers[1];
  EXPECT_EQ(both.model, sim::kModel);
  EXPECT_EQ(both.coefficient, 1000);
  EXPECT_EQ(both.prices, prices(lab, 1000));
  EXPECT_EQ(*session::read_terms(both.terms), terms(8192, "chat"));
  EXPECT_EQ(both.workers.size(), 2u);
  EXPECT_EQ(list->offers[2].prices, prices(lab, 1500));
  EXPECT_EQ(*session::read_terms(list->offers[2].terms), terms(4096));
}

TEST(Offers, TellTheLoad) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 5});
  const LinkId worker = lab.worker({.slots = 8, .proxies = 2, .version = 5});
  lab.request(client);
  lab.tell(worker, tl::WorkerLoad{.running = 5, .waiting = 2});
  const auto load = offers(lab, client)->offers.at(0).workers.at(0);
  EXPECT_EQ(load, (tl::ClientWorkerLoad{.running = 1, .max_running = 4, .waiting = 2}));
  lab.pass(30s);
  EXPECT_EQ(offers(lab, client)->offers.at(0).workers.at(0).waiting, 0) << "that was long ago";
}

TEST(Offers, FollowTheNewPrice) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5});
  offer(lab, worker, 1000, terms(8192));
  lab.tell(worker, tl::WorkerNewCoefficient{.new_coefficient = 2000});
  EXPECT_EQ(offers(lab, client)->offers.at(0).prices, prices(lab, 2000));
  offer(lab, worker, 2000, terms(4096));
  EXPECT_EQ(offers(lab, client)->offers.at(0).terms.context_length, 4096);
}

TEST(Offers, ThatContradictTheWorkerEndItsLink) {
  struct Case {
    const char* reason;
    std::int32_t priced_at;
    session::OfferTerms said;
  };
  session::OfferTerms other_weights = terms(1);
  other_weights.weights_hash = base::Bits256{1};
  session::OfferTerms no_weights = terms(1);
  no_weights.weights_hash.reset();
  const Case cases[] = {{"offer_prices", 999, terms(1)},
                        {"offer_weights", 1000, other_weights},
                        {"offer_weights", 1000, no_weights},
                        {"offer_bad_capabilities", 1000, terms(1, "chat,chat")}};
  for (const auto& one : cases) {
    ProxyLab lab;
    const LinkId worker = lab.worker({.version = 5});
    offer(lab, worker, one.priced_at, one.said);
    EXPECT_EQ(lab.closed(worker), one.reason);
    EXPECT_EQ(lab.refusals(one.reason), 1u);
  }
}

// [WIRE-102]
TEST(Offers, MalformedOrEarlyMessagesEndTheLink) {
  ProxyLab lab;
  const LinkId negative = lab.worker({.name = "w1", .version = 5});
  lab.tell(negative, tl::WorkerLoad{.running = -1, .waiting = 0});
  EXPECT_EQ(lab.closed(negative), "bad_message");
  const LinkId cut = lab.worker({.name = "w2", .version = 5});
  base::Bytes bytes = tl::encode_boxed(tl::WorkerOffer{});
  bytes.pop_back();
  lab.tell_bytes(cut, bytes);
  EXPECT_EQ(lab.closed(cut), "bad_message");
  const LinkId early = lab.open(PeerRole::Worker);
  lab.ask(early, lab.worker_greeting({.version = 5}));
  lab.tell(early, tl::WorkerLoad{});
  EXPECT_EQ(lab.closed(early), "unexpected_message");
}

TEST(Offers, OlderPeersHaveNone) {
  ProxyLab lab;
  const LinkId worker = lab.worker({.name = "w1", .version = 4});
  lab.tell(worker, tl::WorkerLoad{});
  EXPECT_EQ(lab.closed(worker), "unexpected_message");
  const LinkId second = lab.worker({.name = "w2", .version = 4});
  offer(lab, second, 1000, terms(1));
  EXPECT_EQ(lab.closed(second), "unexpected_message");
  const LinkId client = lab.client({.version = 4});
  lab.ask(client, tl::ClientGetOffers{});
  EXPECT_EQ(lab.closed(client), "unexpected_query");
}

TEST(Offers, RequestsGoToWhoIsLessBusyForOthers) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 5});
  const LinkId busy = lab.worker({.name = "w1", .slots = 64, .version = 5});
  const LinkId idle = lab.worker({.name = "w2", .slots = 64, .version = 5});
  lab.tell(busy, tl::WorkerLoad{.running = 40, .waiting = 0});
  lab.tell(idle, tl::WorkerLoad{.running = 0, .waiting = 0});
  for (std::uint32_t id = 1; id <= 20; ++id) lab.request(client, {.id = id, .max_tokens = 1});
  EXPECT_EQ(lab.messages(busy), 0u);
  EXPECT_EQ(lab.messages(idle), 20u);
}

}  // namespace
}  // namespace cocoon::proxy
