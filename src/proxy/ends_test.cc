// [WIRE-120] [WIRE-121] What a client is told of requests whose connection it has lost.
#include <gtest/gtest.h>

#include "proxy/proxy_lab.h"
#include "session/limits.h"
#include "session/wire_codes_lab.h"

namespace cocoon::proxy {
namespace {

using session::RequestEnd;

std::vector<tl::ClientRequestEnd> ends(ProxyLab& lab, LinkId client,
                                       const std::vector<base::Bits256>& ids) {
  tl::ClientEndRequests query{};
  query.request_ids = ids;
  lab.ask(client, query);
  return lab.answer<tl::ClientRequestEnds>(client)->ends;
}

std::int32_t end_of(ProxyLab& lab, LinkId client, std::uint32_t id = 1) {
  const auto told = ends(lab, client, {ProxyLab::request_id(id)});
  return told.size() == 1 ? told[0].state : -1;
}

constexpr auto kFree = static_cast<std::int32_t>(RequestEnd::Free);
constexpr auto kCharged = static_cast<std::int32_t>(RequestEnd::Charged);
constexpr auto kRunning = static_cast<std::int32_t>(RequestEnd::Running);

TEST(Ends, OfRequestsAreToldOnAnotherConnection) {
  ProxyLab lab;
  const LinkId lost = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5});
  lab.request(lost, {.id = 1});
  lab.request(lost, {.id = 2});
  lab.request(lost, {.id = 3});
  lab.head(*lab.order(worker), "whole", ProxyLab::tokens(2, 3));
  lab.failure(*lab.order(worker), session::kRefused, "no");
  const auto running = lab.order(worker);
  lab.close(lost);
  const LinkId client = lab.client({.version = 5});
  const auto told = ends(
      lab, client, {ProxyLab::request_id(1), ProxyLab::request_id(2), ProxyLab::request_id(3)});
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].state, kCharged);
  EXPECT_EQ(told[0].tokens_used, ProxyLab::tokens(2, 3));
  EXPECT_EQ(told[1].state, kFree);
  EXPECT_EQ(told[2].state, kRunning);
  lab.failure(*running, session::kCancelled, "cancelled by the caller");
  EXPECT_EQ(end_of(lab, client, 3), kFree);
  lab.expect_sound_books();
}

TEST(Ends, OfARunningRequestIsBroughtAboutEvenIfItsOldConnectionSeemsAlive) {
  ProxyLab lab;
  const LinkId half_open = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5});
  lab.request(half_open);
  const auto order = lab.order(worker);
  const LinkId client = lab.client({.version = 5});
  EXPECT_EQ(end_of(lab, client), kRunning);
  EXPECT_EQ(lab.message<tl::ProxyCancelQuery>(worker)->request_id, order->id);
  lab.failure(*order, session::kCancelled, "cancelled by the caller");
  EXPECT_EQ(end_of(lab, client), kFree);
}

TEST(Ends, OfARequestThatIsStillOnItsWayIsFinal) {
  ProxyLab lab;
  const LinkId half_open = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5});
  const LinkId client = lab.client({.version = 5});
  EXPECT_EQ(end_of(lab, client), kFree);
  lab.request(half_open);
  EXPECT_FALSE(lab.order(worker));
  EXPECT_NE(lab.client_answer(half_open).code, 0);
  lab.expect_sound_books();
}

TEST(Ends, AreToldWhenTheyAreOnDisk) {
  ProxyLab lab;
  const LinkId lost = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5});
  lab.request(lost);
  const auto order = lab.order(worker);
  lab.set_disk(ProxyLab::Disk::Stalled);
  lab.head(*order, "whole", ProxyLab::tokens(2, 3));
  lab.close(lost);
  const LinkId client = lab.client({.version = 5});
  tl::ClientEndRequests query{};
  query.request_ids = {ProxyLab::request_id(1)};
  const std::size_t before = lab.answers(client);
  lab.ask(client, query);
  EXPECT_EQ(lab.answers(client), before);
  lab.persist();
  EXPECT_EQ(lab.answer<tl::ClientRequestEnds>(client)->ends[0].state, kCharged);
}

TEST(Ends, OfOtherClientsAreNotTold) {
  ProxyLab lab;
  const LinkId alice = lab.client({.version = 5});
  const LinkId worker = lab.worker({.version = 5});
  lab.request(alice);
  const auto order = lab.order(worker);
  const LinkId bob = lab.client({.name = "bob", .version = 5});
  EXPECT_EQ(end_of(lab, bob), kFree) << "bob never asked for it";
  EXPECT_EQ(lab.messages(worker), 0u);
  lab.head(*order, "whole", ProxyLab::tokens(2, 3));
  EXPECT_EQ(lab.client_answer(alice).body, "whole");
}

TEST(Ends, AreForVersionFiveAndForSoManyAtATime) {
  ProxyLab lab;
  tl::ClientEndRequests query{};
  query.request_ids.resize(session::kMaxEndsAsked + 1);
  const LinkId client = lab.client({.version = 5});
  lab.ask(client, query);
  EXPECT_EQ(lab.error(client).code, session::kViolation);
  const LinkId old = lab.client({.version = 4});
  lab.ask(old, tl::ClientEndRequests{});
  EXPECT_EQ(lab.error(old).code, session::kViolation);
}

}  // namespace
}  // namespace cocoon::proxy
