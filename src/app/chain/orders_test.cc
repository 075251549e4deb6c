// Orders over a small chain, killed at every step that matters: each is carried out once, and its
// outcome is told however often it is asked for.
#include "app/chain/orders.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

#include "io/files.h"
#include "ton/lite_world.h"

namespace cocoon::app::chain {
namespace {

using namespace std::chrono_literals;

crypto::Ed25519PrivateKey key() {
  return *crypto::Ed25519PrivateKey::from_seed(base::Bytes(32, 7));
}
ton::Wallet wallet() { return ton::Wallet::v4r2(key().public_key()); }

ton::SendOrder pay(std::uint64_t id) {
  ton::Transfer transfer{
      .to = {0, {0xb0}}, .amount = base::Nanoton(1), .body = {}, .state_init = {}};
  return {id, {transfer}};
}

class Scene {
 public:
  Scene() {
    std::filesystem::remove(path_);
    chain.put_wallet(wallet(), base::Nanoton(10 * base::kNanotonsPerTon));
    chain.make_block();
    world.run(300ms);
    start();
  }
  ~Scene() { std::filesystem::remove(path_); }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  // As after a kill: what is not on disk is gone.
  void start() {
    auto opened = Orders::open(wallet(), key(), path_);
    ASSERT_TRUE(opened) << opened.error().message();
    orders_ = std::make_unique<Orders>(std::move(*opened));
    tokens_.clear();
    world.on_event = [this](const ton::LiteEvent& event) { handle(event); };
    world.on_step = [this] { pump(); };
  }
  void give(std::uint64_t id) {
    orders_->give(pay(id), [this, id](base::Result<ton::Transaction> result) {
      told.emplace_back(id, result ? result->lt : 0);
    });
  }
  std::size_t paid() { return chain.transactions_of(wallet().address()).size(); }
  std::size_t open_orders() const { return orders_->open_orders(); }
  const std::string& path() const { return path_; }

  ton::ChainLab chain{50};
  ton::LiteWorld world{chain, 2};
  std::vector<std::pair<std::uint64_t, std::uint64_t>> told;  // order, lt of its transaction

 private:
  void handle(const ton::LiteEvent& event) {
    if (const auto* head = std::get_if<ton::HeadMoved>(&event)) {
      orders_->handle_head(world.now(), head->head);
    } else if (const auto* answer = std::get_if<ton::RequestDone>(&event)) {
      const auto found = tokens_.find(answer->request);
      if (found == tokens_.end()) return;
      orders_->handle_answer(world.now(), found->second, answer->head, answer->answer);
    }
  }
  void pump() {
    orders_->handle_time(world.now());
    while (const auto ask = orders_->poll_request(world.now())) {
      tokens_[world.client().request(world.now(), ask->request)] = ask->token;
    }
    while (auto outcome = orders_->poll_outcome()) outcome->done(std::move(outcome->result));
  }

  std::string path_ = testing::TempDir() + "/orders_test." + std::to_string(getpid());
  std::unique_ptr<Orders> orders_;
  std::map<std::uint64_t, std::uint64_t> tokens_;
};

TEST(Orders, AreCarriedOutInTurn) {
  Scene scene;
  for (std::uint64_t id = 11; id <= 13; ++id) scene.give(id);
  scene.world.run(20s, 1s);
  ASSERT_EQ(scene.told.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(scene.told[i].first, 11 + i);
    EXPECT_NE(scene.told[i].second, 0u);
  }
  EXPECT_EQ(scene.paid(), 3u);
  EXPECT_EQ(scene.open_orders(), 0u);
}

TEST(Orders, OneThatIsDoneIsNotSentAgainAfterARestart) {
  Scene scene;
  scene.give(11);
  scene.world.run(10s, 1s);
  ASSERT_EQ(scene.told.size(), 1u);
  scene.start();
  scene.give(11);
  scene.world.run(10s, 1s);
  ASSERT_EQ(scene.told.size(), 2u) << "the outcome is told again";
  EXPECT_EQ(scene.told[0], scene.told[1]) << "and it is the same transaction";
  EXPECT_EQ(scene.paid(), 1u);
}

// Killed every so often, and given again each time, as its owner does.
TEST(Orders, AreCarriedOutOnceWhateverIsKilledWhen) {
  for (const auto step : {20ms, 60ms, 130ms, 400ms, 1100ms}) {
    Scene scene;
    for (int kill = 0; kill < 6; ++kill) {
      scene.give(11);
      scene.world.run(step, 1s);
      scene.start();
    }
    scene.give(11);
    scene.world.run(90s, 1s);
    EXPECT_EQ(scene.paid(), 1u) << step.count();
    ASSERT_FALSE(scene.told.empty()) << step.count();
    EXPECT_NE(scene.told.back().second, 0u) << step.count();
  }
}

TEST(Orders, ADamagedFileIsRefused) {
  Scene scene;
  scene.give(11);
  scene.world.run(10s, 1s);
  auto saved = *io::read_file(scene.path(), 1 << 20);
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, saved.size() - 1}) {
    ASSERT_TRUE(io::write_file(scene.path(), base::BytesView(saved).first(size)));
    const auto opened = Orders::open(wallet(), key(), scene.path());
    ASSERT_FALSE(opened) << size;
    EXPECT_EQ(opened.error().reason(), "saved_orders");
  }
  saved.push_back(0);
  ASSERT_TRUE(io::write_file(scene.path(), saved));
  EXPECT_EQ(Orders::open(wallet(), key(), scene.path()).error().reason(), "saved_orders");
}

}  // namespace
}  // namespace cocoon::app::chain
