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

TEST(Models, AnEmptyListIsAList) {
  EXPECT_EQ(models_body({}, 0), R"({"object":"list","data":[]})");
}

}  // namespace
}  // namespace cocoon::openai
