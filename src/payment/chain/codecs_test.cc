// Bodies, account data and notices against what the TypeScript side wrote and the real TVM did.
#include <gtest/gtest.h>

#include "payment/chain/recorded.h"

namespace cocoon::payment::chain {
namespace {

using base::Nanoton;

constexpr Nanoton kTon{base::kNanotonsPerTon};

base::Bits256 filled(std::uint8_t byte) {
  base::Bits256 bits;
  bits.fill(byte);
  return bits;
}

class Codecs : public testing::Test {
 protected:
  template <class Event>
  Event client_event(const std::string& name) {
    const auto notice = recorded_.notice(recorded_.transaction(name));
    if (!notice) {
      ADD_FAILURE() << name << " is not read";
      return {};
    }
    report_ = std::get<ClientReport>(*notice);
    return std::get<Event>(report_.event);
  }

  RecordedSettlement recorded_;
  ClientReport report_;
};

TEST_F(Codecs, BodiesAreThoseOfTheOtherSide) {
  const ton::Address excesses = recorded_.address("excesses");
  const Nanoton amount(8'700'929'120);
  const auto envelope = [&](std::uint64_t query_id) { return Envelope{query_id, excesses}; };
  base::Bits512 mark_signature{};
  mark_signature.fill(0x5f);
  const std::vector<std::pair<std::string, ton::CellRef>> bodies{
      {"top_up", client_top_up(envelope(1), amount)},
      {"reopen", client_reopen(envelope(2), amount)},
      {"register", client_register(envelope(3), 0xfedcba9876543210)},
      {"change_secret", client_change_secret(envelope(4), filled(0x5e))},
      {"change_secret_and_top_up",
       client_change_secret_and_top_up(envelope(5), amount, filled(0x5e))},
      {"increase_stake", client_increase_stake(envelope(6), amount)},
      {"withdraw", client_withdraw(envelope(7))},
      {"request_refund", client_request_refund(envelope(8))},
      {"set_voucher_key", client_set_voucher_key(envelope(9), filled(0x4b))},
      {"worker_register", worker_register(envelope(10))},
      {"proxy_withdraw", proxy_withdraw(envelope(11))},
      {"proxy_increase_stake", proxy_increase_stake(envelope(12), amount)},
      {"proxy_close", proxy_close(envelope(13))},
      {"proxy_close_complete", proxy_close_complete(envelope(14))},
      {"save_state", save_state_mark(15, {77, filled(0x4b)}, mark_signature)},
  };
  for (const auto& [name, body] : bodies)
    EXPECT_EQ(base::to_hex(body->hash()), base::to_hex(recorded_.cell("body_" + name)->hash()))
        << name;
}

TEST_F(Codecs, VoucherIsThatOfTheOtherSide) {
  std::map<std::string, std::string> values;
  std::istringstream lines(ton::vector_text("contracts/network.txt"));
  for (std::string name, value; lines >> name >> value;) values[name] = value;
  const auto key = crypto::Ed25519PrivateKey::from_seed(filled(8));
  ASSERT_TRUE(key);
  ASSERT_EQ(base::to_hex(key->public_key()), values["voucher_key"]);
  const Voucher voucher{-239, *ton::parse_address(values["client"]), {12345}, Nanoton(246900)};
  const auto body = client_charge_voucher({11, {0, filled(5)}}, sign_voucher(voucher, *key));
  const auto expected = *ton::parse_single_root_boc(*base::from_hex(values["charge_voucher"]));
  EXPECT_EQ(base::to_hex(body->hash()), base::to_hex(expected->hash()));
}

TEST_F(Codecs, AccountsAreRead) {
  const auto client = parse_client_account(recorded_.cell("data_client"));
  ASSERT_TRUE(client) << client.error().message();
  EXPECT_EQ(client->state, ContractState::Normal);
  EXPECT_EQ(client->balance, Nanoton(3 * kTon.count() - 12345 * 20));
  EXPECT_EQ(client->tokens.count, 12345);
  EXPECT_EQ(client->secret_hash, filled(0x5e));
  EXPECT_EQ(client->owner, recorded_.address("client_owner"));
  EXPECT_EQ(client->proxy, recorded_.address("proxy"));
  EXPECT_EQ(client->proxy_key, recorded_.key("proxy_key"));
  EXPECT_FALSE(client->voucher);

  const auto proxy = parse_proxy_account(recorded_.cell("data_proxy"));
  ASSERT_TRUE(proxy) << proxy.error().message();
  EXPECT_EQ(proxy->owner, recorded_.address("proxy_owner"));
  EXPECT_EQ(proxy->root, recorded_.address("root"));
  EXPECT_EQ(proxy->stake, recorded_.params().min_proxy_stake);
  EXPECT_EQ(proxy->client_funds, client->balance);
  EXPECT_EQ(proxy->earned, Nanoton(12345 * 20));

  const auto worker = parse_worker_account(recorded_.cell("data_worker"));
  ASSERT_TRUE(worker) << worker.error().message();
  EXPECT_EQ(worker->owner, recorded_.address("worker_owner"));
  EXPECT_EQ(worker->tokens.count, 12345);

  const auto vouched = parse_client_account(recorded_.cell("data_vouched"));
  ASSERT_TRUE(vouched) << vouched.error().message();
  ASSERT_TRUE(vouched->voucher);
  EXPECT_EQ(vouched->state, ContractState::Closed);
}

TEST_F(Codecs, EveryCutOfAccountDataIsRefused) {
  for (const char* name : {"data_client", "data_proxy", "data_worker", "data_vouched"}) {
    const ton::CellRef whole = recorded_.cell(name);
    for (unsigned bits = 0; bits <= whole->bit_count(); ++bits) {
      const bool is_whole = bits == whole->bit_count();
      const auto refs = is_whole ? whole->refs().first(0) : whole->refs();
      const ton::CellRef cut = *ton::Cell::make_ordinary(whole->data(), bits, refs);
      const std::string kind(name);
      if (kind == "data_client" || kind == "data_vouched") {
        EXPECT_FALSE(parse_client_account(cut)) << name << bits;
      } else if (kind == "data_proxy") {
        EXPECT_FALSE(parse_proxy_account(cut)) << name << bits;
      } else {
        EXPECT_FALSE(parse_worker_account(cut)) << name << bits;
      }
    }
  }
}

TEST_F(Codecs, DepositsChargesAndRefundsAreRead) {
  EXPECT_EQ(client_event<ToppedUp>("topped_up").amount, Nanoton(3 * kTon.count()));
  EXPECT_EQ(report_.owner, recorded_.address("client_owner"));
  EXPECT_EQ(report_.balance, Nanoton(3 * kTon.count()));
  const auto charged = client_event<Charged>("charged");
  EXPECT_EQ(charged.amount, Nanoton(12345 * 20));
  EXPECT_EQ(charged.tokens.count, 12345);
  EXPECT_EQ(charged.refund, Nanoton{});
  EXPECT_EQ(report_.tokens.count, 12345);
  const Nanoton stake = recorded_.params().min_client_stake;
  EXPECT_EQ(client_event<Refunded>("withdrawn").amount,
            Nanoton(3 * kTon.count() - 12345 * 20) - stake);
  EXPECT_EQ(report_.balance, stake);
  const auto forced = client_event<Refunded>("forced");
  EXPECT_EQ(forced.kind, RefundKind::Forced);
  EXPECT_EQ(forced.amount, stake);
  EXPECT_EQ(report_.state, ContractState::Closed);
  const auto granted = client_event<Charged>("granted");
  EXPECT_EQ(granted.amount, Nanoton(100 * 20));
  EXPECT_EQ(granted.refund, Nanoton(2 * kTon.count() - 2000));
}

// Sent with 1 nanoton: nothing was computed there, and they count all the same.
TEST_F(Codecs, NotificationsAreReadWhereNothingWasComputed) {
  EXPECT_EQ(recorded_.transaction("registered").description.compute, ton::ComputePhase::Skipped);
  EXPECT_EQ(client_event<Registered>("registered").nonce, 0xfedcba9876543210);
  client_event<StateTold>("secret_changed");
  EXPECT_EQ(report_.secret_hash, filled(0x5e));
  client_event<StateTold>("closing");
  EXPECT_EQ(report_.state, ContractState::Closing);
  client_event<VoucherKeySet>("key_set");
}

TEST_F(Codecs, WorkersPayCommissionAndMarksAreRead) {
  const auto paid = recorded_.notice(recorded_.transaction("paid"));
  ASSERT_TRUE(paid);
  const auto& report = std::get<WorkerReport>(*paid);
  EXPECT_EQ(report.owner, recorded_.address("worker_owner"));
  EXPECT_EQ(report.tokens.count, 12345);
  ASSERT_TRUE(report.paid);
  EXPECT_EQ(report.paid->worker_part, Nanoton(12345 * 19));
  EXPECT_EQ(report.paid->proxy_part, Nanoton(12345));
  const auto commission = recorded_.notice(recorded_.transaction("commission"));
  ASSERT_TRUE(commission);
  EXPECT_EQ(std::get<CommissionWithdrawn>(*commission).amount, Nanoton(12345));
  const auto mark = recorded_.notice(recorded_.transaction("mark"));
  ASSERT_TRUE(mark);
  EXPECT_EQ(std::get<MarkSeen>(*mark).mark, (SaveState{77, filled(0x4b)}));
  EXPECT_FALSE(recorded_.notice(recorded_.transaction("forged_mark")));
}

TEST_F(Codecs, WhatAStrangerSaysIsNoNotice) {
  EXPECT_FALSE(recorded_.notice(recorded_.transaction("forged")));
  // The genuine words, had they come from elsewhere, or for another owner.
  ton::Transaction transaction = recorded_.transaction("registered");
  ASSERT_TRUE(recorded_.notice(transaction));
  transaction.in_message->source = ton::MessageAddress::from(recorded_.address("stranger"));
  EXPECT_FALSE(recorded_.notice(transaction));
  transaction = recorded_.transaction("paid");
  transaction.in_message->source = ton::MessageAddress::from(recorded_.address("proxy"));
  EXPECT_FALSE(recorded_.notice(transaction));
}

TEST_F(Codecs, WhatTheContractRefusedDidNotHappen) {
  EXPECT_FALSE(recorded_.notice(recorded_.transaction("not_covered")));
  for (const char* name : {"topped_up", "charged", "withdrawn", "forced", "granted", "paid"}) {
    ton::Transaction transaction = recorded_.transaction(name);
    transaction.description.compute = ton::ComputePhase::Failed;
    EXPECT_FALSE(recorded_.notice(transaction)) << name;
    transaction = recorded_.transaction(name);
    transaction.description.action_success = false;
    EXPECT_FALSE(recorded_.notice(transaction)) << name;
    transaction = recorded_.transaction(name);
    transaction.in_message->bounced = true;
    EXPECT_FALSE(recorded_.notice(transaction)) << name;
  }
}

// No cut of a genuine body is taken for anything, and nothing breaks.
TEST_F(Codecs, CutsAndStrayBitsAreNoNotices) {
  for (const char* name : {"topped_up", "charged", "registered", "paid", "mark"}) {
    const ton::Transaction genuine = recorded_.transaction(name);
    const ton::CellRef body = genuine.in_message->body;
    ton::Transaction changed = genuine;
    for (unsigned bits = 0; bits < body->bit_count(); ++bits) {
      changed.in_message->body = *ton::Cell::make_ordinary(body->data(), bits, body->refs());
      EXPECT_FALSE(recorded_.notice(changed)) << name << " cut at " << bits;
    }
    ton::CellBuilder longer;
    longer.store_slice(*ton::CellSlice::open(body)).store_bit(false);
    changed.in_message->body = longer.finish_fixed();
    EXPECT_FALSE(recorded_.notice(changed)) << name;
  }
}

}  // namespace
}  // namespace cocoon::payment::chain
