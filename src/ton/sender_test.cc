// The sender over a small chain: confirmed, sent again, expired, replaced, restarted; never paid
// twice.
#include "ton/sender.h"

#include <gtest/gtest.h>

#include "ton/boc.h"
#include "ton/lite_world.h"

namespace cocoon::ton {
namespace {

using namespace std::chrono_literals;

const Address kRecipient{0, {0xb0}};

crypto::Ed25519PrivateKey key() {
  return *crypto::Ed25519PrivateKey::from_seed(base::Bytes(32, 7));
}
Wallet wallet() { return Wallet::v4r2(key().public_key()); }

Transfer pay(std::int64_t amount) {
  Transfer transfer;
  transfer.to = kRecipient;
  transfer.amount = base::Nanoton(amount);
  return transfer;
}

class SendingProcess {
 public:
  explicit SendingProcess(LiteWorld& world) : world_(world) { start(); }
  void start() {
    sender_ = std::make_unique<Sender>(wallet(), key());
    tokens_.clear();
    if (!disk_.empty()) ASSERT_TRUE(sender_->restore(disk_));
    world_.on_event = [this](const LiteEvent& event) { handle(event); };
    world_.on_step = [this] { pump(); };
  }
  Sender& sender() { return *sender_; }
  std::vector<std::uint64_t> done;
  std::vector<OrderContent> contents;
  std::vector<std::string> failed;
  std::size_t sent = 0;
  bool disk_works = true;

 private:
  void handle(const LiteEvent& event) {
    if (const auto* head = std::get_if<HeadMoved>(&event)) {
      sender_->handle_head(world_.now(), head->head);
    } else if (const auto* answer = std::get_if<RequestDone>(&event)) {
      const auto found = tokens_.find(answer->request);
      if (found == tokens_.end()) return;
      sender_->handle_answer(world_.now(), found->second, answer->head, answer->answer);
    }
  }
  void pump() {
    sender_->handle_time(world_.now());
    while (const auto output = sender_->poll_output()) {
      if (const auto* saved = std::get_if<SaveSender>(&*output)) {
        if (!disk_works) continue;
        disk_ = saved->state;
        sender_->handle_saved(world_.now(), saved->number);
      } else if (const auto* ask = std::get_if<SenderAsk>(&*output)) {
        if (std::holds_alternative<SendRequest>(ask->request)) ++sent;
        tokens_[world_.client().request(world_.now(), ask->request)] = ask->token;
      } else if (const auto* ok = std::get_if<OrderDone>(&*output)) {
        done.push_back(ok->id);
        contents.push_back(ok->content);
      } else {
        failed.emplace_back(std::get<OrderFailed>(*output).error.reason());
      }
    }
  }

  LiteWorld& world_;
  std::unique_ptr<Sender> sender_;
  base::Bytes disk_;
  std::map<std::uint64_t, std::uint64_t> tokens_;
};

struct Scene {
  explicit Scene(std::int64_t balance = 10'000'000'000) {
    chain.put_wallet(wallet(), base::Nanoton(balance));
    chain.make_block();
    world.run(300ms);
  }
  std::size_t paid() const { return chain.transactions_of(wallet().address()).size(); }
  ChainLab chain{50};
  LiteWorld world{chain, 2};
  SendingProcess process{world};
};

TEST(Sender, OrdersAreCarriedOutOneAfterTheOther) {
  Scene scene;
  for (std::uint64_t id = 1; id <= 3; ++id) scene.process.sender().submit({id, {pay(1)}});
  scene.world.run(20s, 1s);
  EXPECT_EQ(scene.process.done, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(scene.paid(), 3u);
}

TEST(Sender, NothingLeavesBeforeItIsSaved) {
  Scene scene;
  scene.process.disk_works = false;
  scene.process.sender().submit({1, {pay(1)}});
  scene.world.run(10s, 1s);
  EXPECT_EQ(scene.process.sent, 0u);
  EXPECT_EQ(scene.paid(), 0u);
}

TEST(Sender, AnIgnoredRequestIsSentAgainAndThenSignedAnew) {
  Scene scene;
  scene.chain.takes_messages = false;
  scene.process.sender().submit({1, {pay(1)}});
  // Blocks are 5 s apart by their own time and 1 s by ours.
  scene.world.run(20s, 1s);
  EXPECT_GE(scene.process.sent, 3u);
  EXPECT_EQ(scene.paid(), 0u);
  scene.chain.takes_messages = true;
  scene.world.run(10s, 1s);
  EXPECT_EQ(scene.process.done, std::vector<std::uint64_t>{1});
  EXPECT_EQ(scene.paid(), 1u);
}

TEST(Sender, AWalletWhoseShardStoodStillIsServed) {
  Scene scene;
  scene.chain.idle_basechain_stands = true;
  scene.world.run(40s, 1s);  // 200 s of the chain's time
  scene.process.sender().submit({1, {pay(1)}});
  scene.world.run(10s, 1s);
  EXPECT_EQ(scene.process.done, std::vector<std::uint64_t>{1});
  EXPECT_EQ(scene.paid(), 1u);
}

TEST(Sender, GivesUpAfterSomeLives) {
  Scene scene;
  scene.chain.takes_messages = false;
  scene.process.sender().submit({1, {pay(1)}});
  scene.world.run(200s, 1s);
  EXPECT_EQ(scene.process.failed, std::vector<std::string>{"order_expired"});
}

TEST(Sender, ARestartNeitherLosesNorDoublesAnOrder) {
  for (int when = 0; when < 12; ++when) {
    SCOPED_TRACE(when);
    Scene scene;
    scene.process.sender().submit({1, {pay(1)}});
    for (int i = 0; i < when; ++i) {
      if (i % 3 == 2) scene.world.make_block();
      scene.world.run(50ms);
    }
    const bool was_in_flight = scene.process.sender().order_in_flight().has_value();
    scene.world.restart();
    scene.process.start();
    scene.world.run(20s, 1s);
    const bool restored = !scene.process.done.empty();
    EXPECT_LE(scene.paid(), 1u);
    EXPECT_EQ(scene.paid() == 1, restored);
    if (was_in_flight && when > 6) EXPECT_TRUE(restored);
  }
}

TEST(Sender, AnotherUserOfTheKeyCostsNothingTwice) {
  Scene scene;
  scene.chain.takes_messages = false;
  scene.process.sender().submit({1, {pay(1)}});
  scene.world.run(3s, 1s);
  scene.chain.takes_messages = true;
  // The same seqno, spent by someone else first.
  const auto foreign = *wallet().request(key(), 0, UINT32_MAX, {pay(777)});
  ASSERT_TRUE(scene.chain.send_message(serialize_boc(foreign)));
  scene.world.run(20s, 1s);
  EXPECT_EQ(scene.process.done, std::vector<std::uint64_t>{1});
  EXPECT_EQ(scene.paid(), 2u);
}

TEST(Sender, AReplacedOrderIsPaidOnce) {
  Scene scene;
  scene.chain.takes_messages = false;
  scene.process.sender().submit({1, {pay(1)}});
  scene.world.run(3s, 1s);
  scene.process.sender().replace({1, {pay(2)}});
  scene.chain.takes_messages = true;
  scene.world.run(20s, 1s);
  EXPECT_EQ(scene.process.done, std::vector<std::uint64_t>{1});
  EXPECT_EQ(scene.paid(), 1u);
}

TEST(Sender, WhoComesTooLateToReplaceIsTold) {
  for (const bool taken_first : {true, false}) {
    SCOPED_TRACE(taken_first);
    Scene scene;
    scene.chain.takes_messages = taken_first;
    scene.process.sender().submit({1, {pay(1)}});
    scene.world.make_block();
    scene.world.run(300ms);
    EXPECT_EQ(scene.process.sent, 1u);
    // The process ends; another one has other wishes.
    scene.world.restart();
    scene.process.start();
    ASSERT_TRUE(scene.process.sender().order_in_flight());
    scene.process.sender().replace({1, {pay(2)}});
    scene.chain.takes_messages = true;
    scene.world.run(20s, 1s);
    const auto expected = taken_first ? OrderContent::Earlier : OrderContent::Newest;
    EXPECT_EQ(scene.process.contents, std::vector{expected});
    EXPECT_EQ(scene.paid(), 1u);
  }
}

TEST(Sender, RefusesWhatTheWalletCannotPay) {
  Scene scene(100);
  scene.process.sender().submit({1, {pay(100)}});
  scene.process.sender().submit({2, {}});
  scene.world.run(5s, 1s);
  EXPECT_EQ(scene.process.failed, (std::vector<std::string>{"wallet_poor", "order_form"}));
  EXPECT_EQ(scene.process.sender().restore(base::Bytes{1, 2, 3}).error().reason(), "saved_order");
}

}  // namespace
}  // namespace cocoon::ton
