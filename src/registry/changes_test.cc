// Differences of snapshots: each field by its event, and none without a difference; all struct
// versions; lists against a plain reference over random sets.
#include "registry/changes.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "ton/boc.h"
#include "ton/test_support.h"

namespace cocoon::registry {
namespace {

using ton::CellBuilder;

base::Bits256 hash(std::uint8_t first) { return {first}; }

RootState state(std::uint8_t struct_version = ton::kNewestStructVersion) {
  RootState made;
  made.address = {0, hash(0xaa)};
  made.owner = {0, hash(0xbb)};
  made.version = 7;
  made.last_proxy_seqno = 3;
  made.proxy_hashes = {hash(1), hash(3)};
  made.worker_hashes = {hash(5)};
  made.model_hashes = {hash(7)};
  made.proxies = {{1, "a:1", "a:2"}, {3, "b:1", "b:2"}};
  made.params.struct_version = struct_version;
  made.params.proxy_code = CellBuilder().store_uint(1, 8).finish_fixed();
  made.params.worker_code = CellBuilder().store_uint(2, 8).finish_fixed();
  made.params.client_code = CellBuilder().store_uint(3, 8).finish_fixed();
  made.key_manager.registered_keys = {{hash(9), 1, 100}};
  made.verified_keys.workers = {hash(11)};
  return made;
}

Snapshot snapshot(RootState of) { return *Snapshot::make(std::move(of)); }

std::vector<RootChange> after(const std::function<void(RootState&)>& change,
                              std::uint8_t struct_version = ton::kNewestStructVersion) {
  RootState changed = state(struct_version);
  change(changed);
  return changes_between(snapshot(state(struct_version)), snapshot(std::move(changed)));
}

TEST(RootChanges, TheSameIsNoChange) {
  for (std::uint8_t version = 0; version <= ton::kNewestStructVersion; ++version) {
    EXPECT_TRUE(after([](RootState&) {}, version).empty());
  }
  const ton::Address root = *ton::parse_address("EQCns7bYSp0igFvS1wpb5wsZjCKCV19MD5AVzI4EyxsnU73k");
  const auto live = ton::parse_single_root_boc(ton::vector_bytes("ton/mainnet-root-state.boc"));
  EXPECT_TRUE(
      changes_between(*parse_root_state(root, *live), *parse_root_state(root, *live)).empty());
}

TEST(RootChanges, EveryFieldHasItsEvent) {
  const auto one = [](const std::function<void(RootState&)>& change) {
    const std::vector<RootChange> changes = after(change);
    EXPECT_EQ(changes.size(), 1u);
    return changes.empty() ? RootChange(VersionChanged{}) : changes[0];
  };
  EXPECT_EQ(one([](RootState& s) { s.owner.hash = hash(1); }),
            RootChange(OwnerChanged{{0, hash(0xbb)}, {0, hash(1)}}));
  EXPECT_EQ(one([](RootState& s) { s.params.unique_id = 5; }),
            RootChange(KindChanged{{5, 0, false}, {5, 5, false}}));
  EXPECT_EQ(one([](RootState& s) { s.params.is_test = true; }),
            RootChange(KindChanged{{5, 0, false}, {5, 0, true}}));
  EXPECT_EQ(one([](RootState& s) { s.params.struct_version = 4; }),
            RootChange(KindChanged{{5, 0, false}, {4, 0, false}}));
  const Prices free;
  EXPECT_EQ(one([](RootState& s) { s.params.price_per_token = base::Nanoton(20); }),
            RootChange(PricesChanged{free, {base::Nanoton(20), {}, {}}}));
  EXPECT_EQ(one([](RootState& s) { s.params.worker_fee_per_token = base::Nanoton(19); }),
            RootChange(PricesChanged{free, {{}, base::Nanoton(19), {}}}));
  EXPECT_EQ(one([](RootState& s) { s.params.multipliers.cached = 1; }),
            RootChange(PricesChanged{free, {{}, {}, {10000, 1, 10000, 10000}}}));
  for (const auto& change : std::vector<std::function<void(RootState&)>>{
           [](RootState& s) { s.params.proxy_delay_before_close = std::chrono::seconds(9); },
           [](RootState& s) { s.params.client_delay_before_close = std::chrono::seconds(9); },
           [](RootState& s) { s.params.min_proxy_stake = base::Nanoton(9); },
           [](RootState& s) { s.params.min_client_stake = base::Nanoton(9); }}) {
    EXPECT_TRUE(std::holds_alternative<TermsChanged>(one(change)));
  }
  EXPECT_EQ(one([](RootState& s) { s.params.params_version = 4; }),
            RootChange(ParamsVersionChanged{0, 4}));
  EXPECT_EQ(one([](RootState& s) { s.version = 8; }), RootChange(VersionChanged{7, 8}));
}

TEST(RootChanges, EveryCodeHasItsEvent) {
  const ton::CellRef other = CellBuilder().store_uint(9, 8).finish_fixed();
  const RootState before = state();
  const auto changes = after([&](RootState& s) {
    s.params.proxy_code = other;
    s.params.worker_code = other;
    s.params.client_code = other;
  });
  const std::vector<RootChange> wanted = {
      CodeChanged{ContractKind::Proxy, before.params.proxy_code->hash(), other->hash()},
      CodeChanged{ContractKind::Worker, before.params.worker_code->hash(), other->hash()},
      CodeChanged{ContractKind::Client, before.params.client_code->hash(), other->hash()}};
  EXPECT_EQ(changes, wanted);
}

TEST(RootChanges, ListsTellWhatCameAndWent) {
  const auto changes = after([](RootState& s) {
    s.proxy_hashes = {hash(2), hash(3)};
    s.worker_hashes = {};
    s.model_hashes = {hash(7), hash(8)};
    s.verified_keys.proxies = {hash(10)};
    s.verified_keys.workers = {};
    s.verified_keys.key_managers = {hash(12)};
  });
  const std::vector<RootChange> wanted = {HashRemoved{HashList::ProxyImages, hash(1)},
                                          HashAdded{HashList::ProxyImages, hash(2)},
                                          HashRemoved{HashList::WorkerImages, hash(5)},
                                          HashAdded{HashList::Models, hash(8)},
                                          HashAdded{HashList::VerifiedProxies, hash(10)},
                                          HashRemoved{HashList::VerifiedWorkers, hash(11)},
                                          HashAdded{HashList::VerifiedKeyManagers, hash(12)}};
  EXPECT_EQ(changes, wanted);
}

TEST(RootChanges, ProxiesComeGoAndMove) {
  const auto changes = after([](RootState& s) {
    s.proxies = {{2, "c:1", "c:2"}, {3, "b:1", "b:9"}};
    s.last_proxy_seqno = 4;
    s.unreadable_proxies = 1;
  });
  const std::vector<RootChange> wanted = {
      ProxyRemoved{{1, "a:1", "a:2"}}, ProxyAdded{{2, "c:1", "c:2"}},
      ProxyMoved{{3, "b:1", "b:2"}, {3, "b:1", "b:9"}}, ProxyListChanged{4, 1}};
  EXPECT_EQ(changes, wanted);
}

TEST(RootChanges, KeysOfTheKeyManager) {
  const auto changes = after([](RootState& s) {
    s.key_manager.address = "k:1";
    s.key_manager.registered_keys = {{hash(9), 1, 200}, {hash(10), 2, 300}};
  });
  const std::vector<RootChange> wanted = {
      KeyManagerChanged{{}, {}, "k:1"}, KeyRemoved{{hash(9), 1, 100}}, KeyAdded{{hash(9), 1, 200}},
      KeyAdded{{hash(10), 2, 300}}};
  EXPECT_EQ(changes, wanted);
}

// Applying the events to the old list gives the new one.
TEST(RootChanges, RandomListsAgreeWithSets) {
  ton::SeededRandom random(51);
  const auto random_set = [&] {
    std::set<base::Bits256> made;
    for (std::uint64_t i = random.below(40); i > 0; --i) {
      made.insert(hash(static_cast<std::uint8_t>(random.below(64))));
    }
    return made;
  };
  for (int round = 0; round < 200; ++round) {
    const std::set<base::Bits256> old = random_set();
    const std::set<base::Bits256> now = random_set();
    RootState first = state();
    RootState second = state();
    first.model_hashes.assign(old.begin(), old.end());
    second.model_hashes.assign(now.begin(), now.end());
    std::set<base::Bits256> applied = old;
    for (const RootChange& change : changes_between(snapshot(first), snapshot(second))) {
      if (const auto* added = std::get_if<HashAdded>(&change)) {
        EXPECT_TRUE(applied.insert(added->hash).second);
      } else {
        EXPECT_EQ(applied.erase(std::get<HashRemoved>(change).hash), 1u);
      }
    }
    EXPECT_EQ(applied, now);
  }
}

}  // namespace
}  // namespace cocoon::registry
