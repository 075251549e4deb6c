// Which proxy a request goes to: tier, price, latency, throughput, and the second try of a request
// that asked for the cheapest.
#include <gtest/gtest.h>

#include "client/client_lab.h"

namespace cocoon::client {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

// A ready link whose only worker asks this price and has this many free slots.
LinkId priced(ClientLab& lab, std::int32_t coefficient, std::int32_t free = 4) {
  const LinkId link = lab.open();
  lab.query<tl::ClientConnectToProxy>(link);
  lab.answer(link, lab.connected(4));
  lab.query<tl::ClientAuthorizeWithProxyShort>(link);
  lab.answer(link, tl::ClientAuthorizationWithProxySuccess{});
  lab.query<tl::ClientGetWorkerTypesV2>(link);
  tl::ClientWorkerTypesV2 types{};
  types.types.push_back({.name = "lab/tiny",
                         .workers = {{.flags = 0,
                                      .coefficient = coefficient,
                                      .active_requests = 4 - free,
                                      .max_active_requests = 4}}});
  lab.answer(link, types);
  return link;
}

CallId prefer(ClientLab& lab, const std::string& what) {
  return lab.call(R"({"model":"lab/tiny","cocoon":{"prefer":")" + what + R"("}})");
}

TEST(Choice, ByPriceTakesTheCheapestThatIsFree) {
  ClientLab lab;
  const LinkId dear = priced(lab, 3000);
  const LinkId full = priced(lab, 500, 0);
  const LinkId cheap = priced(lab, 1000);
  prefer(lab, "price");
  EXPECT_FALSE(lab.run(dear));
  EXPECT_FALSE(lab.run(full));
  const auto run = lab.run(cheap);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->max_coefficient, 1000) << "no dearer worker of that proxy, at first";
}

TEST(Choice, ByPriceTriesTheSameProxyAgainAtTheCallersOwnCeiling) {
  ClientLab lab;
  const LinkId link = priced(lab, 1000);
  prefer(lab, "price");
  const auto first = lab.run(link);
  ASSERT_TRUE(first);
  lab.failure(link, first->id, 651, "can run this query with coefficient=2000");
  const auto second = lab.run(link);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->max_coefficient, 4000);
  lab.failure(link, second->id, 651, "no ready workers: all of them are busy");
  EXPECT_FALSE(lab.run(link)) << "once";
  EXPECT_EQ(lab.machine().running(), 0u);
}

TEST(Choice, ByLatencyTakesWhoeverAnswersSooner) {
  ClientLab lab;
  const LinkId one = priced(lab, 1000);
  const LinkId two = priced(lab, 1000);
  const auto answer_after = [&](LinkId link, base::Duration time) {
    const auto run = lab.run(link);
    ASSERT_TRUE(run);
    lab.pass(time);
    lab.head(link, run->id, "{}", "application/json", ClientLab::tokens(1));
  };
  prefer(lab, "latency");
  answer_after(one, 900ms);
  prefer(lab, "latency");
  answer_after(two, 100ms);
  for (int i = 0; i < 3; ++i) {
    prefer(lab, "latency");
    answer_after(two, 100ms);
  }
}

TEST(Choice, ByThroughputTakesWhoeverSendsFaster) {
  ClientLab lab;
  const LinkId one = priced(lab, 1000);
  const LinkId two = priced(lab, 1000);
  const auto stream = [&](LinkId link, base::Duration time) {
    const auto run = lab.run(link);
    ASSERT_TRUE(run);
    lab.head(link, run->id, "", "text/event-stream");
    lab.pass(time);
    lab.part(link, run->id, std::string(1000, '\n'), ClientLab::tokens(1));
  };
  prefer(lab, "throughput");
  stream(one, 2s);
  prefer(lab, "throughput");
  stream(two, 500ms);
  prefer(lab, "throughput");
  stream(two, 500ms);
}

TEST(Choice, AProxyBelowTheTierIsNone) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const CallId call = lab.call(R"({"model":"lab/tiny","cocoon":{"least_tier":"T1"}})");
  EXPECT_EQ(lab.reply(call).status, 503u);
  EXPECT_NE(lab.reply(call).body.find("T1"), std::string::npos);
  EXPECT_FALSE(lab.run(link));
  lab.call(R"({"model":"lab/tiny","cocoon":{"least_tier":"T0"}})");
  EXPECT_TRUE(lab.run(link));
}

}  // namespace
}  // namespace cocoon::client
