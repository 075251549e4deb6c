// New roots are written as the contracts' own tools write them; orders lead where they shall.
#include "registry/root_orders.h"

#include <gtest/gtest.h>

#include <sstream>

#include "base/encoding.h"
#include "ton/boc.h"
#include "ton/cell_slice.h"
#include "ton/contract_code.h"
#include "ton/test_support.h"

namespace cocoon::registry {
namespace {

using ton::CellRef;

ton::CellRef vector_cell(const std::string& name) {
  std::istringstream lines(base::to_text(ton::vector_bytes("contracts/network.txt")));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + " ")) {
      return *ton::parse_single_root_boc(*base::from_hex(line.substr(name.size() + 1)));
    }
  }
  return {};
}

RootState example() {
  RootState state = parse_root_state({}, vector_cell("root_data"))->root();
  state.proxy_hashes = {{1}, {2}};
  return state;
}

std::vector<std::string> what(const RootState& from, const RootState& to) {
  const auto orders = root_orders(from, to, 7);
  EXPECT_TRUE(orders);
  std::vector<std::string> texts;
  for (const auto& order : *orders) texts.push_back(order.what);
  return texts;
}

TEST(RootData, IsWhatTheContractsToolsWrite) {
  const CellRef data = vector_cell("root_data");
  const auto again = build_root_data(parse_root_state({}, data)->root());
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ((*again)->hash(), data->hash());
}

TEST(RootData, OfTheLiveNetworkIsReproduced) {
  const CellRef data = *ton::parse_single_root_boc(ton::vector_bytes("ton/mainnet-root-state.boc"));
  EXPECT_EQ((*build_root_data(parse_root_state({}, data)->root()))->hash(), data->hash());
}

TEST(RootData, EveryStructVersionIsReadBack) {
  for (std::uint8_t version = 0; version <= ton::kNewestStructVersion; ++version) {
    RootState state = example();
    state.params.struct_version = version;
    const auto data = build_root_data(state);
    ASSERT_TRUE(data) << int{version};
    const auto read = parse_root_state({}, *data);
    ASSERT_TRUE(read) << int{version} << read.error().message();
    EXPECT_EQ(read->root().proxy_hashes, state.proxy_hashes);
    EXPECT_EQ(read->proxies(), state.proxies);
    EXPECT_EQ(read->struct_version(), version);
  }
}

TEST(RootData, ListsMayComeInAnyOrder) {
  RootState shuffled = example();
  shuffled.proxy_hashes = {{2}, {1}, {2}};
  EXPECT_EQ((*build_root_data(shuffled))->hash(), (*build_root_data(example()))->hash());
}

TEST(RootData, RefusesWhatNoCellHolds) {
  RootState state = example();
  state.proxies.push_back(state.proxies.front());
  EXPECT_EQ(build_root_data(state).error().reason(), "config_member");
  state = example();
  state.proxies.front().clients_address = std::string(kMaxAddressTextBytes, 'a') + ":1";
  EXPECT_EQ(build_root_data(state).error().reason(), "config_member");
}

TEST(RootOrders, NothingToDoIsNothing) { EXPECT_TRUE(what(example(), example()).empty()); }

TEST(RootOrders, NameWhatTheyDo) {
  RootState to = example();
  to.proxy_hashes = {{2}, {3}};
  to.model_hashes = {{0xab}};
  to.worker_hashes.clear();
  to.proxies.front().workers_address = "127.0.0.1:1";
  to.proxies.push_back({9, "127.0.0.1:5", "127.0.0.1:5"});
  to.params.price_per_token = base::Nanoton(21);
  to.params.multipliers.cached = 7;
  to.params.client_code = ton::contract_code(ton::CocoonContract::Wallet);
  EXPECT_EQ(
      what(example(), to),
      (std::vector<std::string>{
          "change prices, delays and stakes", "change multipliers", "change the contracts' code",
          "add proxy image 03000000...", "remove proxy image 01000000...",
          "remove worker image 00000000...", "add model ab000000...",
          "move proxy 1 to 127.0.0.1:1 203.0.113.5:8888", "register proxy 127.0.0.1:5"}));
  to = example();
  to.proxies.clear();
  EXPECT_EQ(what(example(), to), std::vector<std::string>{"remove proxy 1"});
}

TEST(RootOrders, BodiesHaveOperationQueryAndFields) {
  RootState to = example();
  to.proxy_hashes.push_back({3});
  to.proxies.front().clients_address = "h:2";
  const auto orders = *root_orders(example(), to, 7);
  ASSERT_EQ(orders.size(), 2u);
  auto add = *ton::CellSlice::open(orders[0].body);
  EXPECT_EQ(*add.load_u32(), 0x71860e80u);
  EXPECT_EQ(*add.load_uint(64), 7u);
  EXPECT_EQ(*add.load_bits256(), base::Bits256{3});
  EXPECT_TRUE(add.expect_end());
  auto move = *ton::CellSlice::open(orders[1].body);
  EXPECT_EQ(*move.load_u32(), 0x9c7924bau);
  EXPECT_EQ(*move.load_uint(64), 8u);
  EXPECT_EQ(*move.load_u32(), 1u);
  const std::string text = "203.0.113.5:5222 h:2";
  EXPECT_EQ(*move.load_uint(8), text.size());
  EXPECT_EQ(base::to_text(*move.load_bytes(text.size())), text);
  EXPECT_TRUE(move.expect_end());
}

}  // namespace
}  // namespace cocoon::registry
