// Suggestions for misspelt models.
#include "openai/nearest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openai/limits.h"

namespace cocoon::openai {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> kKnown = {"Qwen/Qwen3-8B", "Qwen/Qwen3-32B", "openai/gpt-oss-20b",
                                         "TinyLlama-1.1B-Chat", "SmolLM2-135M-Instruct"};

TEST(Nearest, FindsWhatWasMeant) {
  EXPECT_THAT(nearest_models("qwen/qwen3-8b", kKnown).front(), "Qwen/Qwen3-8B");
  EXPECT_THAT(nearest_models("qwen3-8b", kKnown).front(), "Qwen/Qwen3-8B");
  EXPECT_THAT(nearest_models("qwen3", kKnown), ElementsAre("Qwen/Qwen3-32B", "Qwen/Qwen3-8B"));
  EXPECT_THAT(nearest_models("gpt-os-20b", kKnown), ElementsAre("openai/gpt-oss-20b"));
  EXPECT_THAT(nearest_models("TinyLama-1.1b-chat", kKnown), ElementsAre("TinyLlama-1.1B-Chat"));
  EXPECT_THAT(nearest_models("gpt-4o", kKnown), IsEmpty());
  EXPECT_THAT(nearest_models("", kKnown), IsEmpty());
}

TEST(Nearest, IsBounded) {
  const std::vector<std::string> many(2 * kMaxModelsCompared, std::string(10'000, 'a'));
  EXPECT_EQ(nearest_models(std::string(10'000, 'a'), many).size(), kMaxNearestModels);
  std::vector<std::string> late(kMaxModelsCompared, "other");
  late.push_back("wanted");
  EXPECT_THAT(nearest_models("wanted", late), IsEmpty());
}

}  // namespace
}  // namespace cocoon::openai
