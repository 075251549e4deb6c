// Proxies that say what can't be: prices that are not the network's, more owed than requests can
// have cost. They are marked by their contract, whatever connection they come by, and asked last.
#include <gtest/gtest.h>

#include "client/client_lab.h"

namespace cocoon::client {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;

const ProxyLink& proxy(ClientLab& lab, LinkId link) {
  return lab.machine().proxies().all().at(link);
}

void owes(ClientLab& lab, LinkId link, std::int64_t tokens) {
  tl::ProxyClientRequestPayment said{};
  said.max_tokens = said.db_tokens = tokens;
  lab.tell(link, said);
}

// A request that the proxy answers and says used so many tokens.
void spend(ClientLab& lab, LinkId link, std::int64_t tokens) {
  const CallId call = lab.call();
  const auto run = lab.run(link);
  ASSERT_TRUE(run);
  lab.head(link, run->id, "{}", "application/json", ClientLab::tokens(tokens));
  EXPECT_EQ(lab.reply(call).status, 200u);
}

// Past the time in which requests of a former process may end; what is asked meanwhile is put by.
void settle_in(ClientLab& lab) { lab.pass(2h); }

TEST(Doubts, PricesThatAreNotTheNetworks) {
  const std::vector<std::string> names{"lab/tiny"};
  ClientLab lab;
  const LinkId link = lab.ready(5, names);
  EXPECT_EQ(proxy(lab, link).doubts.total(), 0u);
  lab.pass(10s);
  lab.query<tl::ClientGetOffers>(link);
  tl::ClientOffers lie = lab.offers(names);
  lie.offers[0].prices.completion -= 1;
  lab.answer(link, lie);
  EXPECT_TRUE(lab.is_open(link));
  EXPECT_EQ(proxy(lab, link).doubts.prices, 1u);
  EXPECT_EQ(lab.machine().proxies().doubtful_prices(), 1u);
  EXPECT_EQ(lab.machine().models_body().find(std::to_string(lie.offers[0].prices.completion)),
            std::string::npos)
      << "shown is what is charged";
}

TEST(Doubts, OutliveTheConnection) {
  const std::vector<std::string> names{"lab/tiny"};
  ClientLab lab;
  const LinkId link = lab.ready(5, names);
  lab.pass(10s);
  lab.query<tl::ClientGetOffers>(link);
  tl::ClientOffers lie = lab.offers(names);
  lie.offers[0].prices.prompt = 0;
  lab.answer(link, lie);
  lab.close(link);
  const LinkId again = lab.ready(5, names);
  EXPECT_EQ(proxy(lab, again).doubts.prices, 1u);
}

TEST(Doubts, MoreOwedThanRequestsCanHaveCost) {
  ClientLab lab;
  const LinkId link = lab.ready(4);
  owes(lab, link, 1000);  // of earlier days
  settle_in(lab);
  spend(lab, link, 7);
  spend(lab, link, 5);
  owes(lab, link, 1012);
  EXPECT_EQ(proxy(lab, link).doubts.owed, 0u);
  owes(lab, link, 1013);
  EXPECT_EQ(proxy(lab, link).doubts.owed, 1u);
  EXPECT_EQ(lab.machine().proxies().doubtful_totals(), 1u);
  owes(lab, link, 1013);
  EXPECT_EQ(proxy(lab, link).doubts.owed, 1u) << "one lie is counted once";
  lab.close(link);
  EXPECT_EQ(proxy(lab, lab.ready(4)).doubts.owed, 1u);
}

TEST(Doubts, NotOfWhatMayHaveBeenCharged) {
  ClientLab lab;
  const LinkId link = lab.ready(4);
  settle_in(lab);
  const CallId running = lab.call();
  EXPECT_TRUE(lab.run(link));
  owes(lab, link, 400);
  EXPECT_EQ(proxy(lab, link).doubts.owed, 0u) << "the answer may be on its way";
  lab.pass(130s);
  EXPECT_EQ(lab.reply(running).status, 504u);
  owes(lab, link, 500);
  EXPECT_EQ(proxy(lab, link).doubts.owed, 0u) << "it may have been charged all the same";
  owes(lab, link, 100'000'000);
  EXPECT_EQ(proxy(lab, link).doubts.owed, 1u);
}

TEST(Doubts, AFailureThatCostNothingExplainsNothing) {
  ClientLab lab;
  const LinkId link = lab.ready(4);
  settle_in(lab);
  lab.call();
  const auto run = lab.run(link);
  ASSERT_TRUE(run);
  lab.failure(link, run->id, 621, "no");
  owes(lab, link, 1);
  EXPECT_EQ(proxy(lab, link).doubts.owed, 1u);
}

TEST(Doubts, NoneWhileAnEarlierProcessMayHaveRequests) {
  ClientLab lab;
  const LinkId link = lab.ready(4);
  owes(lab, link, 1000);
  lab.pass(3000s);
  owes(lab, link, 2000);
  EXPECT_EQ(proxy(lab, link).doubts.owed, 0u);
  settle_in(lab);
  owes(lab, link, INT64_MAX);
  owes(lab, link, INT64_MIN);
  EXPECT_EQ(proxy(lab, link).doubts.owed, 1u);
}

}  // namespace
}  // namespace cocoon::client
