// The answer to GET /v1/models: OpenAI's list, with each model's workers and prices beside its
// usual members.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/nanoton.h"

namespace cocoon::openai {

struct ModelWorker {
  std::int64_t coefficient = 0;  // 1000 = 1.0
  std::int64_t running = 0;
  std::int64_t max_running = 0;
};

// Per million tokens, at the model's lowest coefficient.
struct ModelPrices {
  base::Nanoton prompt;
  base::Nanoton cached;
  base::Nanoton completion;
  base::Nanoton reasoning;
};

struct ModelListing {
  std::string name;
  std::vector<ModelWorker> workers;
  std::optional<ModelPrices> prices;
};

// `created` is in Unix seconds, 0 if unknown; it is the same for all, since the network keeps no
// birthdays of models.
std::string models_body(std::span<const ModelListing> models, std::int64_t created);

}  // namespace cocoon::openai
