// Writes the list by hand: it is small and its order of members is what people read.
#include "openai/models.h"

#include <utility>

#include "openai/json_text.h"

namespace cocoon::openai {
namespace {

void append_worker(std::string& out, const ModelWorker& worker) {
  out += R"({"coefficient":)" + std::to_string(worker.coefficient) + R"(,"running_requests":)" +
         std::to_string(worker.running) + R"(,"max_running_requests":)" +
         std::to_string(worker.max_running) + "}";
}

void append_prices(std::string& out, const ModelPrices& prices) {
  out += R"(,"prices":{"currency":"nanoton","per_tokens":1000000)";
  const std::pair<const char*, base::Nanoton> kinds[] = {
      {"prompt", prices.prompt},
      {"cached", prices.cached},
      {"completion", prices.completion},
      {"reasoning", prices.reasoning},
  };
  for (const auto& [name, price] : kinds) {
    out += ",\"" + std::string(name) + "\":" + std::to_string(price.count());
  }
  out += "}";
}

}  // namespace

std::string models_body(std::span<const ModelListing> models, std::int64_t created) {
  std::string out = R"({"object":"list","data":[)";
  bool first_model = true;
  for (const ModelListing& model : models) {
    if (!std::exchange(first_model, false)) out += ",";
    out += R"({"id":)";
    append_json_string(out, model.name);
    out += R"(,"object":"model","created":)" + std::to_string(created) +
           R"(,"owned_by":"cocoon","workers":[)";
    bool first_worker = true;
    for (const ModelWorker& worker : model.workers) {
      if (!std::exchange(first_worker, false)) out += ",";
      append_worker(out, worker);
    }
    out += "]";
    if (model.prices) append_prices(out, *model.prices);
    out += "}";
  }
  return out + "]}";
}

}  // namespace cocoon::openai
