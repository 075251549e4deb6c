#include "app/options.h"

#include <gtest/gtest.h>

#include "app/role_options.h"

namespace cocoon::app {
namespace {

TEST(Options, FileSetsEveryKindOfValue) {
  ProxyOptions options;
  OptionTable table = option_table(options);
  const auto applied = table.apply_file(
      "workers_listen = \"0.0.0.0:1\"\npow_difficulty = 8\nopen_to_unknown_clients = true\n"
      "unknown_client_credit = \"1.5ton\"\nclients = [\"a b c\", \"d e f\"]\n",
      "proxy.toml");
  ASSERT_TRUE(applied.ok()) << applied.error().message();
  EXPECT_EQ(options.workers_listen, "0.0.0.0:1");
  EXPECT_EQ(options.pow_difficulty, 8);
  EXPECT_TRUE(options.open_to_unknown_clients);
  EXPECT_EQ(options.unknown_client_credit, base::Nanoton(1'500'000'000));
  EXPECT_EQ(options.clients, (std::vector<std::string>{"a b c", "d e f"}));
}

TEST(Options, UnknownKeyNamesItsLineAndTheNearestKey) {
  ClientOptions options;
  OptionTable table = option_table(options);
  const auto applied = table.apply_file("owner = \"x\"\n\nproxie = []\n", "client.toml");
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().reason(), "unknown_key");
  EXPECT_EQ(applied.error().message(),
            "client.toml:3: unknown key \"proxie\"; did you mean \"proxies\"?");
}

TEST(Options, BadValuesAreRefusedWithTheirPlace) {
  WorkerOptions options;
  OptionTable table = option_table(options);
  for (const char* text : {"coefficient = -1", "coefficient = \"many\"", "max_active = 0",
                           "policy = \"trusting\"", "proxies = [1979-05-27]", "model = {}"}) {
    const auto applied = table.apply_file(text, "worker.toml");
    ASSERT_FALSE(applied.ok()) << text;
    EXPECT_EQ(applied.error().reason(), "bad_value") << text;
    EXPECT_NE(applied.error().message().find("worker.toml:1"), std::string::npos) << text;
  }
  EXPECT_EQ(table.apply_file("model = ", "worker.toml").error().reason(), "bad_syntax");
  for (const char* text : {"policy = \"production-t2\"", "policy = \"mine.toml\""}) {
    EXPECT_TRUE(table.apply_file(text, "worker.toml").ok()) << text;
  }
}

TEST(Options, FlagsWinOverEnvironmentWinsOverFile) {
  WorkerOptions options;
  OptionTable table = option_table(options);
  ASSERT_TRUE(
      table.apply_file("model = \"file\"\nmax_active = 3\nproxies = [\"f:1\"]", "worker.toml")
          .ok());
  ASSERT_TRUE(table
                  .apply_environment([](const std::string& name) -> const char* {
                    if (name == "COCOON_WORKER_MODEL") return "environment";
                    if (name == "COCOON_WORKER_PROXIES") return "a:1,b:2";
                    return nullptr;
                  })
                  .ok());
  EXPECT_EQ(options.engine.model, "environment");
  EXPECT_EQ(options.proxies, (std::vector<std::string>{"a:1", "b:2"}));
  ASSERT_TRUE(table.apply_flag("model", {"flag"}).ok());
  EXPECT_EQ(options.engine.model, "flag");
  EXPECT_EQ(options.engine.max_active, 3);
}

TEST(Options, AWorkersEnginesMayBeTables) {
  WorkerOptions options;
  OptionTable table = option_table(options);
  const auto applied = table.apply_file(
      "owner = \"x\"\n[[engine]]\nurl = \"http://a:1\"\nmodel = \"one\"\n"
      "[[engine]]\nurl = [\"http://b:1\", \"http://b:2\"]\nmodel = \"two\"\ncoefficient = 2000\n",
      "worker.toml");
  ASSERT_TRUE(applied) << applied.error().message();
  const auto engines = engines_of(options);
  ASSERT_EQ(engines.size(), 2u);
  EXPECT_EQ(engines[0].model, "one");
  EXPECT_EQ(engines[0].urls, (std::vector<std::string>{"http://a:1"}));
  EXPECT_EQ(engines[1].urls, (std::vector<std::string>{"http://b:1", "http://b:2"}));
  EXPECT_EQ(engines[1].coefficient, 2000);
}

TEST(Options, OneEngineNeedsNoTable) {
  WorkerOptions options;
  OptionTable table = option_table(options);
  ASSERT_TRUE(table.apply_file("engine = \"http://a:1\"\nmodel = \"one\"", "worker.toml"));
  const auto engines = engines_of(options);
  ASSERT_EQ(engines.size(), 1u);
  EXPECT_EQ(engines[0].urls, (std::vector<std::string>{"http://a:1"}));
  const auto wrong = table.apply_file("[[engine]]\nulr = \"http://a:1\"", "worker.toml");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message(), "worker.toml:2: unknown key \"ulr\"");
  EXPECT_FALSE(table.apply_file("[[model]]\nname = \"a\"", "worker.toml"));
}

TEST(Options, ExampleFileIsAcceptedWhenUncommented) {
  ProxyOptions options;
  OptionTable table = option_table(options);
  std::string uncommented;
  std::string line;
  for (const char c : table.example()) {
    line += c;
    if (c != '\n') continue;
    const bool is_key = line.starts_with("# ") && line.find(" = ") != std::string::npos;
    uncommented += is_key ? line.substr(2) : line;
    line.clear();
  }
  const auto applied = table.apply_file(uncommented, "example.toml");
  EXPECT_TRUE(applied.ok()) << applied.error().message();
}

}  // namespace
}  // namespace cocoon::app
