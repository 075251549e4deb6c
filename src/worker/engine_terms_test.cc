// The pages as vLLM, SGLang and llama.cpp serve them, and pages that say nothing.
#include "worker/engine_terms.h"

#include <gtest/gtest.h>

#include <string>

namespace cocoon::worker {
namespace {

TEST(EngineTerms, OfAModelsPage) {
  // vLLM and SGLang, shortened.
  const std::string vllm =
      R"({"object":"list","data":[{"id":"Qwen/Qwen3-8B","object":"model","owned_by":"vllm",)"
      R"("root":"Qwen/Qwen3-8B","max_model_len":40960,"permission":[{"id":"p"}]}]})";
  EXPECT_EQ(context_on_models_page(vllm, "Qwen/Qwen3-8B"), 40960);
  EXPECT_EQ(context_on_models_page(vllm, "another name"), 40960) << "there is one only";
  const std::string two =
      R"( {"data" : [ {"id":"a","max_model_len":1}, 7, {"id":"b\u002f1","context_length":2} ]})";
  EXPECT_EQ(context_on_models_page(two, "a"), 1);
  EXPECT_EQ(context_on_models_page(two, "b/1"), 2);
  EXPECT_EQ(context_on_models_page(two, "c"), std::nullopt);
  EXPECT_EQ(context_on_models_page(R"({"data":[{"id":"a","meta":{"n_ctx":4096}}]})", "a"), 4096);
}

TEST(EngineTerms, OfLlamaCppsProps) {
  EXPECT_EQ(context_on_props_page(
                R"({"default_generation_settings":{"id":0,"n_ctx":8192},"total_slots":4})"),
            8192);
  EXPECT_EQ(context_on_props_page(R"({"total_slots":4})"), std::nullopt);
}

TEST(EngineTerms, PagesThatSayNothing) {
  for (const std::string page :
       {R"()", R"(x)", R"([])", R"({})", R"({"data":{}})", R"({"data":[]})", R"({"data":[)",
        R"({"data":[{"id":"a"}]})", R"({"data":[{"id":"a","max_model_len":"9"}]})",
        R"({"data":[{"id":"a","max_model_len":0}]})", R"({"data":[{"id":"a","max_model_len":-1}]})",
        R"({"data":[{"id":"a","max_model_len":1e3}]})",
        R"({"data":[{"id":"a","max_model_len":99999999999}]})",
        R"({"data":[{"id":"a","meta":{"n_ctx_train":4096}}]})",
        R"({"default_generation_settings":[]})"}) {
    EXPECT_EQ(context_on_models_page(page, "a"), std::nullopt) << page;
    EXPECT_EQ(context_on_props_page(page), std::nullopt) << page;
  }
  const std::string deep = R"({"data":[)" + std::string(100'000, '[');
  EXPECT_EQ(context_on_models_page(deep, "a"), std::nullopt);
}

}  // namespace
}  // namespace cocoon::worker
