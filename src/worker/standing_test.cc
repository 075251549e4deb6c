// [WIRE-94] [WIRE-96] Proxies that have to prove themselves: nothing of theirs runs before, and
// nothing new after they have lapsed.
#include <gtest/gtest.h>

#include "worker/worker_lab.h"

namespace cocoon::worker {
namespace {

using session::Standing;

constexpr std::string_view kAnswerJson = R"({"choices":[],"usage":{"completion_tokens":1}})";

TEST(Standing, TheHandshakeIsCompletedOnceTheProxyIsProven) {
  WorkerLab lab({.first_standing = Standing::Awaited});
  const LinkId link = lab.open();
  lab.query<tl::WorkerConnectToProxy>(link);
  EXPECT_EQ(lab.machine().version_of(link), std::nullopt);
  lab.answer(link, lab.connected(5));
  EXPECT_EQ(lab.machine().version_of(link), 5);
  lab.query<tl::WorkerCompareBalanceWithProxy>(link);
  lab.answer(link, tl::WorkerCompareBalanceWithProxyResult{});
  EXPECT_EQ(lab.queries(link), 0u);
  lab.stand(link, Standing::Good);
  lab.query<tl::WorkerProxyHandshakeComplete>(link);
  lab.answer(link, tl::WorkerProxyHandshakeCompleted{});
  lab.order(link);
  EXPECT_TRUE(lab.job().has_value());
}

TEST(Standing, AnOrderOfAnUnprovenProxyEndsTheLink) {
  WorkerLab lab({.first_standing = Standing::Awaited});
  const LinkId link = lab.open();
  lab.query<tl::WorkerConnectToProxy>(link);
  lab.answer(link, lab.connected(5));
  lab.query<tl::WorkerCompareBalanceWithProxy>(link);
  lab.answer(link, tl::WorkerCompareBalanceWithProxyResult{});
  lab.order(link);
  EXPECT_EQ(lab.closed(link), "unexpected_message");
  EXPECT_FALSE(lab.machine().running());
}

TEST(Standing, ProvenEarlyHoldsNothingUp) {
  WorkerLab lab({.first_standing = Standing::Awaited});
  const LinkId link = lab.open();
  lab.stand(link, Standing::Good);
  lab.query<tl::WorkerConnectToProxy>(link);
  lab.answer(link, lab.connected(5));
  lab.query<tl::WorkerCompareBalanceWithProxy>(link);
  lab.answer(link, tl::WorkerCompareBalanceWithProxyResult{});
  lab.query<tl::WorkerProxyHandshakeComplete>(link);
}

TEST(Standing, AProxyThatLapsesIsToldAndEndsAfterItsRunningOrders) {
  WorkerLab lab;
  const LinkId link = lab.ready(5);
  lab.order(link);
  const auto job = lab.job();
  ASSERT_TRUE(job);
  lab.stand(link, Standing::Lapsed, "tcb_too_old");
  EXPECT_EQ(lab.message<tl::WorkerEnabledDisabled>(link)->disabled, 1);
  EXPECT_TRUE(lab.is_open(link));
  lab.order(link, {.id = 2});
  EXPECT_EQ(lab.worker_answer(link).error, "the proxy has not proven itself");
  EXPECT_EQ(lab.refusals("proxy_lapsed"), 1u);
  lab.whole(job->job, kAnswerJson);
  EXPECT_EQ(lab.worker_answer(link).body, kAnswerJson);
  EXPECT_EQ(lab.closed(link), "tcb_too_old");
}

TEST(Standing, AnIdleProxyThatLapsesEndsAtOnce) {
  WorkerLab lab;
  const LinkId link = lab.ready(4);
  lab.stand(link, Standing::Lapsed, "certificate_expired");
  EXPECT_EQ(lab.closed(link), "certificate_expired");
}

}  // namespace
}  // namespace cocoon::worker
