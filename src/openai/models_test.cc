// The list of models reads back as OpenAI's clients expect it.
#include "openai/models.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cocoon::openai {
namespace {

using nlohmann::json;

TEST(Models, ListsModelsWorkersAndPrices) {
  const std::vector<ModelListing> models = {
      {"Qwen/\"8B\"",
       {{1000, 2, 8}, {1500, 0, 4}},
       ModelPrices{base::Nanoton(1), base::Nanoton(2), base::Nanoton(3), base::Nanoton(4)}},
      {"b", {}, std::nullopt},
  };
  const std::string body = models_body(models, 77);
  // The reference writes the member `object` twice.
  EXPECT_EQ(body.find("\"object\":\"list\""), body.rfind("\"object\":\"list\""));
  const json parsed = json::parse(body);
  EXPECT_EQ(parsed["object"], "list");
  ASSERT_EQ(parsed["data"].size(), 2u);
  const json expected =
      json::parse(R"({"id":"Qwen/\"8B\"","object":"model","created":77,"owned_by":"cocoon",
    "workers":[{"coefficient":1000,"running_requests":2,"max_running_requests":8},
               {"coefficient":1500,"running_requests":0,"max_running_requests":4}],
    "prices":{"currency":"nanoton","per_tokens":1000000,"prompt":1,"cached":2,"completion":3,"reasoning":4}})");
  EXPECT_EQ(parsed["data"][0], expected);
  EXPECT_FALSE(parsed["data"][1].contains("prices"));
}

TEST(Models, SaysOfAModelWhatHoldsForAllOffers) {
  const ModelPrices cheap{base::Nanoton(1), base::Nanoton(2), base::Nanoton(3), base::Nanoton(4)};
  ModelOffer full{.coefficient = 1000, .prices = cheap};
  full.context_length = 8192;
  full.max_output = 100;
  full.capabilities = {"chat", "tools", "vision"};
  full.weights_hash = "ab";
  full.workers = 2;
  full.running = 3;
  full.max_running = 8;
  full.waiting = 1;
  ModelOffer other{.coefficient = 1500, .prices = {}};
  other.context_length = 4096;
  other.capabilities = {"chat", "tools"};
  const ModelOffer silent{.coefficient = 2000, .prices = {}};
  const auto row = [](std::vector<ModelOffer> offers) {
    const ModelListing listing{
        .name = "m", .workers = {}, .prices = {}, .offers = std::move(offers)};
    return json::parse(models_body(std::span(&listing, 1), 0))["data"][0];
  };
  const json both = row({full, other, silent});
  EXPECT_EQ(both["context_length"], 4096);
  EXPECT_EQ(both["max_output_tokens"], 100);
  EXPECT_EQ(both["capabilities"], json::parse(R"(["chat","tools"])"));
  ASSERT_EQ(both["offers"].size(), 3u);
  EXPECT_EQ(both["offers"][0], json::parse(R"({"coefficient":1000,
      "prices":{"currency":"nanoton","per_tokens":1000000,"prompt":1,"cached":2,"completion":3,"reasoning":4},
      "context_length":8192,"max_output_tokens":100,"capabilities":["chat","tools","vision"],
      "weights_hash":"ab","workers":2,"running_requests":3,"max_running_requests":8,
      "waiting_requests":1})"));
  const json unknown = row({silent});
  for (const char* name : {"context_length", "max_output_tokens", "capabilities"}) {
    EXPECT_FALSE(unknown.contains(name)) << name;
    EXPECT_FALSE(unknown["offers"][0].contains(name)) << name;
  }
  EXPECT_FALSE(row({}).contains("offers"));
}

TEST(Models, AnEmptyListIsAList) {
  EXPECT_EQ(models_body({}, 0), R"({"object":"list","data":[]})");
}

}  // namespace
}  // namespace cocoon::openai
