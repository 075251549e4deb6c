// [WIRE-94] [WIRE-96] Workers that have to prove themselves: off the market before, and again once
// they have lapsed; and workers that the operator has switched off.
#include <gtest/gtest.h>

#include "proxy/proxy_lab.h"
#include "session/wire_codes_lab.h"

namespace cocoon::proxy {
namespace {

using session::Standing;

TEST(Standing, AnUnprovenWorkerGetsNoRequest) {
  ProxyLab lab({.first_worker_standing = Standing::Awaited});
  const LinkId client = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5});
  EXPECT_EQ(lab.machine().version_of(worker), 5);
  EXPECT_EQ(lab.machine().version_of(client), 5);
  lab.request(client);
  EXPECT_FALSE(lab.client_answer(client).error.empty());
  EXPECT_EQ(lab.messages(worker), 0u);
  lab.stand(worker, Standing::Good);
  lab.request(client, {.id = 2});
  EXPECT_TRUE(lab.order(worker).has_value());
}

TEST(Standing, ItsOwnWordDoesNotBringAnUnprovenWorkerToMarket) {
  ProxyLab lab({.first_worker_standing = Standing::Awaited});
  const LinkId client = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5});
  lab.tell(worker, tl::WorkerEnabledDisabled{.disabled = 0});
  lab.request(client);
  EXPECT_EQ(lab.messages(worker), 0u);
}

TEST(Standing, AProvenWorkerThatWantsNoWorkGetsNone) {
  ProxyLab lab({.first_worker_standing = Standing::Awaited});
  const LinkId client = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5, .availability = market::Availability::Disabled});
  lab.stand(worker, Standing::Good);
  lab.request(client);
  EXPECT_EQ(lab.messages(worker), 0u);
}

TEST(Standing, AWorkerThatLapsesEndsAfterItsRunningRequests) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5});
  lab.request(client);
  const auto order = lab.order(worker);
  ASSERT_TRUE(order);
  lab.stand(worker, Standing::Lapsed, "platform_revoked");
  EXPECT_TRUE(lab.is_open(worker));
  lab.request(client, {.id = 2});
  EXPECT_EQ(lab.messages(worker), 0u) << "nothing new begins";
  lab.client_answer(client);
  lab.stand(worker, Standing::Good);
  lab.request(client, {.id = 3});
  EXPECT_EQ(lab.messages(worker), 0u) << "who has lapsed comes back by another connection only";
  lab.client_answer(client);
  lab.head(*order, "{}", ProxyLab::tokens(1, 1));
  EXPECT_EQ(lab.client_answer(client).body, "{}");
  EXPECT_EQ(lab.worker_account().metered.tokens.count, 2) << "it is paid all the same";
  EXPECT_EQ(lab.closed(worker), "platform_revoked");
  lab.expect_sound_books();
}

TEST(Standing, AnIdleWorkerThatLapsesEndsAtOnce) {
  ProxyLab lab;
  const LinkId worker = lab.worker({.version = 4});
  lab.stand(worker, Standing::Lapsed, "certificate_expired");
  EXPECT_EQ(lab.closed(worker), "certificate_expired");
  EXPECT_EQ(lab.refusals("certificate_expired"), 1u);
}

TEST(Standing, RequestsThatTimeOutEndALapsedWorkerToo) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 4});
  const LinkId worker = lab.worker({.version = 4});
  lab.request(client, {.timeout = 5});
  ASSERT_TRUE(lab.order(worker));
  lab.stand(worker, Standing::Lapsed, "tcb_too_old");
  EXPECT_TRUE(lab.is_open(worker));
  lab.pass(std::chrono::seconds(20));
  EXPECT_EQ(lab.closed(worker), "tcb_too_old");
}

TEST(Switch, TakesAnOwnersWorkersOffTheMarket) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker({.name = "wanda"});
  const ton::Address wanda = sim::address_of("wanda");
  lab.switch_owner(wanda, WorkerSessions::Switch::Off);
  lab.request(client, {.id = 1});
  EXPECT_FALSE(lab.order(worker));
  EXPECT_EQ(lab.client_answer(client).code, session::kNotReady);
  const LinkId later = lab.worker({.name = "wanda"});
  lab.request(client, {.id = 2});
  EXPECT_FALSE(lab.order(later)) << "whoever comes later is off, too";
  EXPECT_EQ(lab.client_answer(client).code, session::kNotReady);
  const LinkId other = lab.worker({.name = "walter"});
  lab.request(client, {.id = 3});
  EXPECT_TRUE(lab.order(other));
  lab.close(other);
  lab.client_answer(client);
  lab.switch_owner(wanda, WorkerSessions::Switch::On);
  lab.request(client, {.id = 4});
  EXPECT_TRUE(lab.order(worker) || lab.order(later));
}

TEST(Switch, DoesNotSpeakForTheWorkerItself) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker({.name = "wanda"});
  lab.tell(worker, tl::WorkerEnabledDisabled{.disabled = 1});
  lab.switch_owner(sim::address_of("wanda"), WorkerSessions::Switch::Off);
  lab.switch_owner(sim::address_of("wanda"), WorkerSessions::Switch::On);
  lab.request(client);
  EXPECT_FALSE(lab.order(worker));
}

}  // namespace
}  // namespace cocoon::proxy
