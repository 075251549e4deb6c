// Params cells and contract addresses against the live network and recorded conversations.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "ton/boc.h"
#include "ton/cell_slice.h"
#include "ton/network_contracts.h"
#include "ton/test_support.h"

namespace cocoon::ton {
namespace {

Address address(std::string_view text) { return *parse_address(text); }

// The params cell of the live network's root contract, April 2026.
CellRef mainnet_params_cell() {
  const CellRef root = *parse_single_root_boc(vector_bytes("ton/mainnet-root-state.boc"));
  return root->refs()[1];
}

const ProxyIdentity kMainnetProxy{
    address("UQDTC4XYwcRwan5FEMmfQze48J6YaK8Ao3QiOsvHx83q0r4a"),
    *base::bits256_from_hex("1cddc344e4ea001a119b6d27976e7056a29d6cc262d17bec92c8586cd3ab6fce")};

NetworkContracts mainnet() {
  const ContractParams params = *parse_contract_params(mainnet_params_cell());
  return *NetworkContracts::make(address("EQCns7bYSp0igFvS1wpb5wsZjCKCV19MD5AVzI4EyxsnU73k"),
                                 params);
}

TEST(ContractParams, ReadsTheLiveNetwork) {
  const auto params = parse_contract_params(mainnet_params_cell());
  ASSERT_TRUE(params) << params.error().message();
  EXPECT_EQ(params->struct_version, 4);
  EXPECT_EQ(params->params_version, 17u);
  EXPECT_EQ(params->unique_id, 239u);
  EXPECT_FALSE(params->is_test);
  EXPECT_EQ(params->price_per_token, base::Nanoton(20));
  EXPECT_EQ(params->worker_fee_per_token, base::Nanoton(19));
  EXPECT_EQ(params->multipliers, (PriceMultipliers{10000, 1000, 80000, 80000}));
  EXPECT_EQ(params->proxy_delay_before_close, std::chrono::hours(24));
  EXPECT_EQ(params->client_delay_before_close, std::chrono::hours(12));
  EXPECT_EQ(params->min_proxy_stake, base::Nanoton(15 * base::kNanotonsPerTon));
  EXPECT_EQ(params->min_client_stake, base::Nanoton(15 * base::kNanotonsPerTon));
  EXPECT_EQ(base::to_hex(params->proxy_code->hash()),
            "279a4a96d50e93018f20fecac379712afd0052597cbe93fffec32be68c9787fd");
  EXPECT_EQ(base::to_hex(params->worker_code->hash()),
            "b100aeadcb1b1cb9274172044c1c27b041748ef4d2bbb8fe0f5c4da4dae67a3c");
  EXPECT_EQ(base::to_hex(params->client_code->hash()),
            "b81f091aee4e88708650755a859cfa436d2c968726b85b0569911bb734dd77d3");
}

TEST(ContractParams, WritesAllThreeForms) {
  const ContractParams params = *parse_contract_params(mainnet_params_cell());
  EXPECT_EQ(base::to_hex((*build_contract_params(params, ParamsForm::Full))->hash()),
            "e1b74351e1d554857ccd2fa36cc6355a054c3b84affa2c131647984ead414568");
  EXPECT_EQ(base::to_hex((*build_contract_params(params, ParamsForm::WithoutProxyCode))->hash()),
            "1869cc85c704f75ec7f86de2d56a9272839c7716f31b5b30f7f815c9781e6d7b");
  EXPECT_EQ(base::to_hex((*build_contract_params(params, ParamsForm::WithoutCode))->hash()),
            "7dbcf06eebc1868398aa74162d77445807340d7bed8c09739ddedf8279e39a07");
}

TEST(ContractParams, EveryStructVersionComesBack) {
  SeededRandom random(5);
  for (std::uint8_t version = 0; version <= kNewestStructVersion; ++version) {
    ContractParams params;
    params.struct_version = version;
    params.params_version = 7;
    params.unique_id = 8;
    params.is_test = true;
    params.price_per_token = base::Nanoton(300);
    params.worker_fee_per_token = base::Nanoton(0);
    params.multipliers = {1, 2, 3, 4};
    params.proxy_delay_before_close = std::chrono::seconds(UINT32_MAX);
    params.min_client_stake = base::Nanoton(5);
    params.proxy_code = random_graph(random, 3);
    params.client_code = random_graph(random, 3);
    const CellRef cell = *build_contract_params(params, ParamsForm::Full);
    const auto back = parse_contract_params(cell);
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ((*build_contract_params(*back, ParamsForm::Full))->hash(), cell->hash());
    EXPECT_EQ(back->is_test, true);
    EXPECT_EQ(back->proxy_delay_before_close, std::chrono::seconds(UINT32_MAX));
    EXPECT_EQ(back->worker_code, nullptr);
    const std::uint32_t one = kMultiplierOne;
    const PriceMultipliers expected = version >= 3   ? PriceMultipliers{1, 2, 3, 4}
                                      : version == 2 ? PriceMultipliers{one, 2, one, 4}
                                                     : PriceMultipliers{};
    EXPECT_EQ(back->multipliers, expected);
    const base::Nanoton stake(version >= 1 ? 5 : base::kNanotonsPerTon);
    EXPECT_EQ(back->min_client_stake, stake);
  }
}

TEST(ContractParams, RefusesWhatItDoesNotKnow) {
  ContractParams params;
  params.struct_version = 6;
  EXPECT_EQ(reason_of(build_contract_params(params, ParamsForm::Full)), "struct_version");
  EXPECT_EQ(reason_of(parse_contract_params(CellBuilder().store_uint(6, 8).finish_fixed())),
            "struct_version");
  EXPECT_EQ(reason_of(parse_contract_params({})), "cell_missing");
  // Every cut, and a bit too many.
  params.struct_version = kNewestStructVersion;
  const CellRef whole = *build_contract_params(params, ParamsForm::Full);
  for (unsigned bits = 0; bits < whole->bit_count(); ++bits) {
    const CellRef cut = *Cell::make_ordinary(whole->data(), bits, {});
    EXPECT_EQ(reason_of(parse_contract_params(cut)), "cell_underflow") << bits;
  }
  CellBuilder longer;
  longer.store_slice(*CellSlice::open(whole)).store_bit(false);
  EXPECT_EQ(reason_of(parse_contract_params(longer.finish_fixed())), "cell_leftover");
}

TEST(ContractParams, RefusesCodeThatIsTooDeep) {
  CellRef code = CellBuilder().finish_fixed();
  for (unsigned i = 0; i < kMaxCodeDepth; ++i) code = CellBuilder().store_ref(code).finish_fixed();
  ContractParams params;
  params.proxy_code = params.worker_code = params.client_code = code;
  EXPECT_EQ(reason_of(NetworkContracts::make({}, params)), "accepted");
  params.client_code = CellBuilder().store_ref(code).finish_fixed();
  EXPECT_EQ(reason_of(NetworkContracts::make({}, params)), "cell_too_deep");
  params.client_code = nullptr;
  EXPECT_EQ(reason_of(NetworkContracts::make({}, params)), "cell_missing");
}

TEST(NetworkContracts, ProxyOfTheLiveNetwork) {
  const Address owner = address("UQDnlslXI2RtI1WhLmtelkb4CVQGxr8E_xSIjl0Hg79jNk6V");
  const StateInit state = mainnet().proxy_state(owner, kMainnetProxy.public_key);
  EXPECT_EQ(state.data->bit_count(), 832u);
  EXPECT_EQ(base::to_hex(state.data->hash()),
            "134cc139cd94be4f38b223cf05aeac0240b497ee734e6f157647f85e68a46580");
  EXPECT_EQ(mainnet().proxy_address(owner, kMainnetProxy.public_key), kMainnetProxy.contract);
}

// The live proxy's data begins with the fields it was made with, and holds the same params.
TEST(NetworkContracts, LiveProxyStateBeginsLikeOurs) {
  const CellRef live = *parse_single_root_boc(vector_bytes("ton/mainnet-proxy-state.boc"));
  const Address owner = address("UQDnlslXI2RtI1WhLmtelkb4CVQGxr8E_xSIjl0Hg79jNk6V");
  const CellRef made = mainnet().proxy_state(owner, kMainnetProxy.public_key).data;
  const base::BytesView live_start = live->data().first(98);  // 784 bits: owner, key, most of root
  const base::BytesView made_start = made->data().first(98);
  EXPECT_TRUE(std::equal(live_start.begin(), live_start.end(), made_start.begin()));
  EXPECT_EQ(live->refs()[0]->hash(), made->refs()[0]->hash());
}

TEST(NetworkContracts, ClientsOfTheLiveNetwork) {
  const Address first = address("UQDJxdrlRruDA9KuV7nGNXAPVs8cTIS2fbyMx2BOWioB_kVe");
  EXPECT_EQ(to_friendly_text(mainnet().client_address(first, kMainnetProxy)),
            "UQDGYwiPVGgHlxabHQNYVZeScSn1WwIfMySPNbeQ4kyjuEky");
  const Address second = address("UQDSMc2wDpO5kgPwOHO-wQuTc7Fjyvf5OdUWAn_-G0oaqon7");
  EXPECT_EQ(to_friendly_text(mainnet().client_address(second, kMainnetProxy)),
            "UQBHk_MRFeU-_ss9vH5r7CfyWY963C3Da9e3uuG6Wu2rWebH");
  EXPECT_EQ(mainnet().client_state(first, kMainnetProxy).data->bit_count(), 402u);
  EXPECT_EQ(mainnet().worker_state(first, kMainnetProxy).data->bit_count(), 856u);
}

TEST(NetworkContracts, WalletDataHasTheLiveLayout) {
  const CellRef live = *parse_single_root_boc(vector_bytes("ton/mainnet-wallet-state.boc"));
  CellSlice slice = *CellSlice::open(live);
  EXPECT_EQ(*slice.load_uint(32), 8u);  // seqno
  EXPECT_EQ(*slice.load_uint(32), 0u);  // subwallet
  const base::Bits256 public_key = *slice.load_bits256();
  EXPECT_EQ(*slice.load_uint(32), 0u);  // status
  const Address owner = *slice.load_address();
  EXPECT_TRUE(slice.expect_end());

  const CellRef made = wallet_data(public_key, owner);
  EXPECT_EQ(made->bit_count(), live->bit_count());
  const base::BytesView live_rest = live->data().subspan(4);
  const base::BytesView made_rest = made->data().subspan(4);
  EXPECT_TRUE(std::equal(live_rest.begin(), live_rest.end(), made_rest.begin()));
}

}  // namespace
}  // namespace cocoon::ton
