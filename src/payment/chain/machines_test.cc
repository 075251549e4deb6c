// What a client sends to its channel and a worker has paid out, step by step.
#include <gtest/gtest.h>

#include "payment/chain/chain_twin.h"
#include "payment/chain/client_channel.h"
#include "payment/chain/worker_earnings.h"

namespace cocoon::payment::chain {
namespace {

using base::Nanoton;

ton::ProvenAccount proven(const ton::Address& address, ton::CellRef data) {
  ton::ProvenAccount account;
  account.address = address;
  if (!data) return account;
  account.account.emplace();
  account.account->status = ton::AccountStatus::Active;
  account.account->state.data = std::move(data);
  return account;
}

ton::CellRef parties(const ChainTwin& chain, const ton::Address& owner) {
  ton::CellBuilder cell;
  cell.store_address(owner).store_address(chain.proxy.contract);
  return cell.store_bytes(chain.proxy.public_key).finish_fixed();
}

std::uint32_t operation_of(const ton::Transfer& transfer) {
  return *ton::CellSlice::open(transfer.body)->load_u32();
}

class ClientChannelTest : public testing::Test {
 protected:
  static constexpr std::int64_t kDeposit = 1'000'000;

  void see(std::int64_t balance, std::int64_t tokens, bool with_secret = true) {
    ton::CellBuilder data;
    data.store_uint(state_, 2).store_coins(Nanoton(balance)).store_coins(Nanoton(1000));
    data.store_uint(static_cast<std::uint64_t>(tokens), 64).store_uint(unlock_at_, 32);
    data.store_bytes(with_secret ? secret_ : base::Bits256{});
    data.store_ref(parties(chain_, chain_.wallet)).store_ref(ton::CellBuilder().finish_fixed());
    ton::ProvenAccount account = proven(channel_.contract(), data.finish_fixed());
    account.gen_utime = chain_time_;
    channel_.handle_current(now_, account);
  }
  std::vector<std::uint32_t> operations() {
    std::vector<std::uint32_t> all;
    while (const auto order = channel_.poll_order()) {
      last_ = *order;
      for (const auto& transfer : order->order.transfers) all.push_back(operation_of(transfer));
    }
    return all;
  }

  ChainTwin chain_;
  base::Bits256 secret_ = ChainTwin::filled(8).hash;
  base::Now now_{};
  unsigned state_ = 0;
  std::uint32_t unlock_at_ = 0;
  std::uint32_t chain_time_ = 0;
  ChainOrder last_;
  ClientChannel channel_{{.contracts = *chain_.contracts,
                          .proxy = chain_.proxy,
                          .wallet = chain_.wallet,
                          .price_per_token = Nanoton(ChainTwin::kPrice),
                          .secret_hash = secret_,
                          .deposit = Nanoton(kDeposit),
                          .limit = Nanoton(2 * kDeposit)}};
};

using Numbers = std::vector<std::uint32_t>;

TEST_F(ClientChannelTest, OpensWithDepositSecretAndRegistrationInOneOrder) {
  channel_.handle_registration_asked(now_, 77);
  EXPECT_EQ(operations(), Numbers{}) << "nothing is known of the contract yet";
  channel_.handle_current(now_, proven(channel_.contract(), {}));
  EXPECT_EQ(operations(), (Numbers{number_of(Operation::ClientChangeSecretAndTopUp),
                                   number_of(Operation::ClientRegister)}));
  EXPECT_EQ(last_.order.transfers[0].amount, Nanoton(kDeposit) + kMessageValues.request);
  EXPECT_TRUE(last_.order.transfers[0].state_init);
  const std::uint64_t id = last_.order.id;
  // The same again after a crash: the same id, so the wallet carries it out once.
  ClientChannel again({.contracts = *chain_.contracts,
                       .proxy = chain_.proxy,
                       .wallet = chain_.wallet,
                       .price_per_token = Nanoton(ChainTwin::kPrice),
                       .secret_hash = secret_,
                       .deposit = Nanoton(kDeposit),
                       .limit = Nanoton(2 * kDeposit)});
  again.handle_registration_asked(now_, 77);
  again.handle_current(now_, proven(channel_.contract(), {}));
  EXPECT_EQ(again.poll_order()->order.id, id);
  channel_.handle_sent(now_, id);
  see(kDeposit, 0);
  EXPECT_EQ(operations(), Numbers{});
}

TEST_F(ClientChannelTest, TopsUpOnceAndWithinItsLimit) {
  see(kDeposit, 0);
  EXPECT_EQ(operations(), Numbers{});
  channel_.handle_used(now_, {30'000});  // 600 000 nanotons: less than half is left
  EXPECT_EQ(operations(), Numbers{number_of(Operation::ClientTopUp)});
  channel_.handle_used(now_, {40'000});
  EXPECT_EQ(operations(), Numbers{}) << "one at a time";
  channel_.handle_sent(now_, last_.order.id);
  see(2 * kDeposit - 800'000, 40'000);
  channel_.handle_used(now_, {90'000});
  EXPECT_EQ(operations(), Numbers{}) << "the limit is reached";
}

TEST_F(ClientChannelTest, GivesAnOrderWithoutEffectAgainUnderAnotherId) {
  see(0, 0);
  EXPECT_EQ(operations(), Numbers{number_of(Operation::ClientTopUp)});
  const std::uint64_t first = last_.order.id;
  channel_.handle_sent(now_, first);
  channel_.handle_time(now_);
  EXPECT_EQ(operations(), Numbers{});
  now_.steady += kEffectTime;
  channel_.handle_time(now_);
  EXPECT_EQ(operations(), Numbers{number_of(Operation::ClientTopUp)});
  EXPECT_NE(last_.order.id, first);
  channel_.handle_not_sent(now_, last_.order.id, {ton::SendError::WalletPoor, "empty"});
  EXPECT_EQ(channel_.problem(), "empty");
  EXPECT_EQ(*channel_.poll_deadline(), now_.steady + kOrderRest);
}

TEST_F(ClientChannelTest, ClosesInTwoStepsWithTheDelayBetween) {
  see(kDeposit, 0);
  channel_.handle_close(now_);
  EXPECT_EQ(operations(), Numbers{number_of(Operation::ClientRequestRefund)});
  channel_.handle_sent(now_, last_.order.id);
  state_ = 1;
  unlock_at_ = 500;
  chain_time_ = 500;
  see(1000, 0);
  EXPECT_EQ(operations(), Numbers{});
  chain_time_ = 501;
  see(1000, 0);
  EXPECT_EQ(operations(), Numbers{number_of(Operation::ClientRequestRefund)});
  channel_.handle_sent(now_, last_.order.id);
  state_ = 2;
  see(0, 0);
  EXPECT_EQ(operations(), Numbers{});
}

class WorkerEarningsTest : public testing::Test {
 protected:
  base::Bytes word(std::int64_t tokens, ton::PaymentOp op = ton::PaymentOp::WorkerPayout) {
    return ton::make_signed_payment(op, 1, {tokens}, earnings_.contract(), chain_.owner,
                                    chain_.key);
  }
  void see_paid(std::int64_t tokens) {
    ton::CellBuilder data;
    data.store_address(owner_).store_address(chain_.proxy.contract);
    data.store_bytes(chain_.proxy.public_key).store_uint(0, 2);
    data.store_uint(static_cast<std::uint64_t>(tokens), 64);
    data.store_ref(ton::CellBuilder().finish_fixed());
    earnings_.handle_current(now_, proven(earnings_.contract(), data.finish_fixed()));
  }

  ChainTwin chain_;
  ton::Address owner_ = ChainTwin::filled(40);
  base::Now now_{};
  WorkerEarnings earnings_{{.contracts = *chain_.contracts,
                            .proxy = chain_.proxy,
                            .owner = owner_,
                            .wallet = chain_.wallet,
                            .fee_per_token = Nanoton(ChainTwin::kFee),
                            .payout_at = Nanoton(19'000)}};
};

TEST_F(WorkerEarningsTest, IsPaidWhenItIsWorthIt) {
  earnings_.handle_current(now_, proven(earnings_.contract(), {}));
  ASSERT_TRUE(earnings_.handle_payment(now_, word(999)));
  EXPECT_FALSE(earnings_.poll_order());
  ASSERT_TRUE(earnings_.handle_payment(now_, word(1000)));
  const auto order = earnings_.poll_order();
  ASSERT_TRUE(order);
  const ton::Transfer& transfer = order->order.transfers.at(0);
  EXPECT_EQ(transfer.to, earnings_.contract());
  EXPECT_TRUE(transfer.state_init) << "the contract does not stand yet";
  const auto payment = ton::parse_payment_message(transfer.body);
  ASSERT_TRUE(payment);
  EXPECT_EQ(payment->order.tokens.count, 1000);
  EXPECT_EQ(payment->excesses, chain_.wallet) << "what is left over is the worker's";
  earnings_.handle_sent(now_, order->order.id);
  see_paid(1000);
  ASSERT_TRUE(earnings_.handle_payment(now_, word(1001)));
  EXPECT_FALSE(earnings_.poll_order());
  earnings_.handle_settle_now(now_);
  EXPECT_TRUE(earnings_.poll_order());
}

TEST_F(WorkerEarningsTest, OtherWordsChangeNothing) {
  earnings_.handle_current(now_, proven(earnings_.contract(), {}));
  EXPECT_EQ(earnings_.handle_payment(now_, word(5, ton::PaymentOp::ClientCharge)).error().reason(),
            "payment_form");
  const auto stranger = *crypto::Ed25519PrivateKey::from_seed(ChainTwin::filled(66).hash);
  const auto forged = ton::make_signed_payment(ton::PaymentOp::WorkerPayout, 1, {5'000},
                                               earnings_.contract(), chain_.owner, stranger);
  EXPECT_EQ(earnings_.handle_payment(now_, forged).error().reason(), "payment_signature");
  const auto elsewhere = ton::make_signed_payment(ton::PaymentOp::WorkerPayout, 1, {5'000},
                                                  chain_.wallet, chain_.owner, chain_.key);
  EXPECT_EQ(earnings_.handle_payment(now_, elsewhere).error().reason(), "payment_receiver");
  EXPECT_FALSE(earnings_.handle_payment(now_, base::BytesView{}));
  ASSERT_TRUE(earnings_.handle_payment(now_, word(9)));
  ASSERT_TRUE(earnings_.handle_payment(now_, word(3)));
  EXPECT_EQ(earnings_.promised().count, 9) << "an older word is no news";
}

}  // namespace
}  // namespace cocoon::payment::chain
