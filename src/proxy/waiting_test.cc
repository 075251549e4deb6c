// Requests that wait while all workers are busy: who is next, how long, how many, and that the
// books are right however the wait ends.
#include <gtest/gtest.h>

#include <set>

#include "proxy/limits.h"
#include "proxy/proxy_lab.h"
#include "session/wire_codes_lab.h"

namespace cocoon::proxy {
namespace {

using session::kNotReady;
using session::kRefused;

using std::chrono_literals::operator""s;

constexpr std::int32_t kTimeout = 652;

TEST(Waiting, TheNextFreeSlotIsTheirs) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker({.slots = 1});
  lab.request(client, {.id = 1});
  lab.request(client, {.id = 2});
  lab.request(client, {.id = 3});
  const auto first = lab.order(worker);
  ASSERT_TRUE(first);
  EXPECT_FALSE(lab.order(worker));
  EXPECT_EQ(lab.machine().waiting(), 2u);
  EXPECT_EQ(lab.machine().running(), 3u);
  lab.head(*first, "one", ProxyLab::tokens(1, 1));
  EXPECT_EQ(lab.client_answer(client).id, ProxyLab::request_id(1));
  const auto second = lab.order(worker);
  ASSERT_TRUE(second);
  lab.head(*second, "two", ProxyLab::tokens(1, 1));
  EXPECT_EQ(lab.client_answer(client).id, ProxyLab::request_id(2));
  const auto third = lab.order(worker);
  ASSERT_TRUE(third);
  lab.head(*third, "three", ProxyLab::tokens(1, 1));
  EXPECT_EQ(lab.client_account().reserved, base::Nanoton{});
  EXPECT_EQ(lab.machine().running(), 0u);
}

TEST(Waiting, AJumpOfTheWallClockMovesNoDeadlineAndNoMoney) {
  for (const auto by : {std::chrono::hours(-48), std::chrono::hours(48)}) {
    ProxyLab lab;
    const LinkId client = lab.client();
    const LinkId worker = lab.worker({.slots = 1});
    lab.request(client, {.id = 1, .timeout = 40});
    lab.request(client, {.id = 2, .timeout = 40});
    const auto first = lab.order(worker);
    ASSERT_TRUE(first);
    lab.jump_clock(by);
    lab.pass(5s);
    EXPECT_EQ(lab.machine().running(), 2u);
    EXPECT_EQ(lab.machine().waiting(), 1u);
    lab.head(*first, "one", ProxyLab::tokens(1, 1));
    EXPECT_EQ(lab.client_answer(client).id, ProxyLab::request_id(1));
    ASSERT_TRUE(lab.order(worker));
    lab.pass(34s);
    EXPECT_EQ(lab.machine().running(), 1u);
    lab.pass(1s);
    EXPECT_EQ(lab.client_answer(client).code, kTimeout);
    EXPECT_EQ(lab.client_account().reserved, base::Nanoton{});
    EXPECT_EQ(lab.client_account().metered.tokens.count, 2);
    lab.expect_sound_books();
  }
}

TEST(Waiting, ClientsTakeTurns) {
  ProxyLab lab;
  const LinkId alice = lab.client({.name = "alice"});
  const LinkId bob = lab.client({.name = "bob"});
  const LinkId worker = lab.worker({.slots = 1});
  for (std::uint32_t id = 1; id <= 20; ++id) lab.request(alice, {.id = id});
  lab.request(bob, {.id = 77});
  lab.head(*lab.order(worker), "alice's first", ProxyLab::tokens(1, 1));
  lab.client_answer(alice);
  lab.head(*lab.order(worker), "alice's second", ProxyLab::tokens(1, 1));
  lab.client_answer(alice);
  lab.head(*lab.order(worker), "bob's turn", ProxyLab::tokens(1, 1));
  EXPECT_EQ(lab.client_answer(bob).id, ProxyLab::request_id(77));
}

TEST(Waiting, EndsWithWordsAndARefund) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker({.slots = 1});
  lab.request(client, {.id = 1});
  ASSERT_TRUE(lab.order(worker));
  const auto held = lab.client_account().reserved;
  lab.request(client, {.id = 2});
  lab.request(client, {.id = 3, .timeout = 1});
  EXPECT_GT(lab.client_account().reserved, held);
  lab.pass(1s);
  EXPECT_EQ(lab.client_answer(client).code, kTimeout);
  lab.pass(kMaxWait);
  const auto answer = lab.client_answer(client);
  EXPECT_EQ(answer.code, kNotReady);
  EXPECT_EQ(answer.error, "no ready workers: all of them are busy");
  EXPECT_EQ(lab.client_account().reserved, held);
  EXPECT_EQ(lab.machine().waiting(), 0u);
}

TEST(Waiting, HasRoomForSoManyOfOneClient) {
  ProxyLab lab;
  const LinkId alice = lab.client({.name = "alice"});
  const LinkId bob = lab.client({.name = "bob"});
  const LinkId worker = lab.worker({.slots = 1});
  lab.request(alice, {.id = 1, .max_tokens = 1});
  ASSERT_TRUE(lab.order(worker));
  for (std::uint32_t id = 2; id < 2 + market::kMaxWaitingPerFlow; ++id) {
    lab.request(alice, {.id = id, .max_tokens = 1});
  }
  EXPECT_EQ(lab.messages(alice), 0u);
  lab.request(alice, {.id = 1000, .max_tokens = 1});
  const auto answer = lab.client_answer(alice);
  EXPECT_EQ(answer.code, kRefused);
  EXPECT_NE(answer.error.find("too many requests are running"), std::string::npos);
  EXPECT_EQ(lab.refusals("client_queue_full"), 1u);
  lab.request(bob, {.id = 1, .max_tokens = 1});
  EXPECT_EQ(lab.messages(bob), 0u) << "others have room";
}

TEST(Waiting, ANewWorkerServesAtOnce) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId rich = lab.client({.name = "bob"});
  const LinkId busy = lab.worker({.name = "w1", .slots = 1});
  const LinkId dear = lab.worker({.name = "w2", .coefficient = 3000, .slots = 1});
  lab.request(client, {.id = 1, .max_coefficient = 1000});
  ASSERT_TRUE(lab.order(busy));
  lab.request(client, {.id = 2, .max_coefficient = 1000});
  lab.request(rich, {.id = 3, .max_coefficient = 3000});
  EXPECT_TRUE(lab.order(dear)) << "who pays more is not held up by who does not";
  const LinkId fresh = lab.worker({.name = "w3", .slots = 1});
  EXPECT_TRUE(lab.order(fresh));
  EXPECT_EQ(lab.machine().waiting(), 0u);

  lab.request(client, {.id = 4, .max_coefficient = 900});
  EXPECT_EQ(lab.client_answer(client).code, kNotReady) << "too expensive is no reason to wait";
}

TEST(Waiting, WhoeverGoesAwayLeavesTheLine) {
  ProxyLab lab;
  const LinkId alice = lab.client({.name = "alice", .version = 5});
  const LinkId bob = lab.client({.name = "bob"});
  const LinkId worker = lab.worker({.slots = 1});
  lab.request(bob, {.id = 1});
  const auto order = lab.order(worker);
  lab.request(alice, {.id = 2});
  lab.request(alice, {.id = 3});
  lab.request(bob, {.id = 4});
  lab.tell(alice, tl::ClientCancelQuery{.request_id = ProxyLab::request_id(2)});
  EXPECT_EQ(lab.client_answer(alice).code, 653);
  lab.close(alice);
  EXPECT_EQ(lab.machine().waiting(), 1u);
  EXPECT_EQ(lab.client_account("alice").reserved, base::Nanoton{});
  lab.head(*order, "one", ProxyLab::tokens(1, 1));
  EXPECT_TRUE(lab.order(worker));
  EXPECT_EQ(lab.machine().waiting(), 0u);
}

// Random arrivals, ends, departures: at every step no slot is idle while somebody waits who could
// use it, and in the end every request had exactly one end.
TEST(Waiting, NoSlotIsIdleWhileSomebodyWaits) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    sim::Dice dice(seed);
    ProxyLab lab;
    const LinkId clients[] = {lab.client({.name = "alice"}), lab.client({.name = "bob"})};
    const LinkId worker = lab.worker({.slots = 3});
    std::vector<WorkOrder> orders;
    std::size_t asked = 0;
    std::size_t ended = 0;
    const auto look = [&] {
      while (auto order = lab.order(worker)) orders.push_back(*std::move(order));
      for (const LinkId client : clients) {
        for (; lab.messages(client) > 0; ++ended) lab.client_answer(client);
      }
    };
    for (std::uint32_t step = 1; step <= 120; ++step) {
      if (dice.below(3) != 0) {
        lab.request(clients[dice.below(2)], {.id = step, .max_tokens = 1});
        ++asked;
      } else if (!orders.empty()) {
        const auto place = static_cast<std::ptrdiff_t>(dice.below(orders.size()));
        lab.head(orders[static_cast<std::size_t>(place)], "x", ProxyLab::tokens(1, 1));
        orders.erase(orders.begin() + place);
      } else {
        lab.pass(1s);
      }
      look();
      ASSERT_TRUE(lab.machine().waiting() == 0 || orders.size() == 3) << "step " << step;
    }
    while (!orders.empty()) {
      lab.head(orders.back(), "x", ProxyLab::tokens(1, 1));
      orders.pop_back();
      look();
    }
    EXPECT_EQ(asked, ended);
    EXPECT_EQ(lab.machine().running(), 0u);
    lab.expect_sound_books();
  }
}

}  // namespace
}  // namespace cocoon::proxy
