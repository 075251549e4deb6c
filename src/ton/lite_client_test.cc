// A lite client against a small chain: it follows by proof, answers by proof, and no lie, silence
// or delay of a server gets through or stops it while another server is honest.
#include "ton/lite_client.h"

#include <gtest/gtest.h>

#include "tl/codec.h"
#include "ton/boc.h"
#include "ton/lite_ids.h"
#include "ton/lite_world.h"
#include "ton/merkle.h"

namespace cocoon::ton {
namespace {

using namespace std::chrono_literals;
using namespace tl::lite;

const Address kHolder{0, {0xa1}};
const Address kNobody{0, {0x4e}};

// What the request's RequestDone says.
struct Answers {
  explicit Answers(LiteWorld& world) {
    world.on_event = [this](const LiteEvent& event) {
      if (const auto* done = std::get_if<RequestDone>(&event)) all.insert({done->request, *done});
    };
  }
  std::string reason(std::uint64_t id) const {
    const auto found = all.find(id);
    if (found == all.end()) return "no answer";
    return found->second.answer ? "ok" : std::string(found->second.answer.error().reason());
  }
  const ProvenAccount& account(std::uint64_t id) const {
    return std::get<ProvenAccount>(*all.at(id).answer);
  }
  std::map<std::uint64_t, RequestDone> all;
};

TEST(LiteClient, FollowsTheChainOverKeyBlocks) {
  ChainLab chain(1);
  for (int i = 0; i < 5; ++i) chain.make_block();
  chain.make_key_block();
  for (int i = 0; i < 3; ++i) chain.make_block();
  LiteWorld world(chain, 1);
  world.run(200ms);
  ASSERT_TRUE(world.client().head());
  EXPECT_EQ(world.client().head()->block, chain.last());
  EXPECT_EQ(world.client().head()->gen_utime, chain.now());
  EXPECT_EQ(world.client().key_block().seqno, 6u);
  chain.make_key_block();
  world.tell_block();
  world.run(100ms);
  world.make_block();
  world.run(100ms);
  EXPECT_EQ(world.client().head()->block, chain.last());
  EXPECT_EQ(world.client().key_block().seqno, 10u);
  // New blocks are pushed: each came within one step.
  EXPECT_EQ(world.count("dropped"), 0u);
}

TEST(LiteClient, ARestartGoesOnFromTheNewestKeyBlock) {
  ChainLab chain(2);
  for (int i = 0; i < 4; ++i) chain.make_key_block();
  LiteWorld world(chain, 1);
  world.run(200ms);
  const base::Bytes saved = world.client().save();
  world.restart();
  ASSERT_TRUE(world.client().restore(saved));
  EXPECT_EQ(world.client().key_block().seqno, 4u);
  world.run(200ms);
  EXPECT_EQ(world.client().head()->block, chain.last());

  base::Bytes damaged = saved;
  damaged[40] ^= 1;
  world.restart();
  EXPECT_EQ(world.client().restore(damaged).error().reason(), "saved_form");
  EXPECT_EQ(world.client().restore({}).error().reason(), "saved_form");
  ChainLab other(3);
  LiteWorld elsewhere(other, 1);
  EXPECT_EQ(elsewhere.client().restore(saved).error().reason(), "saved_form");
}

TEST(LiteClient, AccountsThatExistAndThatDoNot) {
  ChainLab chain(4);
  chain.put_account(kHolder, base::Nanoton(5'000'000'000), std::nullopt);
  chain.put_account({-1, {0x33}}, base::Nanoton(7), std::nullopt);
  chain.make_block();
  LiteWorld world(chain, 1);
  Answers answers(world);
  world.run(200ms);
  const std::uint64_t alice = world.client().request(world.now(), AccountRequest{kHolder});
  const std::uint64_t nobody = world.client().request(world.now(), AccountRequest{kNobody});
  const std::uint64_t master = world.client().request(world.now(), AccountRequest{{-1, {0x33}}});
  const std::uint64_t config = world.client().request(world.now(), ConfigRequest{{34}});
  world.run(200ms);
  ASSERT_EQ(answers.reason(alice), "ok");
  EXPECT_EQ(answers.account(alice).account->balance.coins.count(), 5'000'000'000);
  ASSERT_EQ(answers.reason(nobody), "ok");
  EXPECT_FALSE(answers.account(nobody).account);
  EXPECT_EQ(answers.account(master).account->balance.coins.count(), 7);
  EXPECT_EQ(answers.reason(config), "ok");
}

TEST(LiteClient, SilentServersAreNamedAndTheOthersCarryOn) {
  ChainLab chain(5);
  chain.put_account(kHolder, base::Nanoton(1), std::nullopt);
  chain.make_block();
  LiteWorld world(chain, 3);
  world.kill(0);
  world.server(1).tamper = [](std::uint32_t, base::Bytes) { return std::nullopt; };
  Answers answers(world);
  const std::uint64_t id = world.client().request(world.now(), AccountRequest{kHolder});
  world.run(25s, 1s);
  EXPECT_EQ(answers.reason(id), "ok");
  world.run(200ms);
  EXPECT_EQ(world.client().head()->block, chain.last());
  EXPECT_GE(world.count("dropped server 0 server_closed"), 1u);
  EXPECT_GE(world.count("dropped server 1 server_silent"), 1u);
  EXPECT_EQ(world.count("dropped server 2"), 0u);
}

TEST(LiteClient, AServerThatDiesMidwayIsReplaced) {
  ChainLab chain(6);
  chain.make_block();
  LiteWorld world(chain, 2);
  world.run(500ms);
  for (std::size_t round = 0; round < 6; ++round) {
    world.kill(round % 2);
    world.client().handle_closed(world.now(), round % 2);
    const std::uint32_t before = world.client().head()->block.seqno;
    world.run(3s, 500ms);
    EXPECT_GT(world.client().head()->block.seqno, before) << round;
    world.revive(round % 2);
    world.run(20s, 500ms);
  }
  EXPECT_EQ(world.client().ready_servers(), 2u);
}

TEST(LiteClient, ASlowServerIsDroppedWhileAFastOneExists) {
  ChainLab chain(7);
  chain.put_account(kHolder, base::Nanoton(1), std::nullopt);
  chain.make_block();
  LiteWorld world(chain, 2);
  world.set_delay(0, 3s);
  Answers answers(world);
  world.run(60s, 1s);
  EXPECT_GE(world.count("dropped server 0 server_slow"), 1u);
  EXPECT_EQ(world.count("dropped server 1"), 0u);
  const std::uint64_t id = world.client().request(world.now(), AccountRequest{kHolder});
  world.run(200ms);
  EXPECT_EQ(answers.reason(id), "ok");
}

TEST(LiteClient, AStaleServerIsDropped) {
  ChainLab chain(8);
  chain.make_block();
  const base::Bytes old_info = chain.masterchain_info();
  for (std::uint32_t i = 0; i < kLagAllowed + 5; ++i) chain.make_block();
  LiteWorld world(chain, 2);
  world.server(0).tamper = [&](std::uint32_t id, base::Bytes answer) -> std::optional<base::Bytes> {
    return id == LiteServerGetMasterchainInfo::kId ? old_info : answer;
  };
  world.run(2s, 500ms);
  world.run(200ms);
  EXPECT_GE(world.count("dropped server 0 server_stale"), 1u);
  EXPECT_EQ(world.client().head()->block, chain.last());
}

TEST(LiteClient, AStalledChainIsNoFaultOfServers) {
  ChainLab chain(9);
  chain.put_account(kHolder, base::Nanoton(1), std::nullopt);
  chain.make_block();
  LiteWorld world(chain, 2);
  Answers answers(world);
  world.run(3min);
  // Waiting for a block ends in silence here; real servers answer with an error. Both come back.
  world.make_block();
  world.run(70s);
  EXPECT_EQ(world.client().head()->block, chain.last());
  const std::uint64_t id = world.client().request(world.now(), AccountRequest{kHolder});
  world.run(10s, 1s);
  EXPECT_EQ(answers.reason(id), "ok");
}

TEST(LiteClient, AnotherNetworkIsRefused) {
  ChainLab chain(10);
  ChainLab other(11);
  chain.make_block();
  other.make_block();
  LiteWorld world(chain, 2);
  world.server(0).tamper = [&](std::uint32_t id, base::Bytes answer) -> std::optional<base::Bytes> {
    return id == LiteServerGetMasterchainInfo::kId ? other.masterchain_info() : answer;
  };
  world.run(300ms);
  EXPECT_EQ(world.count("dropped server 0 wrong_network"), 1u);
  EXPECT_EQ(world.client().head()->block, chain.last());
}

TEST(LiteClient, AServerThatDoesNotWaitIsNotAskedForEver) {
  ChainLab chain(12);
  chain.make_block();
  const base::Bytes old_info = chain.masterchain_info();
  LiteWorld world(chain, 1);
  std::size_t asked = 0;
  world.server(0).tamper = [&](std::uint32_t id, base::Bytes answer) -> std::optional<base::Bytes> {
    if (id != LiteServerGetMasterchainInfo::kId) return answer;
    ++asked;
    return old_info;
  };
  world.run(300ms);
  world.make_block();  // ends the wait, with an answer that knows of no new block
  world.run(5s);
  EXPECT_GE(world.count("dropped server 0 server_stale"), 1u);
  EXPECT_LE(asked, 20u);
}

TEST(LiteClient, ALibraryThatTheOnlyServerLacksIsNoReasonToDropIt) {
  ChainLab chain(13);
  chain.make_block();
  LiteWorld world(chain, 1);
  world.server(0).tamper = [](std::uint32_t id, base::Bytes answer) -> std::optional<base::Bytes> {
    if (id != LiteServerGetLibraries::kId) return answer;
    return tl::encode_boxed(LiteServerLibraryResult{});
  };
  Answers answers(world);
  world.run(200ms);
  const std::uint64_t library = world.client().request(world.now(), LibraryRequest{{0x11}});
  world.run(200ms);
  EXPECT_EQ(answers.reason(library), "server_refused");
  EXPECT_EQ(world.count("dropped"), 0u);
  EXPECT_EQ(world.client().ready_servers(), 1u);
  const std::uint64_t nobody = world.client().request(world.now(), AccountRequest{kNobody});
  world.run(200ms);
  EXPECT_EQ(answers.reason(nobody), "ok");
}

TEST(LiteClient, AnotherLibraryThanTheOneAskedForIsALie) {
  ChainLab chain(14);
  chain.make_block();
  LiteWorld world(chain, 1);
  const base::Bytes other = serialize_boc(CellBuilder().store_uint(7, 8).finish_fixed());
  world.server(0).tamper = [&](std::uint32_t id, base::Bytes answer) -> std::optional<base::Bytes> {
    if (id != LiteServerGetLibraries::kId) return answer;
    return tl::encode_boxed(LiteServerLibraryResult{{LiteServerLibraryEntry{{0x11}, other}}});
  };
  world.run(200ms);
  world.client().request(world.now(), LibraryRequest{{0x11}});
  world.run(60s);
  EXPECT_EQ(world.count("dropped server 0 library_mismatch"), 1u);
  EXPECT_EQ(world.client().ready_servers(), 0u) << "it rests for ten minutes";
}

// ---- lies
// ------------------------------------------------------------------------------------------

struct Lie {
  std::string name;
  std::uint32_t question = 0;
  std::function<base::Bytes(ChainLab&, const base::Bytes&)> tell;
  std::string reason;
};

template <class T>
std::function<base::Bytes(ChainLab&, const base::Bytes&)> edit(
    std::function<void(ChainLab&, T&)> change) {
  return [change](ChainLab& chain, const base::Bytes& answer) {
    auto object = *tl::decode_boxed<T>(answer);
    change(chain, object);
    return tl::encode_boxed(object);
  };
}

// One server tells the lie, at first alone: nothing comes of it and it is named; then an honest one
// joins, and the request is answered.
void expect_caught(const Lie& lie) {
  SCOPED_TRACE(lie.name);
  ChainLab chain(20);
  chain.put_account(kHolder, base::Nanoton(5), std::nullopt);
  for (int i = 0; i < 3; ++i) chain.make_block();
  chain.make_key_block();
  chain.make_block();
  LiteWorld world(chain, 2);
  world.kill(1);
  const bool about_blocks = lie.question == LiteServerGetBlockProof::kId;
  world.server(0).tamper = [&](std::uint32_t id, base::Bytes answer) -> std::optional<base::Bytes> {
    return id == lie.question ? lie.tell(chain, answer) : answer;
  };
  Answers answers(world);
  const std::uint64_t id = world.client().request(world.now(), AccountRequest{kHolder});
  world.run(1s);
  EXPECT_EQ(world.count("dropped server 0 " + lie.reason), 1u)
      << (world.log.empty() ? "nothing" : world.log.back());
  if (about_blocks) EXPECT_FALSE(world.client().head()) << "a lie moved the head";
  EXPECT_NE(answers.reason(id), "ok");
  world.revive(1);
  world.run(15s, 1s);
  EXPECT_EQ(answers.reason(id), "ok");
  EXPECT_EQ(answers.account(id).account->balance.coins.count(), 5);
}

base::Bytes two_roots(const CellRef& a, const CellRef& b) {
  const std::array<CellRef, 2> roots = {a, b};
  return serialize_boc(roots);
}

TEST(LiteClient, LiesAboutBlocksAreCaught) {
  const std::uint32_t question = LiteServerGetBlockProof::kId;
  using Proof = LiteServerPartialBlockProof;
  using Link = LiteServerBlockLinkForward;
  const std::vector<Lie> lies = {
      {"a signature too few", question, edit<Proof>([](ChainLab&, Proof& proof) {
         std::get<LiteServerSignatureSetOrdinary>(std::get<Link>(proof.steps[0]).signatures)
             .signatures.pop_back();
       }),
       "signature_weight"},
      {"a signature twice", question, edit<Proof>([](ChainLab&, Proof& proof) {
         auto& set =
             std::get<LiteServerSignatureSetOrdinary>(std::get<Link>(proof.steps[0]).signatures);
         set.signatures[2] = set.signatures[1];
       }),
       "signer_twice"},
      {"signatures of strangers", question, edit<Proof>([](ChainLab&, Proof& proof) {
         auto& set =
             std::get<LiteServerSignatureSetOrdinary>(std::get<Link>(proof.steps[0]).signatures);
         set.signatures[0].node_id_short[0] ^= 1;
       }),
       "signer_unknown"},
      {"signatures of other blocks", question, edit<Proof>([](ChainLab&, Proof& proof) {
         auto& set =
             std::get<LiteServerSignatureSetOrdinary>(std::get<Link>(proof.steps[0]).signatures);
         std::swap(set.signatures[0].signature, set.signatures[1].signature);
       }),
       "signature_wrong"},
      {"a step left out", question,
       edit<Proof>([](ChainLab&, Proof& proof) { proof.steps.erase(proof.steps.begin()); }),
       "link_order"},
      {"a step that claims to be a key block", question, edit<Proof>([](ChainLab&, Proof& proof) {
         auto& link = std::get<Link>(proof.steps[1]);
         link.to_key_block = !link.to_key_block;
       }),
       "link_key_flag"},
      {"an older block, called complete", question,
       [](ChainLab& chain, const base::Bytes&) {
         return chain.block_proof(chain.anchor().init_block, chain.anchor().init_block);
       },
       "link_order"},
      {"a truncated answer", question,
       [](ChainLab&, const base::Bytes& answer) {
         return base::Bytes(answer.begin(), answer.end() - 100);
       },
       "truncated"},
      {"another chain", question,
       [](ChainLab&, const base::Bytes&) {
         ChainLab other(21);
         other.make_block();
         return other.block_proof(other.anchor().init_block, other.last());
       },
       "link_order"},
  };
  for (const Lie& lie : lies) expect_caught(lie);
}

TEST(LiteClient, ABlockThatNobodyProvesIsNotBelieved) {
  ChainLab chain(22);
  chain.make_block();
  LiteWorld world(chain, 1);
  // Again and again the start, "not complete yet".
  ChainLab* lab = &chain;
  world.server(0).tamper = [lab](std::uint32_t id,
                                 base::Bytes answer) -> std::optional<base::Bytes> {
    if (id != LiteServerGetBlockProof::kId) return answer;
    auto proof = *tl::decode_boxed<LiteServerPartialBlockProof>(answer);
    proof.complete = false;
    proof.to = to_tl(lab->anchor().init_block);
    proof.steps.clear();
    return tl::encode_boxed(proof);
  };
  world.run(1s);
  EXPECT_EQ(world.count("dropped server 0 server_no_proof"), 1u);
  EXPECT_FALSE(world.client().head() && world.client().head()->block.seqno > 0);
}

// An account answer with one part exchanged. The parts must live as long as the encoding takes.
Lie account_lie(std::string name, std::string reason,
                std::function<base::Bytes(ChainLab&, LiteServerAccountState&)> change) {
  Lie lie;
  lie.name = std::move(name);
  lie.question = LiteServerGetAccountState::kId;
  lie.reason = std::move(reason);
  lie.tell = [change](ChainLab& chain, const base::Bytes& bytes) {
    auto answer = *tl::decode_boxed<LiteServerAccountState>(bytes);
    return change(chain, answer);
  };
  return lie;
}

TEST(LiteClient, LiesAboutAccountsAreCaught) {
  const std::vector<Lie> lies = {
      account_lie("an old block", "answer_block",
                  [](ChainLab& chain, LiteServerAccountState& answer) {
                    BlockId old = from_tl(answer.id);
                    old.seqno = 2;
                    return chain.account_state(old, kHolder);
                  }),
      account_lie("an old state under the new name", "proof_root",
                  [](ChainLab& chain, LiteServerAccountState& answer) {
                    BlockId old = from_tl(answer.id);
                    old.seqno = 2;
                    const base::Bytes bytes = chain.account_state(old, kHolder);
                    auto stale = *tl::decode_boxed<LiteServerAccountState>(bytes);
                    stale.id = answer.id;
                    return tl::encode_boxed(stale);
                  }),
      account_lie("a state left out", "account_missing",
                  [](ChainLab&, LiteServerAccountState& answer) {
                    answer.state = {};
                    return tl::encode_boxed(answer);
                  }),
      account_lie("a richer state", "account_mismatch",
                  [](ChainLab& chain, LiteServerAccountState& answer) {
                    ChainLab rich(20);
                    rich.put_account(kHolder, base::Nanoton(999), std::nullopt);
                    rich.make_block();
                    const base::Bytes bytes = rich.account_state(rich.last(), kHolder);
                    const auto other = *tl::decode_boxed<LiteServerAccountState>(bytes);
                    answer.state = other.state;
                    (void)chain;
                    return tl::encode_boxed(answer);
                  }),
      account_lie("an older shard block", "shard_mismatch",
                  [](ChainLab&, LiteServerAccountState& answer) {
                    answer.shardblk.seqno -= 1;
                    return tl::encode_boxed(answer);
                  }),
      account_lie("a shard elsewhere", "shard_foreign",
                  [](ChainLab&, LiteServerAccountState& answer) {
                    answer.shardblk.shard = 0x4000000000000000;
                    return tl::encode_boxed(answer);
                  }),
  };
  for (const Lie& lie : lies) expect_caught(lie);
}

TEST(LiteClient, ProofsThatHideOrMixAreCaught) {
  const std::vector<Lie> lies = {
      account_lie("a proof of one root", "proof_form",
                  [](ChainLab&, LiteServerAccountState& answer) {
                    const auto roots = *parse_boc(answer.proof);
                    const base::Bytes proof = serialize_boc(roots[0]);
                    answer.proof = proof;
                    return tl::encode_boxed(answer);
                  }),
      account_lie("a proof that hides the accounts", "cell_pruned",
                  [](ChainLab&, LiteServerAccountState& answer) {
                    const auto roots = *parse_boc(answer.proof);
                    const CellRef hidden = *build_proof(roots[1]->refs()[0], {});
                    const base::Bytes proof = two_roots(roots[0], hidden);
                    answer.proof = proof;
                    answer.state = {};
                    return tl::encode_boxed(answer);
                  }),
      account_lie("a header that hides the state", "cell_pruned",
                  [](ChainLab&, LiteServerAccountState& answer) {
                    const auto roots = *parse_boc(answer.proof);
                    const CellRef block = roots[0]->refs()[0];
                    CellHashes shown = {block->refs()[0]->hash()};
                    for (const CellRef& ref : block->refs()[0]->refs()) shown.insert(ref->hash());
                    const base::Bytes proof = two_roots(*build_proof(block, shown), roots[1]);
                    answer.proof = proof;
                    return tl::encode_boxed(answer);
                  }),
      account_lie("a state of another block", "proof_state",
                  [](ChainLab& chain, LiteServerAccountState& answer) {
                    BlockId old = from_tl(answer.id);
                    old.seqno = 2;
                    const base::Bytes bytes = chain.account_state(old, kHolder);
                    const auto stale = *tl::decode_boxed<LiteServerAccountState>(bytes);
                    const auto old_roots = *parse_boc(stale.proof);
                    const auto roots = *parse_boc(answer.proof);
                    const base::Bytes proof = two_roots(roots[0], old_roots[1]);
                    answer.proof = proof;
                    return tl::encode_boxed(answer);
                  }),
      account_lie("a proof cut short", "boc_truncated",
                  [](ChainLab&, LiteServerAccountState& answer) {
                    answer.proof = answer.proof.first(answer.proof.size() - 5);
                    return tl::encode_boxed(answer);
                  }),
  };
  for (const Lie& lie : lies) expect_caught(lie);
}

TEST(LiteClient, AnotherAccountsStateIsNotTheOneAskedFor) {
  ChainLab chain(31);
  chain.put_account(kHolder, base::Nanoton(5), std::nullopt);
  chain.make_block();
  const base::Bytes about_alice = chain.account_state(chain.last(), kHolder);
  const auto reason = [&](const Address& asked) {
    const auto checked = check_answer(AccountRequest{asked}, chain.last(), about_alice);
    return checked ? "ok" : std::string(checked.error().reason());
  };
  EXPECT_EQ(reason(kHolder), "ok");
  EXPECT_EQ(reason(kNobody), "account_surplus");
  EXPECT_EQ(reason({-1, kHolder.hash}), "shard_foreign");
}

TEST(LiteClient, LiesAboutTransactionsAreCaught) {
  ChainLab chain(30);
  chain.put_account(kHolder, base::Nanoton(5), std::nullopt);
  Message message;
  message.destination = MessageAddress::from(kHolder);
  message.source = MessageAddress::from(kNobody);
  for (int i = 0; i < 4; ++i) {
    message.body = comment_body(std::to_string(i));
    chain.add_transaction(kHolder, message, ComputePhase::Skipped);
  }
  const TransactionName newest = chain.transactions_of(kHolder)[3];
  const auto answer_of = [&](const base::Bytes& bytes) {
    const auto checked = check_answer(TransactionsRequest{kHolder, newest, 4}, {}, bytes);
    return checked ? "ok" : std::string(checked.error().reason());
  };
  const base::Bytes honest = chain.transactions(kHolder, newest, 4);
  EXPECT_EQ(answer_of(honest), "ok");
  auto list = *tl::decode_boxed<LiteServerTransactionList>(honest);
  const auto roots = *parse_boc(list.transactions);
  const auto with = [&](const std::vector<CellRef>& some) {
    const base::Bytes bag = some.empty() ? base::Bytes{} : serialize_boc(some);
    return tl::encode_boxed(LiteServerTransactionList{list.ids, bag});
  };
  EXPECT_EQ(answer_of(with({roots[0], roots[2], roots[3]})), "transaction_mismatch");
  EXPECT_EQ(answer_of(with({roots[1], roots[0], roots[2], roots[3]})), "transaction_mismatch");
  EXPECT_EQ(answer_of(with({roots[1], roots[2]})), "transaction_mismatch");
  EXPECT_EQ(answer_of(with({})), "transaction_missing");
  EXPECT_EQ(answer_of(with({roots[0], roots[1], roots[2], roots[3], roots[3]})), "boc_too_big");
  // Fewer than asked for is no lie: one asks on.
  EXPECT_EQ(answer_of(with({roots[0], roots[1]})), "ok");
}

}  // namespace
}  // namespace cocoon::ton
