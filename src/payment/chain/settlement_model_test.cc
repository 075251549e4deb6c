// ProxySettlement against plain contracts: random deposits, usage, withdrawals, closes,
// settlements, orders that are lost or late, and crashes. In the end the books and the chain agree
// to the nanoton.
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <random>

#include "payment/chain/chain_twin.h"
#include "payment/chain/proxy_settlement.h"

namespace cocoon::payment::chain {
namespace {

using base::Nanoton;

class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed) {
    for (std::uint8_t i = 0; i < 3; ++i) chain_.add_client(static_cast<std::uint8_t>(20 + i));
    for (std::uint8_t i = 0; i < 2; ++i) chain_.add_worker(static_cast<std::uint8_t>(40 + i));
    now_.wall = base::from_unix_seconds(1'700'000'000);
    begin(Ledger(LedgerOptions{}));
  }

  void step() {
    now_.steady += std::chrono::seconds(below(20));
    switch (below(12)) {
      case 0:
        return chain_.deposit(some_client(), below(100'000) + 1);
      case 1:
        return below(4) == 0 ? chain_.withdraw(some_client()) : void();
      case 2:
        if (below(6) == 0) chain_.request_refund(some_client());
        return chain_.reopen(some_client());
      case 3:
      case 4:
      case 5:
        return use();
      case 6:
        return persist();
      case 7:
        settlement_->handle_settle_now(now_);
        return settlement_->handle_time(now_);
      case 8:
        return below(8) == 0 ? crash() : void();
      default:
        return turn();
    }
  }

  // Until nothing is left to do. A wallet that fails now and then only takes longer.
  void come_to_rest() {
    for (int i = 0; i < 40; ++i) {
      now_.steady += std::chrono::seconds(100);
      persist();
      settlement_->handle_settle_now(now_);
      turn(Wallet::Works);
    }
  }

  std::int64_t sum() const {
    std::int64_t total = 0;
    for (const Account& account : ledger_->accounts()) total += account.balance.count();
    return total;
  }

  void check_agreement() {
    EXPECT_EQ(settlement_->problem(), "");
    for (const auto& [contract, client] : chain_.clients) {
      const auto id = ledger_->find_account(AccountKind::Client, ton::to_raw_text(client.owner));
      if (!id) continue;
      const Account& account = ledger_->account(*id);
      EXPECT_EQ(account.on_chain.tokens.count, client.tokens);
      EXPECT_EQ(account.on_chain.amount.count(), client.tokens * ChainTwin::kPrice);
      EXPECT_EQ((account.balance + account.unsettled()).count(), client.balance);
      // What a client still owes, its channel can't pay.
      EXPECT_TRUE(account.unsettled() == Nanoton{} || client.balance < ChainTwin::kPrice ||
                  client.state == 2);
      settled_ += client.tokens;
    }
    for (const auto& [contract, worker] : chain_.workers) {
      const auto id = ledger_->find_account(AccountKind::Worker, ton::to_raw_text(worker.owner));
      if (!id) continue;
      const Account& account = ledger_->account(*id);
      EXPECT_EQ(account.on_chain.tokens.count, worker.tokens);
      EXPECT_EQ(account.on_chain.amount.count(), worker.got);
      EXPECT_EQ(worker.got, worker.tokens * ChainTwin::kFee);
    }
    EXPECT_EQ(chain_.earned, 0) << "everything that was charged was paid out";
    EXPECT_EQ(chain_.commission, 0);
    EXPECT_EQ(chain_.withdrawn, ledger_->account(kCommission).on_chain.amount.count());
    std::int64_t funds = 0;
    for (const auto& [contract, client] : chain_.clients) funds += client.balance;
    EXPECT_EQ(chain_.funds, funds);
  }
  // Some while on the chain with books that are then put back to what they were at its beginning.
  void roll_back() {
    const auto accounts = disk_accounts_;
    const auto entries = disk_entries_;
    const auto memory = disk_memory_;
    come_to_rest();
    for (auto& [contract, client] : chain_.clients) chain_.deposit(client, 100'000);
    turn(Wallet::Works);
    for (int i = 0; i < 20; ++i) use();
    come_to_rest();
    EXPECT_FALSE(settlement_->is_behind());
    disk_accounts_ = accounts;
    disk_entries_ = entries;
    disk_memory_ = memory;
    crash();
    turn(Wallet::Works);
  }
  bool is_behind() const { return settlement_->is_behind() && !settlement_->is_open(); }
  std::int64_t settled() const { return settled_; }
  int crashes() const { return crashes_; }
  int recalled() const { return recalled_; }

  // Starts again with the disk as it is, giving up what is lost up to this epoch.
  void accept_loss(std::uint32_t epoch) {
    accept_loss_ = epoch;
    crash();
    turn(Wallet::Works);
  }
  // Some use that is never charged, then the disk from before it. The chain knows its epochs only.
  void roll_back_uncharged() {
    rules_.charge_at = rules_.payout_at = Nanoton(INT64_MAX);
    rules_.mark_at = Nanoton(10'000);
    fund();
    const auto accounts = disk_accounts_;
    const auto entries = disk_entries_;
    const auto memory = disk_memory_;
    for (int i = 0; i < 10; ++i) {
      use();
      persist();
      turn(Wallet::Works);
    }
    EXPECT_FALSE(settlement_->is_behind());
    disk_accounts_ = accounts;
    disk_entries_ = entries;
    disk_memory_ = memory;
    crash();
    turn(Wallet::Works);
  }
  void fund() {
    accept_loss(0);
    for (auto& [contract, client] : chain_.clients) chain_.deposit(client, 100'000);
    for (int i = 0; i < 4; ++i) {
      turn(Wallet::Works);
      persist();
    }
    ASSERT_TRUE(settlement_->is_open()) << settlement_->problem();
  }
  // Two machines go on from one disk; the chain hears of the other one's epoch later.
  void run_a_copy() {
    fund();
    auto accounts = disk_accounts_;
    auto entries = disk_entries_;
    auto memory = disk_memory_;
    seed_ = 2;
    accept_loss(0);
    persist();
    settlement_->handle_current(now_, chain_.account());
    const auto held = settlement_->poll_order();
    ASSERT_TRUE(held && held->purpose == "mark");
    disk_accounts_ = std::move(accounts);
    disk_entries_ = std::move(entries);
    disk_memory_ = std::move(memory);
    seed_ = 3;
    accept_loss(0);
    persist();
    turn(Wallet::Works);
    turn(Wallet::Works);
    EXPECT_TRUE(settlement_->is_open());
    chain_.carry_out(held->order);
    turn(Wallet::Works);
  }
  void go_on(int steps) {
    for (int i = 0; i < steps; ++i) {
      step();
      ASSERT_EQ(sum(), 0);
    }
    come_to_rest();
  }
  // Books that were lost in part: no less than the chain has settled, and nothing to settle is left
  // of those who are known.
  void check_recovery() {
    EXPECT_TRUE(settlement_->is_open()) << settlement_->problem();
    for (const auto& [contract, client] : chain_.clients) {
      const auto id = ledger_->find_account(AccountKind::Client, ton::to_raw_text(client.owner));
      ASSERT_TRUE(id);
      const Account& account = ledger_->account(*id);
      EXPECT_EQ(account.on_chain.tokens.count, client.tokens);
      EXPECT_EQ((account.balance + account.unsettled()).count(), client.balance);
    }
    for (const auto& [contract, worker] : chain_.workers) {
      const auto id = ledger_->find_account(AccountKind::Worker, ton::to_raw_text(worker.owner));
      ASSERT_TRUE(id);
      EXPECT_EQ(ledger_->account(*id).on_chain.amount.count(), worker.got);
    }
    crash();
    turn(Wallet::Works);
    EXPECT_FALSE(settlement_->is_behind()) << settlement_->problem();
  }
  std::size_t orders() const { return waiting_.size(); }
  std::string problem() const { return settlement_->problem(); }
  std::uint32_t marked() const { return settlement_->marked_epoch(); }

 private:
  enum class Wallet { MayFail, Works };

  std::int64_t below(std::int64_t bound) {
    return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_);
  }
  ChainTwin::Client& some_client() {
    return std::next(chain_.clients.begin(), below(std::ssize(chain_.clients)))->second;
  }

  void begin(Ledger ledger) {
    rules_.accept_loss = accept_loss_;
    settlement_.reset();
    ledger_.emplace(std::move(ledger));
    settlement_.emplace(SettlementTerms{.contracts = *chain_.contracts,
                                        .proxy = chain_.proxy,
                                        .owner = chain_.owner,
                                        .wallet = chain_.wallet,
                                        .price_per_token = Nanoton(ChainTwin::kPrice),
                                        .min_proxy_stake = Nanoton(ChainTwin::kStake),
                                        .rules = rules_},
                        *ledger_, chain_.key);
    seen_ = 0;
  }

  // Some request of some client, from its reservation to its charge.
  void use() {
    const auto client =
        ledger_->find_account(AccountKind::Client, ton::to_raw_text(some_client().owner));
    if (!client) return;
    const auto& worker = std::next(chain_.workers.begin(), below(2))->second;
    const auto paid =
        ledger_->open_account(now_, AccountKind::Worker, ton::to_raw_text(worker.owner));
    RequestKey request{*client, {}};
    for (std::size_t i = 0; i < 4; ++i)
      request.id[i] = static_cast<std::uint8_t>(requests_ >> (8 * i));
    ++requests_;
    const Tariff tariff{Nanoton(ChainTwin::kPrice), Nanoton(ChainTwin::kFee), {}, {}, {}, {}};
    const std::int64_t tokens = below(2'000);
    if (!ledger_->reserve(request, {tokens}, tariff)) return;
    ASSERT_TRUE(ledger_->commit(now_, request, *paid, {{tokens}, {}, {}, {}, {tokens}}));
  }

  void persist() {
    const auto batch = ledger_->poll_batch();
    if (!batch) return;
    for (const Account& account : batch->accounts) disk_accounts_[account.id.index] = account;
    for (const LedgerEntry& entry : batch->entries) disk_entries_.push_back(entry);
    if (below(3) == 0) remember();
    ledger_->handle_persisted(batch->last_sequence);
  }

  // With the entries that what was seen has led to.
  void remember() {
    const ton::TransactionName cursor{
        seen_, seen_ > 0 ? chain_.transactions[seen_ - 1].hash : base::Bits256{}};
    if (const auto memory = settlement_->memory(cursor)) disk_memory_ = encode(*memory);
  }
  void recall() {
    if (disk_memory_.empty()) return;
    auto memory = decode_settlement_memory(disk_memory_);
    ASSERT_TRUE(memory) << memory.error().message();
    EXPECT_EQ(encode(*memory), disk_memory_);
    const std::size_t seen = memory->cursor.lt;
    const auto restored = settlement_->restore(now_, *std::move(memory));
    ASSERT_TRUE(restored) << restored.error().message();
    seen_ = seen;
    ++recalled_;
  }

  // What was not on disk is gone, orders that the wallet has are carried out all the same.
  void crash() {
    ++crashes_;
    LedgerSnapshot snapshot;
    for (const auto& [index, account] : disk_accounts_) snapshot.accounts.push_back(account);
    snapshot.entries = disk_entries_;
    auto restored = Ledger::restore({.hash_seed = seed_}, std::move(snapshot), now_);
    ASSERT_TRUE(restored) << restored.error().message();
    begin(std::move(*restored));
    recall();
    for (const ChainOrder& order : waiting_) {
      if (below(2) == 0) chain_.carry_out(order.order);
    }
    waiting_.clear();
  }

  // The chain's news, and what follows from them.
  void turn(Wallet wallet = Wallet::MayFail) {
    for (; seen_ < chain_.transactions.size(); ++seen_)
      settlement_->handle_transaction(now_, chain_.transactions[seen_]);
    settlement_->handle_current(now_, chain_.account());
    while (auto order = settlement_->poll_order()) waiting_.push_back(std::move(*order));
    while (!waiting_.empty()) {
      const ChainOrder order = waiting_.front();
      waiting_.pop_front();
      const bool works = wallet == Wallet::Works;
      if (!works && below(4) == 0) {
        waiting_.push_front(order);
        return;
      }
      if (!works && below(6) == 0) {
        const base::Error poor(ton::SendError::WalletPoor, "the wallet is empty");
        settlement_->handle_not_sent(now_, order.order.id, poor);
        continue;
      }
      chain_.carry_out(order.order);
      settlement_->handle_sent(now_, order.order.id);
    }
  }

  std::mt19937_64 random_;
  base::Now now_{};
  ChainTwin chain_;
  std::optional<Ledger> ledger_;
  std::optional<ProxySettlement> settlement_;
  std::size_t seen_ = 0;
  std::deque<ChainOrder> waiting_;
  std::map<std::uint32_t, Account> disk_accounts_;
  std::vector<LedgerEntry> disk_entries_;
  base::Bytes disk_memory_;
  int recalled_ = 0;
  std::uint32_t requests_ = 0;
  std::uint32_t accept_loss_ = 0;
  std::uint64_t seed_ = 1;
  SettlementRules rules_{Nanoton(50'000), Nanoton(60'000), Nanoton(3'000), Nanoton(40'000)};
  std::int64_t settled_ = 0;
  int crashes_ = 0;
};

TEST(SettlementModel, BooksAndChainAgreeAfterCrashesAndLostOrders) {
  const char* text = std::getenv("COCOON_SEED");
  const std::uint64_t first = text ? std::strtoull(text, nullptr, 10) : std::random_device{}();
  std::int64_t settled = 0;
  int crashes = 0;
  int recalled = 0;
  for (std::uint64_t seed = first; seed < first + 40; ++seed) {
    SCOPED_TRACE("COCOON_SEED=" + std::to_string(seed));
    Model model(seed);
    for (int step = 0; step < 400; ++step) {
      model.step();
      ASSERT_EQ(model.sum(), 0) << "step " << step;
      if (testing::Test::HasFatalFailure()) return;
    }
    model.come_to_rest();
    model.check_agreement();
    if (testing::Test::HasFailure()) return;
    settled += model.settled();
    crashes += model.crashes();
    recalled += model.recalled();
  }
  std::printf("seed %llu: %lld tokens settled, %d crashes\n",
              static_cast<unsigned long long>(first), static_cast<long long>(settled), crashes);
  EXPECT_GT(settled, 300'000);
  EXPECT_GT(crashes, 50);
  EXPECT_GT(recalled, crashes / 2);
}

TEST(SettlementModel, ADiskThatWasPutBackIsNoticed) {
  Model model(1);
  for (int step = 0; step < 50; ++step) model.step();
  model.roll_back();
  EXPECT_TRUE(model.is_behind());
  EXPECT_NE(model.problem().find("accept_loss = " + std::to_string(model.marked())),
            std::string::npos)
      << model.problem();
}

TEST(SettlementModel, ALossOfUsageThatWasNeverChargedIsNoticed) {
  Model model(1);
  model.roll_back_uncharged();
  EXPECT_TRUE(model.is_behind());
  EXPECT_NE(model.problem().find("was put back to an older state"), std::string::npos);
  model.come_to_rest();
  EXPECT_EQ(model.orders(), 0U) << "whoever does not know what was promised signs nothing";
}

TEST(SettlementModel, ACopyThatHasGoneOnElsewhereIsNoticed) {
  Model model(1);
  model.run_a_copy();
  EXPECT_TRUE(model.is_behind());
  EXPECT_NE(model.problem().find("a copy of it has gone on elsewhere"), std::string::npos)
      << model.problem();
}

TEST(SettlementModel, AnAcceptedLossIsGivenAwayAndTheRestGoesOn) {
  const char* text = std::getenv("COCOON_SEED");
  const std::uint64_t first = text ? std::strtoull(text, nullptr, 10) : std::random_device{}();
  for (std::uint64_t seed = first; seed < first + 20; ++seed) {
    SCOPED_TRACE("COCOON_SEED=" + std::to_string(seed));
    Model model(seed);
    for (int step = 0; step < 50; ++step) model.step();
    model.roll_back();
    ASSERT_TRUE(model.is_behind());
    const std::uint32_t lost = model.marked();
    model.accept_loss(lost - 1);
    EXPECT_TRUE(model.is_behind()) << "less was accepted than is lost";
    model.accept_loss(lost);
    model.go_on(200);
    EXPECT_GT(model.marked(), lost);
    model.check_recovery();
    // Another loss needs another decision.
    model.roll_back();
    EXPECT_TRUE(model.is_behind());
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace cocoon::payment::chain
