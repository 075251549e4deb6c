// Ways in which clients could take what is not theirs from a proxy that serves by the chain. Each
// has a test of its own beside one that shows the honest way working.
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "payment/chain/operations.h"
#include "proxy/proxy_lab.h"
#include "ton/cell_builder.h"

namespace cocoon::proxy {
namespace {

using payment::chain::number_of;
using payment::chain::Operation;

constexpr base::Nanoton kDeposit{5'000'000};
constexpr base::Nanoton kAmpleStake{std::int64_t{1} << 50};

ton::Address wallet() { return sim::address_of("the proxy's wallet"); }

class Theft : public testing::Test {
 protected:
  Theft() {
    lab_.machine().handle_contract(lab_.now(), contract());
    lab_.persist();
    EXPECT_FALSE(core().settlement->is_open()) << "its ledger's epoch is not marked yet";
    see(mark());
    EXPECT_TRUE(lab_.machine().core().settlement->is_open());
  }

  const Core& core() { return lab_.machine().core(); }

  // The proxy's contract, open and staked.
  ton::ProvenAccount contract() {
    ton::CellBuilder data;
    data.store_address(core().config.owner).store_bytes(core().identity.public_key);
    data.store_address(wallet()).store_uint(0, 2).store_coins({}).store_coins(kAmpleStake);
    data.store_uint(0, 32).store_ref(ton::CellBuilder().finish_fixed());
    ton::CellBuilder accounts;
    accounts.store_coins(kDeposit).store_coins({});
    data.store_ref(accounts.finish_fixed());
    ton::ProvenAccount proven;
    proven.address = core().identity.contract;
    proven.account.emplace();
    proven.account->status = ton::AccountStatus::Active;
    proven.account->state.data = data.finish_fixed();
    return proven;
  }

  // The chain's word on the newest epoch of the proxy's ledger.
  ton::Transaction mark() {
    const payment::Epoch& epoch = core().ledger.newest_epoch();
    const payment::chain::SaveState said{epoch.number, epoch.digest};
    const ton::Address& contract = core().identity.contract;
    ton::Transaction transaction;
    transaction.hash = crypto::sha256(base::as_bytes("a mark"));
    transaction.in_message.emplace();
    transaction.in_message->source = ton::MessageAddress::from(wallet());
    transaction.in_message->body = payment::chain::save_state_mark(
        1, said, payment::chain::sign_mark(said, contract, core().key));
    return transaction;
  }

  // What `owner`'s contract at `source` reports to the proxy's; the secret has this hash.
  static ton::Transaction report(std::string_view owner, const ton::Address& source,
                                 const base::Bits256& secret_hash, ton::CellBuilder event) {
    ton::CellBuilder state;
    state.store_uint(0, 2).store_coins(kDeposit).store_coins(base::Nanoton(1000));
    state.store_uint(0, 64).store_bytes(secret_hash);
    const ton::CellRef said = event.finish_fixed();
    ton::CellBuilder body;
    body.store_uint(number_of(Operation::ClientRequest), 32).store_uint(1, 64);
    body.store_address(sim::address_of(owner)).store_ref(state.finish_fixed());
    body.store_maybe_ref(said);
    ton::Transaction transaction;
    transaction.lt = 1;
    transaction.hash = said->hash();
    transaction.in_message.emplace();
    transaction.in_message->source = ton::MessageAddress::from(source);
    transaction.in_message->body = body.finish_fixed();
    transaction.description.compute = ton::ComputePhase::Succeeded;
    transaction.description.action_success = true;
    return transaction;
  }
  static ton::Transaction deposit(const ton::Address& source, const base::Bits256& secret_hash) {
    ton::CellBuilder paid;
    paid.store_uint(number_of(Operation::ToppedUp), 32).store_coins(kDeposit);
    paid.store_address(wallet());
    return report("alice", source, secret_hash, std::move(paid));
  }
  ton::Transaction registration(std::string_view owner, std::int64_t nonce) {
    ton::CellBuilder registered;
    registered.store_uint(number_of(Operation::Registered), 32);
    registered.store_uint(static_cast<std::uint64_t>(nonce), 64);
    const auto address = sim::address_of(owner);
    return report(owner, core().config.network.client_address(address, core().identity), {},
                  std::move(registered));
  }

  ton::Address alices_contract(const registry::Snapshot& network) {
    return network.client_address(sim::address_of("alice"), core().identity);
  }

  void see(const ton::Transaction& transaction) {
    lab_.machine().handle_transaction(lab_.now(), transaction);
    lab_.persist();
  }

  // Someone who calls itself alice; the proof that the proxy asks for is told by its kind.
  struct Caller {
    LinkId link;
    bool asked_for_secret;
  };
  Caller greet() {
    const LinkId link = lab_.open(PeerRole::Client);
    lab_.ask(link, lab_.client_greeting({}));
    const auto reply = lab_.answer<tl::ClientConnectedToProxy>(link);
    return {link, std::holds_alternative<tl::ClientProxyConnectionAuthShort>(reply->auth)};
  }
  // One that is asked for the owner's word on the chain and waits for it; the nonce it shall carry.
  struct Waiting {
    LinkId link;
    std::int64_t nonce;
  };
  Waiting wait_for_registration() {
    const LinkId link = lab_.open(PeerRole::Client);
    lab_.ask(link, lab_.client_greeting({}));
    const auto reply = lab_.answer<tl::ClientConnectedToProxy>(link);
    const auto* proof = std::get_if<tl::ClientProxyConnectionAuthLong>(&reply->auth);
    EXPECT_NE(proof, nullptr);
    lab_.ask(link, tl::ClientAuthorizeWithProxyLong{});
    EXPECT_EQ(lab_.answers(link), 0u) << "the chain has not spoken yet";
    return {link, proof == nullptr ? 0 : proof->nonce};
  }

  ProxyLab lab_{{.chain = ChainTerms{.wallet = wallet()}}};
};

TEST_F(Theft, ASecretThatTheContractNamesOpensItsOwnChannel) {
  const auto secret = sim::secret_of("alice");
  see(deposit(alices_contract(core().config.network), crypto::sha256(secret)));
  const Caller alice = greet();
  ASSERT_TRUE(alice.asked_for_secret);
  lab_.ask(alice.link, tl::ClientAuthorizeWithProxyShort{.data = secret});
  lab_.answer<tl::ClientAuthorizationWithProxySuccess>(alice.link);
  EXPECT_EQ(lab_.client_account().balance, kDeposit);
}

TEST_F(Theft, TheEmptySecretOpensNoChannelThoughTheContractNamesIt) {
  see(deposit(alices_contract(core().config.network), crypto::sha256(base::BytesView{})));
  const Caller thief = greet();
  EXPECT_FALSE(thief.asked_for_secret) << "only the owner's message on the chain proves anything";
  lab_.ask(thief.link, tl::ClientAuthorizeWithProxyShort{.data = {}});
  EXPECT_EQ(lab_.closed(thief.link), "wrong_secret");
  EXPECT_EQ(lab_.client_account().balance, kDeposit);
}

TEST_F(Theft, TheOwnersRegistrationOpensTheLinkWhoseNonceItCarries) {
  see(deposit(alices_contract(core().config.network), base::Bits256{}));
  const Waiting first = wait_for_registration();
  const Waiting second = wait_for_registration();
  ASSERT_NE(first.nonce, second.nonce);
  see(registration("alice", first.nonce));
  lab_.answer<tl::ClientAuthorizationWithProxySuccess>(first.link);
  EXPECT_EQ(lab_.answers(second.link), 0u);
  EXPECT_EQ(lab_.client_account().balance, kDeposit);
}

TEST_F(Theft, ARegistrationMayComeBeforeTheClientAsksToBeLetIn) {
  see(deposit(alices_contract(core().config.network), base::Bits256{}));
  const LinkId link = lab_.open(PeerRole::Client);
  lab_.ask(link, lab_.client_greeting({}));
  const auto reply = lab_.answer<tl::ClientConnectedToProxy>(link);
  see(registration("alice", std::get<tl::ClientProxyConnectionAuthLong>(reply->auth).nonce));
  EXPECT_EQ(lab_.answers(link), 0u);
  lab_.ask(link, tl::ClientAuthorizeWithProxyLong{});
  lab_.answer<tl::ClientAuthorizationWithProxySuccess>(link);
}

TEST_F(Theft, NobodyElsesRegistrationOpensALink) {
  see(deposit(alices_contract(core().config.network), base::Bits256{}));
  const Waiting thief = wait_for_registration();
  see(registration("bob", thief.nonce));
  see(registration("alice", thief.nonce + 1));
  ton::Transaction forged = registration("alice", thief.nonce);
  forged.in_message->source = ton::MessageAddress::from(sim::address_of("a wallet of the thief"));
  see(forged);
  EXPECT_EQ(lab_.answers(thief.link), 0u);
  lab_.request(thief.link);
  EXPECT_EQ(lab_.closed(thief.link), "unauthorised_request");
}

TEST_F(Theft, ARegistrationIsGoodForOneLinkOnly) {
  see(deposit(alices_contract(core().config.network), base::Bits256{}));
  const Waiting owner = wait_for_registration();
  const ton::Transaction shown = registration("alice", owner.nonce);
  see(shown);
  lab_.answer<tl::ClientAuthorizationWithProxySuccess>(owner.link);
  lab_.close(owner.link);
  const Waiting thief = wait_for_registration();
  see(shown);
  EXPECT_EQ(lab_.answers(thief.link), 0u);
}

TEST_F(Theft, ADepositThatIsShownAgainCountsOnce) {
  const auto shown = deposit(alices_contract(core().config.network), base::Bits256{});
  for (int i = 0; i < 3; ++i) see(shown);
  EXPECT_EQ(lab_.client_account().balance, kDeposit);
}

TEST_F(Theft, AForeignNetworksContractCanNotReportADeposit) {
  ProxyLab elsewhere({.network = {.price_per_token = base::Nanoton(21)}});
  const ton::Address foreign = alices_contract(elsewhere.machine().core().config.network);
  ASSERT_NE(foreign, alices_contract(core().config.network));
  see(deposit(foreign, crypto::sha256(sim::secret_of("alice"))));
  EXPECT_FALSE(greet().asked_for_secret) << "there is no such channel";
  EXPECT_TRUE(core().settlement->channels().empty());
}

}  // namespace
}  // namespace cocoon::proxy
