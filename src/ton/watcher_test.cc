// The watcher over a lite client over a small chain: every transaction once and in order, whatever
// happens to the process, the servers and the pages.
#include "ton/watcher.h"

#include <gtest/gtest.h>

#include "tl/codec.h"
#include "ton/lite_ids.h"
#include "ton/lite_world.h"

namespace cocoon::ton {
namespace {

using namespace std::chrono_literals;

const Address kAlice{0, {0xa1}};
const Address kBob{0, {0xb0}};

// A process that watches: what it has on disk is the cursor and the list of what it handled.
class Process {
 public:
  explicit Process(LiteWorld& world) : world_(world) { start(); }

  void start() {
    watcher_ = std::make_unique<Watcher>();
    tokens_.clear();
    watcher_->watch(kAlice, WatchStart::FromFirst, cursor_);
    world_.on_event = [this](const LiteEvent& event) { handle(event); };
    world_.on_step = [this] { pump(); };
  }
  // Dies after so many more handled transactions, before anything else is done.
  void die_after(std::size_t transactions) { life_ = transactions; }
  bool dead() const { return dead_; }
  void restart() {
    dead_ = false;
    life_ = SIZE_MAX;
    world_.restart();
    start();
  }
  const std::vector<TransactionName>& handled() const { return handled_; }
  std::size_t skipped_seen = 0;
  std::vector<std::string> problems;
  bool current = false;

 private:
  void handle(const LiteEvent& event) {
    if (dead_) return;
    if (const auto* head = std::get_if<HeadMoved>(&event)) {
      watcher_->handle_head(world_.now(), head->head);
    } else if (const auto* done = std::get_if<RequestDone>(&event)) {
      const auto found = tokens_.find(done->request);
      if (found == tokens_.end()) return;
      watcher_->handle_answer(world_.now(), found->second, done->head, done->answer);
    }
  }
  void pump() {
    if (dead_) return;
    watcher_->handle_time(world_.now());
    while (const auto event = watcher_->poll_event()) {
      if (const auto* seen = std::get_if<TransactionSeen>(&*event)) {
        if (life_ == 0) {
          dead_ = true;
          return;
        }
        --life_;
        handled_.push_back(seen->cursor);
        cursor_ = seen->cursor;
        if (seen->transaction.description.compute == ComputePhase::Skipped) ++skipped_seen;
        current = false;
      } else if (const auto* problem = std::get_if<WatchProblem>(&*event)) {
        problems.emplace_back(problem->error.reason());
      } else {
        current = true;
      }
    }
    while (const auto request = watcher_->poll_request()) {
      tokens_[world_.client().request(world_.now(), request->request)] = request->token;
    }
  }

  LiteWorld& world_;
  std::unique_ptr<Watcher> watcher_;
  std::map<std::uint64_t, std::uint64_t> tokens_;
  std::optional<TransactionName> cursor_;
  std::vector<TransactionName> handled_;
  std::size_t life_ = SIZE_MAX;
  bool dead_ = false;
};

Message incoming(std::uint64_t number) {
  Message message;
  message.source = MessageAddress::from(kBob);
  message.destination = MessageAddress::from(kAlice);
  message.value.coins = base::Nanoton(1);
  message.body = comment_body(std::to_string(number));
  return message;
}

TEST(Watcher, EveryTransactionOnceAndInOrderAcrossDeaths) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    ChainLab chain(seed);
    chain.put_account(kAlice, base::Nanoton(5), std::nullopt);
    chain.make_block();
    LiteWorld world(chain, 2);
    Process process(world);
    std::uint64_t made = 0;
    std::size_t skipped = 0;
    for (int round = 0; round < 25; ++round) {
      const std::uint64_t burst = random.below(10) == 0 ? random.below(60) : random.below(4);
      for (std::uint64_t i = 0; i < burst; ++i) {
        const bool skip = random.below(2) == 0;
        skipped += skip ? 1 : 0;
        chain.add_transaction(kAlice, incoming(++made),
                              skip ? ComputePhase::Skipped : ComputePhase::Succeeded);
      }
      world.make_block();
      if (random.below(4) == 0) process.die_after(random.below(20));
      if (random.below(5) == 0) {
        const std::size_t victim = random.below(2);
        world.client().handle_closed(world.now(), victim);
      }
      world.run(std::chrono::milliseconds(100 + random.below(400)));
      if (process.dead() || random.below(6) == 0) process.restart();
    }
    process.restart();
    world.run(5s, 500ms);
    EXPECT_EQ(process.handled(), chain.transactions_of(kAlice));
    EXPECT_EQ(process.skipped_seen, skipped);
    EXPECT_TRUE(process.current);
    EXPECT_TRUE(process.problems.empty());
  }
}

TEST(Watcher, ALongGapTakesPages) {
  ChainLab chain(40);
  chain.put_account(kAlice, base::Nanoton(5), std::nullopt);
  for (std::uint64_t i = 0; i < 500; ++i) {
    chain.add_transaction(kAlice, incoming(i), ComputePhase::Skipped);
  }
  chain.make_block();
  LiteWorld world(chain, 1);
  Process process(world);
  world.run(10s, 1s);
  EXPECT_EQ(process.handled(), chain.transactions_of(kAlice));
}

// A server of whose answers to questions about transactions `instead` makes others, from the third
// page on while `on`.
LabServer::Tamper from_third_page(const bool& on,
                                  std::function<std::optional<base::Bytes>()> instead) {
  return [&on, instead = std::move(instead), pages = 0](
             std::uint32_t id, base::Bytes answer) mutable -> std::optional<base::Bytes> {
    if (id != tl::lite::LiteServerGetTransactions::kId) return answer;
    return ++pages > 2 && on ? instead() : std::optional(std::move(answer));
  };
}

void add_long_history(ChainLab& chain) {
  chain.put_account(kAlice, base::Nanoton(5), std::nullopt);
  for (std::uint64_t i = 0; i < 5 * kWatchPage; ++i) {
    chain.add_transaction(kAlice, incoming(i), ComputePhase::Skipped);
  }
  chain.make_block();
}

TEST(Watcher, ServersThatFallSilentAreWaitedForWithoutAProblem) {
  ChainLab chain(43);
  add_long_history(chain);
  LiteWorld world(chain, 1);
  bool silent = true;
  world.server(0).tamper = from_third_page(silent, [] { return std::nullopt; });
  Process process(world);
  world.run(60s, 1s);
  EXPECT_TRUE(process.handled().empty());
  EXPECT_GE(world.count("server_silent"), 2u) << "it has asked, and asked again";
  EXPECT_TRUE(process.problems.empty());
  silent = false;
  world.run(30s, 1s);
  EXPECT_EQ(process.handled(), chain.transactions_of(kAlice));
  EXPECT_TRUE(process.problems.empty());
}

TEST(Watcher, ServersThatRefuseOlderTransactionsAreAProblemUntilOneHasThem) {
  ChainLab chain(44);
  add_long_history(chain);
  LiteWorld world(chain, 1);
  bool pruned = true;
  world.server(0).tamper = from_third_page(
      pruned, [] { return tl::encode_boxed(tl::lite::LiteServerError{651, "not in db"}); });
  Process process(world);
  world.run(10s, 1s);
  EXPECT_TRUE(process.handled().empty());
  ASSERT_FALSE(process.problems.empty());
  EXPECT_EQ(process.problems.front(), "history_lost");
  pruned = false;
  world.run(10s, 1s);
  EXPECT_EQ(process.handled(), chain.transactions_of(kAlice));
}

TEST(Watcher, BlockToEventTakesOneStep) {
  ChainLab chain(41);
  chain.put_account(kAlice, base::Nanoton(5), std::nullopt);
  chain.make_block();
  LiteWorld world(chain, 1);
  Process process(world);
  world.run(1s);
  chain.add_transaction(kAlice, incoming(1), ComputePhase::Skipped);
  world.make_block();
  world.run(150ms);
  EXPECT_EQ(process.handled().size(), 1u);
}

TEST(Watcher, AnotherHistoryIsAProblemAndNotASurprise) {
  ChainLab chain(42);
  chain.put_account(kAlice, base::Nanoton(5), std::nullopt);
  chain.add_transaction(kAlice, incoming(1), ComputePhase::Skipped);
  chain.add_transaction(kAlice, incoming(2), ComputePhase::Skipped);
  chain.make_block();
  LiteWorld world(chain, 1);
  Watcher watcher;
  TransactionName wrong = chain.transactions_of(kAlice)[0];
  wrong.hash[5] ^= 1;
  watcher.watch(kAlice, WatchStart::FromNow, wrong);
  std::vector<std::string> reasons;
  std::map<std::uint64_t, std::uint64_t> tokens;
  world.on_event = [&](const LiteEvent& event) {
    const auto* done = std::get_if<RequestDone>(&event);
    if (done != nullptr) {
      watcher.handle_answer(world.now(), tokens.at(done->request), done->head, done->answer);
    }
  };
  world.on_step = [&] {
    while (const auto request = watcher.poll_request()) {
      tokens[world.client().request(world.now(), request->request)] = request->token;
    }
    while (const auto event = watcher.poll_event()) {
      const auto* problem = std::get_if<WatchProblem>(&*event);
      ASSERT_NE(problem, nullptr);
      reasons.emplace_back(problem->error.reason());
    }
  };
  world.run(2s);
  EXPECT_EQ(reasons, std::vector<std::string>{"cursor_unknown"});
}

}  // namespace
}  // namespace cocoon::ton
