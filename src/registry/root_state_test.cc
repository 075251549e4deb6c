// The root contract's state: the live network's, every struct version, and what must be refused.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "registry/proxy_address.h"
#include "registry/snapshot.h"
#include "ton/boc.h"
#include "ton/cell_slice.h"
#include "ton/dictionary.h"
#include "ton/signed_payment.h"
#include "ton/test_support.h"

namespace cocoon::registry {
namespace {

using ton::CellBuilder;
using ton::CellRef;

const ton::Address kLiveRoot =
    *ton::parse_address("EQCns7bYSp0igFvS1wpb5wsZjCKCV19MD5AVzI4EyxsnU73k");

CellRef live_state() {
  return *ton::parse_single_root_boc(ton::vector_bytes("ton/mainnet-root-state.boc"));
}

std::vector<std::string> beginnings(const std::vector<base::Bits256>& hashes) {
  std::vector<std::string> texts;
  for (const base::Bits256& hash : hashes) texts.push_back(base::to_hex(hash).substr(0, 8));
  return texts;
}

TEST(RootState, ReadsTheLiveNetwork) {
  const auto snapshot = parse_root_state(kLiveRoot, live_state());
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(to_friendly_text(snapshot->owner(), ton::Bounce::Bounceable),
            "EQDnlslXI2RtI1WhLmtelkb4CVQGxr8E_xSIjl0Hg79jNhNQ");
  EXPECT_EQ(snapshot->version(), 87u);
  EXPECT_EQ(snapshot->struct_version(), 4);
  EXPECT_EQ(snapshot->params_version(), 17u);
  EXPECT_EQ(snapshot->unique_id(), 239u);
  EXPECT_FALSE(snapshot->is_test());
  EXPECT_EQ(snapshot->price_per_token(), base::Nanoton(20));
  EXPECT_EQ(snapshot->worker_fee_per_token(), base::Nanoton(19));
  EXPECT_EQ(snapshot->multipliers(), (ton::PriceMultipliers{10000, 1000, 80000, 80000}));
  EXPECT_EQ(snapshot->proxy_delay_before_close(), std::chrono::seconds(86400));
  EXPECT_EQ(snapshot->client_delay_before_close(), std::chrono::seconds(43200));
  EXPECT_EQ(snapshot->min_proxy_stake(), base::Nanoton(15 * base::kNanotonsPerTon));
  EXPECT_EQ(snapshot->min_client_stake(), base::Nanoton(15 * base::kNanotonsPerTon));
  EXPECT_EQ(snapshot->proxies(),
            (std::vector<RegisteredProxy>{{2, "91.108.4.11:5222", "91.108.4.11:8888"}}));
  EXPECT_EQ(snapshot->root().last_proxy_seqno, 3u);
  EXPECT_EQ(snapshot->root().unreadable_proxies, 0u);
  EXPECT_EQ(beginnings(snapshot->root().proxy_hashes),
            (std::vector<std::string>{"014c8db9", "12823435", "4b9906c4", "fb490fe4"}));
  EXPECT_EQ(snapshot->root().worker_hashes.size(), 5u);
  EXPECT_EQ(snapshot->root().model_hashes.size(), 4u);
  EXPECT_EQ(snapshot->root().key_manager.public_key, base::Bits256{});
  EXPECT_EQ(snapshot->root().key_manager.image_hash, base::Bits256{});
  EXPECT_EQ(snapshot->root().key_manager.address, "");
  EXPECT_TRUE(snapshot->root().key_manager.registered_keys.empty());
}

TEST(RootState, AnswersAboutListsAndAddresses) {
  const Snapshot snapshot = *parse_root_state(kLiveRoot, live_state());
  for (const base::Bits256& hash : snapshot.root().proxy_hashes) {
    EXPECT_TRUE(snapshot.allows_proxy_image(hash));
    EXPECT_FALSE(snapshot.allows_model(hash));
    base::Bits256 other = hash;
    other[31] ^= 1;
    EXPECT_FALSE(snapshot.allows_proxy_image(other));
  }
  for (const base::Bits256& hash : snapshot.root().worker_hashes) {
    EXPECT_TRUE(snapshot.allows_worker_image(hash));
  }
  const ton::ProxyIdentity proxy{
      *ton::parse_address("UQDTC4XYwcRwan5FEMmfQze48J6YaK8Ao3QiOsvHx83q0r4a"),
      *base::bits256_from_hex("1cddc344e4ea001a119b6d27976e7056a29d6cc262d17bec92c8586cd3ab6fce")};
  EXPECT_EQ(snapshot.proxy_address(snapshot.owner(), proxy.public_key), proxy.contract);
  const auto client = ton::parse_address("UQDJxdrlRruDA9KuV7nGNXAPVs8cTIS2fbyMx2BOWioB_kVe");
  EXPECT_EQ(to_friendly_text(snapshot.client_address(*client, proxy)),
            "UQDGYwiPVGgHlxabHQNYVZeScSn1WwIfMySPNbeQ4kyjuEky");
}

// Root states made by hand, field by field.
class MadeRootState : public testing::Test {
 protected:
  static CellRef hash_dictionary(std::vector<base::Bits256> hashes) {
    std::sort(hashes.begin(), hashes.end());
    std::vector<ton::DictionaryEntry> entries;
    const ton::CellSlice nothing = *ton::CellSlice::open(CellBuilder().finish_fixed());
    for (const base::Bits256& hash : hashes) entries.push_back({base::to_bytes(hash), nothing});
    return *ton::build_dictionary(entries, 256);
  }
  static CellRef proxy_dictionary(const std::vector<std::string>& texts) {
    std::vector<ton::DictionaryEntry> entries;
    for (const std::string& text : texts) {
      CellBuilder value;
      value.store_bit(false).store_uint(text.size(), 7).store_bytes(base::as_bytes(text));
      const auto seqno = static_cast<std::uint8_t>(entries.size() + 1);
      entries.push_back({{0, 0, 0, seqno}, *ton::CellSlice::open(value.finish_fixed())});
    }
    return *ton::build_dictionary(entries, 32);
  }
  static CellBuilder lists(const std::vector<std::string>& proxies = {}) {
    CellBuilder cell;
    cell.store_maybe_ref(hash_dictionary({base::Bits256{1}, base::Bits256{2}}));
    cell.store_maybe_ref(proxy_dictionary(proxies)).store_uint(9, 32);
    cell.store_maybe_ref(hash_dictionary({base::Bits256{3}}));
    return cell.store_maybe_ref(hash_dictionary({crypto::sha256(base::as_bytes("a@b:c"))}));
  }
  static ton::ContractParams params(std::uint8_t struct_version) {
    ton::ContractParams params;
    params.struct_version = struct_version;
    params.proxy_code = CellBuilder().store_uint(1, 8).finish_fixed();
    params.worker_code = CellBuilder().store_uint(2, 8).finish_fixed();
    params.client_code = CellBuilder().store_uint(3, 8).finish_fixed();
    return params;
  }
  static CellRef key_manager() {
    std::vector<ton::DictionaryEntry> keys;
    CellBuilder value;
    value.store_uint(2, 8).store_uint(1000, 32);
    keys.push_back({base::to_bytes(base::Bits256{5}), *ton::CellSlice::open(value.finish_fixed())});
    CellBuilder cell;
    cell.store_maybe_ref(*ton::build_dictionary(keys, 256));
    cell.store_bytes(base::Bits256{6}).store_bytes(base::Bits256{7});
    return cell.store_bit(false).store_uint(3, 7).store_bytes(base::as_bytes("k:1")).finish_fixed();
  }
  static CellRef verified_keys() {
    return CellBuilder()
        .store_maybe_ref(hash_dictionary({base::Bits256{8}}))
        .store_maybe_ref({})
        .store_maybe_ref(hash_dictionary({base::Bits256{9}, base::Bits256{10}}))
        .finish_fixed();
  }
  static CellBuilder root(const CellRef& lists, const ton::ContractParams& params) {
    CellBuilder cell;
    cell.store_address({0, base::Bits256{4}}).store_uint(77, 32).store_ref(lists);
    return cell.store_ref(*ton::build_contract_params(params, ton::ParamsForm::Full));
  }
  static CellBuilder whole(std::uint8_t struct_version) {
    CellBuilder cell = root(lists().finish_fixed(), params(struct_version));
    if (struct_version >= 4) cell.store_ref(key_manager());
    if (struct_version >= 5) cell.store_ref(verified_keys());
    return cell;
  }
};

TEST_F(MadeRootState, EveryStructVersionIsRead) {
  for (std::uint8_t version = 0; version <= ton::kNewestStructVersion; ++version) {
    SCOPED_TRACE(int{version});
    const auto snapshot = parse_root_state(kLiveRoot, whole(version).finish_fixed());
    ASSERT_TRUE(snapshot) << snapshot.error().message();
    EXPECT_EQ(snapshot->struct_version(), version);
    EXPECT_EQ(snapshot->version(), 77u);
    EXPECT_EQ(snapshot->root().last_proxy_seqno, 9u);
    EXPECT_TRUE(snapshot->allows_proxy_image(base::Bits256{2}));
    EXPECT_TRUE(snapshot->allows_worker_image(base::Bits256{3}));
    EXPECT_TRUE(snapshot->allows_model("a@b:c"));
    EXPECT_FALSE(snapshot->allows_model("a@b:d"));
    const KeyManager& manager = snapshot->root().key_manager;
    if (version >= 4) {
      EXPECT_EQ(manager.registered_keys, (std::vector<RegisteredKey>{{base::Bits256{5}, 2, 1000}}));
      EXPECT_EQ(manager.public_key, base::Bits256{6});
      EXPECT_EQ(manager.image_hash, base::Bits256{7});
      EXPECT_EQ(manager.address, "k:1");
    } else {
      EXPECT_EQ(manager.address, "");
    }
    EXPECT_EQ(snapshot->root().verified_keys.proxies.size(), version >= 5 ? 1u : 0u);
    EXPECT_EQ(snapshot->root().verified_keys.key_managers.size(), version >= 5 ? 2u : 0u);
  }
}

TEST_F(MadeRootState, ReferencesMustFitTheStructVersion) {
  for (std::uint8_t version = 0; version <= ton::kNewestStructVersion; ++version) {
    if (version >= 4) {
      const CellRef short_of_one = root(lists().finish_fixed(), params(version)).finish_fixed();
      EXPECT_EQ(ton::reason_of(parse_root_state(kLiveRoot, short_of_one)), "cell_underflow");
    }
    if (version >= 5) continue;  // no fifth reference fits
    const CellRef one_more = whole(version).store_ref(verified_keys()).finish_fixed();
    EXPECT_EQ(ton::reason_of(parse_root_state(kLiveRoot, one_more)), "cell_leftover");
  }
}

TEST_F(MadeRootState, DamageIsRefusedByName) {
  EXPECT_EQ(ton::reason_of(parse_root_state(kLiveRoot, {})), "cell_missing");
  EXPECT_EQ(ton::reason_of(parse_root_state(kLiveRoot, whole(3).store_bit(false).finish_fixed())),
            "cell_leftover");
  EXPECT_EQ(
      ton::reason_of(parse_root_state(
          kLiveRoot, root(lists().store_bit(false).finish_fixed(), params(3)).finish_fixed())),
      "cell_leftover");
  ton::ContractParams without_code = params(3);
  without_code.worker_code = nullptr;
  EXPECT_EQ(ton::reason_of(parse_root_state(
                kLiveRoot, root(lists().finish_fixed(), without_code).finish_fixed())),
            "code_missing");
  CellBuilder newer;
  newer.store_address({}).store_uint(1, 32).store_ref(lists().finish_fixed());
  newer.store_ref(CellBuilder().store_uint(6, 8).finish_fixed());
  EXPECT_EQ(ton::reason_of(parse_root_state(kLiveRoot, newer.finish_fixed())), "struct_version");
  for (const std::size_t missing : {0u, 1u, 2u}) {
    const CellRef live = live_state();
    std::vector<CellRef> refs(live->refs().begin(), live->refs().end());
    refs[missing] = CellBuilder().finish_fixed();
    const CellRef cut = *ton::Cell::make_ordinary(live->data(), live->bit_count(), refs);
    EXPECT_EQ(ton::reason_of(parse_root_state(kLiveRoot, cut)), "cell_underflow");
  }
}

TEST_F(MadeRootState, UnreadableProxiesAreLeftOut) {
  const std::vector<std::string> texts = {"a:1 b:2", "", "c:3", "a b", "a:1 b:2 c:3", "a:65536"};
  const CellRef state = root(lists(texts).finish_fixed(), params(3)).finish_fixed();
  const auto snapshot = parse_root_state(kLiveRoot, state);
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->proxies(),
            (std::vector<RegisteredProxy>{{1, "a:1", "b:2"}, {3, "c:3", "c:3"}}));
  EXPECT_EQ(snapshot->root().unreadable_proxies, 4u);
}

// A network made of the contracts in contracts/, as their TypeScript side wrote it down.
class OurContracts : public testing::Test {
 protected:
  OurContracts() {
    std::istringstream lines(ton::vector_text("contracts/network.txt"));
    for (std::string name, value; lines >> name >> value;) values_[name] = value;
  }
  ton::Address address(const std::string& name) { return *ton::parse_address(values_[name]); }
  base::Bits256 key(const std::string& name) { return *base::bits256_from_hex(values_[name]); }
  base::Bytes bag(const std::string& name) { return *base::from_hex(values_[name]); }
  CellRef cell(const std::string& name) { return *ton::parse_single_root_boc(bag(name)); }

 private:
  std::map<std::string, std::string> values_;
};

TEST_F(OurContracts, AreWhereBothSidesExpectThem) {
  const auto snapshot = parse_root_state(address("root"), cell("root_data"));
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->version(), 3u);
  EXPECT_EQ(snapshot->proxies(),
            (std::vector<RegisteredProxy>{{1, "203.0.113.5:5222", "203.0.113.5:8888"}}));
  const ton::ProxyIdentity proxy{address("proxy"), key("proxy_key")};
  EXPECT_EQ(snapshot->proxy_address(address("proxy_owner"), proxy.public_key), proxy.contract);
  const CellRef wallet = ton::wallet_data(key("wallet_key"), address("wallet_owner"));
  EXPECT_EQ(ton::contract_address(*ton::build_state_init({cell("wallet_code"), wallet})),
            address("wallet"));
  EXPECT_EQ(snapshot->client_address(address("wallet"), proxy), address("client"));
  EXPECT_EQ(snapshot->worker_address(address("worker_owner"), proxy), address("worker"));
}

TEST_F(OurContracts, TakePaymentsAsWeSignThem) {
  for (const auto& [name, receiver] : {std::pair{"charge", "client"}, {"payout", "worker"}}) {
    const auto payment = ton::parse_signed_payment(bag(name));
    ASSERT_TRUE(payment) << payment.error().message();
    EXPECT_TRUE(ton::verify_payment(*payment, key("proxy_key"), address(receiver)));
    EXPECT_EQ(ton::serialize_signed_payment(*payment), bag(name));
  }
}

TEST(ProxyAddress, OnlyHostsWithPorts) {
  EXPECT_TRUE(parse_proxy_address(1, "[::1]:5222 proxy.example:8888"));
  for (const char* text : {"", " ", "a:1 ", " a:1", "a:1  b:2", ":1", "a:", "a:0", "a:-1", "a:+1",
                           "a:1x", "a\n:1", "a\xff:1", "a:1 b"}) {
    EXPECT_FALSE(parse_proxy_address(1, text)) << text;
  }
  EXPECT_FALSE(parse_proxy_address(1, std::string(126, 'a') + ":1"));
}

}  // namespace
}  // namespace cocoon::registry
