// A settlement's memory comes back as it was, or not at all. That a settlement goes on from it as
// if it had read everything is settlement_model_test's.
#include "payment/chain/settlement_memory.h"

#include <gtest/gtest.h>

#include "payment/chain/chain_twin.h"
#include "payment/chain/proxy_settlement.h"

namespace cocoon::payment::chain {
namespace {

using base::Nanoton;

SettlementMemory example() {
  SettlementMemory memory;
  memory.contract = {0, {12}};
  memory.cursor = {77, {1, 2, 3}};
  Channel channel;
  channel.contract = {0, {9}};
  channel.state = ContractState::Closing;
  channel.balance = Nanoton(5);
  channel.stake = Nanoton(3);
  channel.secret_hash = {4};
  channel.has_voucher_key = true;
  memory.channels[{0, {8}}] = channel;
  memory.channels[{-1, {7}}] = {};
  memory.worker_contracts[{0, {6}}] = {0, {5}};
  memory.marked = 4;
  memory.lost = 2;
  memory.records.push_back({.kind = RecordKind::Payout,
                            .party = {0, {6}},
                            .tokens = {10},
                            .amount = Nanoton(200),
                            .worker_part = Nanoton(190),
                            .transaction = {11},
                            .lt = 70,
                            .at = 1'700'000'000});
  return memory;
}

TEST(SettlementMemory, ComesBackAsItWas) {
  const auto read = decode_settlement_memory(encode(example()));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(encode(*read), encode(example()));
  EXPECT_EQ(read->contract, example().contract);
  EXPECT_EQ(read->cursor, example().cursor);
  const Channel& channel = read->channels.at({0, {8}});
  EXPECT_EQ(channel.contract, (ton::Address{0, {9}}));
  EXPECT_EQ(channel.state, ContractState::Closing);
  EXPECT_EQ(channel.balance, Nanoton(5));
  EXPECT_EQ(channel.stake, Nanoton(3));
  EXPECT_TRUE(channel.has_voucher_key);
  EXPECT_EQ(read->worker_contracts, example().worker_contracts);
  EXPECT_EQ((std::pair{read->marked, read->lost}), (std::pair{4U, 2U}));
  ASSERT_EQ(read->records.size(), 1u);
  EXPECT_EQ(read->records[0].worker_part, Nanoton(190));
  EXPECT_EQ(read->records[0].at, 1'700'000'000u);
  EXPECT_TRUE(decode_settlement_memory(encode({})));
}

TEST(SettlementMemory, EveryTruncationIsRefused) {
  const base::Bytes whole = encode(example());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_settlement_memory(base::BytesView(whole).first(size))) << size;
  }
  base::Bytes longer = whole;
  longer.push_back(0);
  EXPECT_FALSE(decode_settlement_memory(longer));
}

TEST(SettlementMemory, ValuesThatNobodyWritesAreRefused) {
  SettlementMemory negative = example();
  negative.channels.begin()->second.balance = Nanoton(-1);
  EXPECT_FALSE(decode_settlement_memory(encode(negative)));
  SettlementMemory unknown = example();
  unknown.records[0].kind = static_cast<RecordKind>(5);
  EXPECT_FALSE(decode_settlement_memory(encode(unknown)));
  SettlementMemory crowded = example();
  crowded.records.resize(kRecordsKept + 1);
  EXPECT_FALSE(decode_settlement_memory(encode(crowded)));
  EXPECT_EQ(decode_settlement_memory({}).error().reason(), "memory_damaged");
}

class Kept : public testing::Test {
 protected:
  Kept() {
    ChainTwin::Client& client = chain_.add_client(20);
    chain_.deposit(client, 10'000);
    chain_.withdraw(client);
  }
  SettlementTerms terms() const {
    return {.contracts = *chain_.contracts,
            .proxy = chain_.proxy,
            .owner = chain_.owner,
            .wallet = chain_.wallet,
            .price_per_token = Nanoton(ChainTwin::kPrice),
            .min_proxy_stake = Nanoton(ChainTwin::kStake)};
  }

  ChainTwin chain_;
  Ledger ledger_{LedgerOptions{}};
  ProxySettlement settlement_{terms(), ledger_, chain_.key};
};

TEST_F(Kept, IsAllThatWasSeen) {
  for (const auto& transaction : chain_.transactions)
    settlement_.handle_transaction({}, transaction);
  auto memory = settlement_.memory({2, chain_.transactions[1].hash});
  ASSERT_TRUE(memory) << settlement_.problem();
  EXPECT_EQ(memory->channels.size(), 1u);
  EXPECT_EQ(memory->records.size(), 2u);
  ProxySettlement next(terms(), ledger_, chain_.key);
  ASSERT_TRUE(next.restore({}, *std::move(memory)));
  EXPECT_EQ(next.channels().begin()->second.balance, Nanoton(ChainTwin::kStake));
}

TEST_F(Kept, IsNothingOnceTheBooksHaveRefusedSomething) {
  settlement_.handle_transaction({}, chain_.transactions[1]);  // a withdrawal without its deposit
  EXPECT_NE(settlement_.problem(), "");
  EXPECT_FALSE(settlement_.is_behind());
  EXPECT_FALSE(settlement_.memory({2, chain_.transactions[1].hash}));
}

TEST_F(Kept, IsOfOneContractOnly) {
  auto memory = settlement_.memory({});
  ASSERT_TRUE(memory);
  memory->contract.hash[3] ^= 1;
  memory->marked = 7;
  EXPECT_EQ(settlement_.restore({}, *std::move(memory)).error().reason(), "memory_damaged");
  EXPECT_EQ(settlement_.marked_epoch(), 0u);
}

}  // namespace
}  // namespace cocoon::payment::chain
