// The files of a private network, what is said about it, and where the money went.
#include <gtest/gtest.h>

#include "app/commands/engine_source.h"
#include "app/commands/money_report.h"
#include "app/commands/up_chain.h"
#include "app/commands/up_plan.h"
#include "app/commands/whereabouts.h"
#include "app/role_options.h"
#include "client/proxy_links.h"
#include "registry/snapshot.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

constexpr base::Bits256 kRootKey{7};

UpPlan example_plan() {
  return {.directory = "/tmp/a \"b\"\\c",
          .listen = "127.0.0.1:10000",
          .model = "SmolLM2-135M-Instruct",
          .engine = "http://127.0.0.1:18080",
          .proxy_http = 11000,
          .proxy_workers = 11001,
          .proxy_clients = 11002,
          .worker_http = {12000, 12001},
          .images = {.proxy = {1}, .worker = {2}},
          .chain = {}};
}

TEST(UpPlan, NetworkFileIsOneThatProgramsAccept) {
  const auto network = registry::parse_pseudo_config({}, network_text(example_plan(), kRootKey));
  ASSERT_TRUE(network) << network.error().message();
  EXPECT_TRUE(network->is_test());
  EXPECT_EQ(network->price_per_token(), base::Nanoton(20));
  EXPECT_EQ(network->worker_fee_per_token(), base::Nanoton(19));
  EXPECT_EQ(network->multipliers(), (ton::PriceMultipliers{10000, 1000, 80000, 80000}));
  EXPECT_TRUE(network->allows_model("SmolLM2-135M-Instruct"));
  EXPECT_TRUE(network->allows_proxy_image({1}));
  EXPECT_FALSE(network->allows_proxy_image({2}));
  EXPECT_TRUE(network->allows_worker_image({2}));
  ASSERT_EQ(network->proxies().size(), 1u);
  EXPECT_EQ(network->proxies()[0].workers_address, "127.0.0.1:11001");
  EXPECT_EQ(network->proxies()[0].clients_address, "127.0.0.1:11002");
}

TEST(UpPlan, AddressesDoNotDependOnPorts) {
  UpPlan other = example_plan();
  other.proxy_clients = 30000;
  other.worker_http = {5};
  const auto address = [](const UpPlan& plan) {
    return registry::parse_pseudo_config({}, network_text(plan, kRootKey))
        ->proxy_address(up_owner(kRootKey, "proxy"), {9});
  };
  EXPECT_EQ(address(example_plan()), address(other))
      << "else the ledger of the last start would be another client's";
  EXPECT_NE(up_owner(kRootKey, "worker-1"), up_owner(kRootKey, "worker-2"));
  EXPECT_NE(up_owner(kRootKey, "client"), up_owner({8}, "client"));
}

TEST(UpPlan, ConfigurationFilesAreOnesThatProgramsAccept) {
  const UpPlan plan = example_plan();
  ProxyOptions proxy;
  auto proxy_table = option_table(proxy);
  const auto read = proxy_table.apply_file(proxy_text(plan, kRootKey, {3}), "proxy.toml");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(proxy.database, plan.directory + "/proxy.db") << "quotes and backslashes survive";
  EXPECT_EQ(proxy.common.policy, "development");
  ASSERT_EQ(proxy.clients.size(), 1u);
  EXPECT_TRUE(proxy.clients[0].ends_with(" 1000ton"));
  EXPECT_FALSE(proxy.open_to_unknown_clients);

  WorkerOptions worker;
  ASSERT_TRUE(option_table(worker).apply_file(worker_text(plan, kRootKey, 1), "worker.toml"));
  EXPECT_EQ(worker.http_listen, "127.0.0.1:12001");
  EXPECT_EQ(worker.engine.model, plan.model);
  EXPECT_EQ(*ton::parse_address(worker.common.owner), up_owner(kRootKey, "worker-2"));

  ClientOptions client;
  ASSERT_TRUE(option_table(client).apply_file(client_text(plan, kRootKey), "client.toml"));
  EXPECT_EQ(client.listen, plan.listen);
  EXPECT_TRUE(client.proxies.empty()) << "they come from the network file";
}

TEST(UpPlan, WithAChainTheRootContractIsTheNetwork) {
  UpPlan plan = example_plan();
  plan.chain = UpChainPlan{.config = "/c/global.config.json",
                           .lite_port = 1,
                           .http_port = 2,
                           .network = {},
                           .accounts = {}};
  for (const char* name : {"proxy", "client", "worker-1", "worker-2"}) {
    const std::uint8_t seed = static_cast<std::uint8_t>(plan.chain->accounts.size());
    plan.chain->accounts[name] = {
        .key_file = plan.path(name), .owner = {0, {seed}}, .wallet = {0, {9, seed}}};
  }
  registry::RootState state = up_root_state(plan, {0, {5}});
  state.address = {0, {7}};
  plan.chain->network = *registry::Snapshot::make(state);
  EXPECT_TRUE(plan.chain->network->allows_model("SmolLM2-135M-Instruct"));
  EXPECT_TRUE(plan.chain->network->allows_worker_image({2}));
  EXPECT_EQ(plan.chain->network->proxies()[0].clients_address, "127.0.0.1:11002");

  ProxyOptions proxy;
  auto table = option_table(proxy);
  const auto read = table.apply_file(proxy_text(plan, kRootKey, {3}), "proxy.toml");
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(proxy.common.chain, "/c/global.config.json");
  EXPECT_EQ(*ton::parse_address(proxy.common.root), (ton::Address{0, {7}}));
  EXPECT_EQ(proxy.common.wallet_key_file, plan.path("proxy"));
  EXPECT_EQ(*ton::parse_address(proxy.common.owner), plan.chain->accounts.at("proxy").owner);
  ASSERT_EQ(proxy.clients.size(), 1u);
  EXPECT_TRUE(
      proxy.clients[0].starts_with(ton::to_friendly_text(plan.chain->accounts.at("client").wallet)))
      << "a proxy knows its client by the client's wallet";
}

TEST(UpPlan, TomlTextsAreEscaped) {
  EXPECT_EQ(toml_quoted("a\"\\\n\x7f\xc3\xbc"), "\"a\\\"\\\\\\u000a\\u007f\xc3\xbc\"");
}

TEST(RunningNetwork, IsReadBackAsWritten) {
  const RunningNetwork network{.base_url = "http://127.0.0.1:10000/v1",
                               .model = "m",
                               .directory = "/d",
                               .engine = "http://127.0.0.1:1",
                               .proxy = "http://127.0.0.1:2",
                               .workers = {"http://127.0.0.1:3", "http://127.0.0.1:4"},
                               .pids = {{"proxy", 5}, {"client", 6}}};
  const auto read = parse_running_network(to_text(network));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, network);
  for (const char* damaged : {"", "{", "[]", "{}", R"({"base_url":7})"})
    EXPECT_FALSE(parse_running_network(damaged)) << damaged;
}

TEST(Whereabouts, BaseUrlsInEveryForm) {
  for (const char* url : {"http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/"})
    EXPECT_EQ(root_of(url), "http://h:1");
}

TEST(EngineSource, ReadsTheToolsDescription) {
  const auto choice = parse_engine_description(
      R"({"server":"/e/server","libs":"/e","model":"/e/m.gguf","model_name":"m","args":["--model","/e/m.gguf"],"health":"/health"})");
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->argv, (std::vector<std::string>{"/e/server", "--model", "/e/m.gguf"}));
  EXPECT_EQ(choice->model, "m");
  for (const char* bad :
       {"", "{}", R"({"server":"s","model_name":"m"})", R"({"model_name":"m","health":"/h"})"}) {
    EXPECT_FALSE(parse_engine_description(bad)) << bad;
  }
}

TEST(EngineSource, ChoosesTheModel) {
  const json two = json::parse(R"({"data":[{"id":"a"},{"id":"b"}]})");
  EXPECT_EQ(*choose_engine_model(two, ""), "a");
  EXPECT_EQ(*choose_engine_model(two, "b"), "b");
  EXPECT_EQ(choose_engine_model(two, "c").error().reason(), "usage");
  EXPECT_EQ(*choose_engine_model(json::object(), "c"), "c")
      << "an engine without a list is believed";
  EXPECT_FALSE(choose_engine_model(json::object(), ""));
}

json books(std::int64_t charged, std::int64_t earned_a, std::int64_t earned_b,
           std::int64_t commission) {
  return {
      {"clients", json::array({{{"charged_nanotons", charged}}})},
      {"workers", json::array({{{"earned_nanotons", earned_a}}, {{"earned_nanotons", earned_b}}})},
      {"commission_nanotons", commission}};
}

TEST(Money, FlowMustAddUp) {
  const Books before = books_of(books(100, 50, 45, 5));
  const auto flow = follow_money(before, books_of(books(300, 240, 45, 15)), base::Nanoton(200));
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_EQ(flow->moved.charged, base::Nanoton(200));
  EXPECT_EQ(flow->moved.earned, base::Nanoton(190));
  EXPECT_EQ(flow->moved.commission, base::Nanoton(10));
  EXPECT_FALSE(follow_money(before, books_of(books(300, 240, 45, 14)), base::Nanoton(200)));
  EXPECT_FALSE(follow_money(before, books_of(books(300, 240, 45, 15)), base::Nanoton(199)));
  EXPECT_TRUE(follow_money(before, books_of(books(300, 240, 45, 15)), std::nullopt));
}

}  // namespace
}  // namespace cocoon::app::commands
