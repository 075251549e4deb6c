// [WIRE-81] [WIRE-82] [WIRE-83] Requests that nobody waits for any more: who is told, what is
// charged, and what older peers see of it.
#include <gtest/gtest.h>

#include "proxy/proxy_lab.h"
#include "session/wire_codes_lab.h"

namespace cocoon::proxy {
namespace {

using session::kCancelled;

using std::chrono_literals::operator""s;

void cancel(ProxyLab& lab, LinkId client, std::uint32_t id = 1) {
  lab.tell(client, tl::ClientCancelQuery{.request_id = ProxyLab::request_id(id)});
}

// The request id of the cancellation that the worker got.
base::Bits256 cancelled_at(ProxyLab& lab, LinkId worker) {
  return lab.message<tl::ProxyCancelQuery>(worker)->request_id;
}

TEST(Cancel, ReachesTheWorkerUnderItsOwnId) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5});
  lab.request(client);
  const auto order = lab.order(worker);
  cancel(lab, client);
  EXPECT_EQ(cancelled_at(lab, worker), order->id);
  lab.failure(*order, kCancelled, "cancelled by the caller");
  EXPECT_EQ(lab.client_answer(client).code, kCancelled);
  EXPECT_EQ(lab.client_account().metered.tokens.count, 0);
  EXPECT_EQ(lab.client_account().reserved, base::Nanoton{});
  EXPECT_EQ(lab.machine().running(), 0u);
  EXPECT_EQ(lab.machine().core().counters.cancelled, 1u);
}

TEST(Cancel, CostsWhatTheWorkerHadPassedOn) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5});
  lab.request(client);
  const auto order = lab.order(worker);
  lab.head(*order, "head");
  lab.part(*order, "one");
  cancel(lab, client);
  cancelled_at(lab, worker);
  lab.failure(*order, kCancelled, "cancelled by the caller", ProxyLab::tokens(3, 4));
  lab.client_answer(client);
  lab.client_answer(client);
  const auto end = lab.client_answer(client);
  EXPECT_EQ(end.code, kCancelled);
  EXPECT_EQ(end.tokens, ProxyLab::tokens(3, 4));
  EXPECT_EQ(lab.client_account().metered.tokens.count, 7);
  EXPECT_EQ(lab.worker_account().metered.tokens.count, 7);
}

TEST(Cancel, IsNeverTriedAgainElsewhere) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 5});
  const LinkId first = lab.worker({.name = "w1", .version = 5});
  lab.request(client);
  const auto order = lab.order(first);
  const LinkId second = lab.worker({.name = "w2", .version = 5});
  cancel(lab, client);
  cancelled_at(lab, first);
  lab.failure(*order, 651, "the engine is down");
  EXPECT_FALSE(lab.order(second));
  EXPECT_EQ(lab.client_answer(client).code, 651);
}

TEST(Cancel, OlderWorkersAreNotToldAndChargeAsEver) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 4});
  lab.request(client);
  const auto order = lab.order(worker);
  cancel(lab, client);
  EXPECT_EQ(lab.messages(worker), 0u);
  lab.head(*order, "whole", ProxyLab::tokens(1, 1));
  EXPECT_EQ(lab.client_answer(client).body, "whole");
  EXPECT_EQ(lab.client_account().metered.tokens.count, 2);
}

TEST(Cancel, CrossingTheEndChangesNothing) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5});
  lab.request(client);
  lab.head(*lab.order(worker), "whole", ProxyLab::tokens(1, 1));
  cancel(lab, client);
  EXPECT_EQ(lab.messages(worker), 0u);
  EXPECT_TRUE(lab.is_open(client));
  EXPECT_EQ(lab.client_account().metered.tokens.count, 2);
}

TEST(Cancel, SaidTwiceIsSentOnce) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5});
  lab.request(client);
  lab.order(worker);
  cancel(lab, client);
  cancel(lab, client);
  EXPECT_EQ(lab.messages(worker), 1u);
}

TEST(Cancel, AnotherClientsRequestsAreOutOfReach) {
  ProxyLab lab;
  const LinkId alice = lab.client({.name = "alice", .version = 5});
  const LinkId bob = lab.client({.name = "bob", .version = 5});
  const LinkId worker = lab.worker({.version = 5});
  lab.request(alice);
  const auto order = lab.order(worker);
  cancel(lab, bob);
  EXPECT_EQ(lab.messages(worker), 0u);
  lab.head(*order, "whole", ProxyLab::tokens(1, 1));
  EXPECT_EQ(lab.client_answer(alice).body, "whole");
}

TEST(Cancel, AClientThatGoesCancelsWhatItRan) {
  ProxyLab lab;
  const LinkId gone = lab.client({.name = "alice", .version = 4});
  const LinkId stays = lab.client({.name = "bob", .version = 4});
  const LinkId worker = lab.worker({.version = 5});
  lab.request(gone, {.id = 1});
  lab.request(stays, {.id = 2});
  const auto first = lab.order(worker);
  const auto second = lab.order(worker);
  lab.close(gone);
  EXPECT_EQ(cancelled_at(lab, worker), first->id);
  EXPECT_EQ(lab.messages(worker), 0u);
  lab.failure(*first, kCancelled, "cancelled by the caller");
  EXPECT_EQ(lab.client_account("alice").reserved, base::Nanoton{});
  lab.head(*second, "whole", ProxyLab::tokens(1, 1));
  EXPECT_EQ(lab.client_answer(stays).body, "whole");
}

TEST(Cancel, SaysNothingAboutTheWorker) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5});
  for (std::uint32_t id = 1; id <= 20; ++id) {
    lab.request(client, {.id = id});
    const auto order = lab.order(worker);
    ASSERT_TRUE(order);
    cancel(lab, client, id);
    cancelled_at(lab, worker);
    lab.failure(*order, kCancelled, "cancelled by the caller");
  }
  const auto offer = lab.machine().workers().all().at(worker).offer;
  EXPECT_EQ(lab.machine().core().market.find(*offer, lab.now().steady)->success, 1.0);
}

TEST(Cancel, IsUnknownBeforeVersionFive) {
  ProxyLab lab;
  const LinkId client = lab.client({.version = 4});
  lab.worker();
  lab.request(client);
  cancel(lab, client);
  EXPECT_FALSE(lab.is_open(client));
  EXPECT_EQ(lab.closed(client), "unexpected_message");
}

TEST(Drain, IsAnnouncedToThoseWhoUnderstandIt) {
  ProxyLab lab;
  const LinkId old = lab.client({.name = "alice", .version = 4});
  const LinkId current = lab.client({.name = "bob", .version = 5});
  lab.drain();
  EXPECT_EQ(lab.messages(old), 0u);
  ASSERT_EQ(lab.messages(current), 1u);
  lab.message<tl::ProxyDraining>(current);
}

}  // namespace
}  // namespace cocoon::proxy
