// [WIRE-104] Offers of proxies: asked for since version 5, shown by GET /v1/models.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "client/client_lab.h"

namespace cocoon::client {
namespace {

using nlohmann::json;
using std::chrono_literals::operator""s;

json models(ClientLab& lab) { return json::parse(lab.machine().models_body())["data"]; }

TEST(Offers, ShowPricesContextAndCapabilities) {
  ClientLab lab;
  const std::vector<std::string> names{"lab/tiny"};
  lab.ready(4, names);
  const LinkId link = lab.ready(5, names);
  lab.pass(10s);
  lab.query<tl::ClientGetOffers>(link);
  tl::ClientOffers told = lab.offers(names);
  const base::Bits256 hash{0xab};
  told.offers[0].terms = {
      .flags = tl::OfferTerms::kHasWeightsHash | tl::OfferTerms::kHasContextLength,
      .capabilities = "chat,tools",
      .weights_hash = hash,
      .context_length = 8192};
  told.offers[0].workers = {{.running = 1, .max_running = 4, .waiting = 2},
                            {.running = 2, .max_running = 4, .waiting = 0}};
  lab.answer(link, told);
  const json row = models(lab)[0];
  EXPECT_EQ(row["workers"].size(), 3u) << "of both proxies";
  EXPECT_EQ(row["context_length"], 8192);
  EXPECT_EQ(row["capabilities"], json::parse(R"(["chat","tools"])"));
  ASSERT_EQ(row["offers"].size(), 1u) << "an older proxy tells none";
  const json& offer = row["offers"][0];
  EXPECT_EQ(offer["prices"], row["prices"]);
  EXPECT_EQ(offer["prices"]["prompt"], told.offers[0].prices.prompt);
  EXPECT_EQ(offer["weights_hash"], "ab" + std::string(62, '0'));
  EXPECT_EQ(offer["workers"], 2);
  EXPECT_EQ(offer["running_requests"], 3);
  EXPECT_EQ(offer["max_running_requests"], 8);
  EXPECT_EQ(offer["waiting_requests"], 2);
}

TEST(Offers, ThatCantBeReadEndTheLink) {
  const std::vector<std::string> names{"lab/tiny"};
  const auto answer = [&](auto change) {
    ClientLab lab;
    const LinkId link = lab.ready(5, names);
    lab.pass(10s);
    lab.query<tl::ClientGetOffers>(link);
    tl::ClientOffers told = lab.offers(names);
    change(told.offers[0]);
    lab.answer(link, told);
    return lab.closed(link);
  };
  EXPECT_EQ(answer([](tl::ClientOffer&) {}), "");
  EXPECT_EQ(answer([](tl::ClientOffer& offer) { offer.coefficient = -1; }), "bad_answer");
  EXPECT_EQ(answer([](tl::ClientOffer& offer) { offer.terms.capabilities = "B,a"; }), "bad_answer");
  ClientLab lab;
  const LinkId link = lab.ready(5, names);
  lab.pass(10s);
  lab.query<tl::ClientGetOffers>(link);
  lab.answer(link, tl::ClientWorkerTypesV2{});
  EXPECT_EQ(lab.closed(link), "bad_answer");
}

TEST(Offers, AreNotAskedOfOlderProxies) {
  ClientLab lab;
  const LinkId link = lab.ready(4);
  lab.pass(15s);
  lab.query<tl::ClientUpdatePaymentStatus>(link);
  EXPECT_EQ(lab.queries(link), 0u);
  lab.pass(15s);
  lab.query<tl::ClientGetWorkerTypesV2>(link);
}

}  // namespace
}  // namespace cocoon::client
