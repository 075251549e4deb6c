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

// Per million tokens.
struct ModelPrices {
  base::Nanoton prompt;
  base::Nanoton cached;
  base::Nanoton completion;
  base::Nanoton reasoning;
};

// Workers of a model that ask the same price on the same terms; a number of 0 is unknown.
struct ModelOffer {
  std::int64_t coefficient = 0;
  ModelPrices prices{};
  std::int64_t context_length = 0;  // prompt and answer together, in tokens
  std::int64_t max_output = 0;      // of one answer, in tokens
  std::vector<std::string> capabilities{};
  std::string weights_hash{};  // in hexadecimal digits; empty: unknown
  std::int64_t workers = 0;
  std::int64_t running = 0;
  std::int64_t max_running = 0;
  std::int64_t waiting = 0;  // inside the engines
};

// Prices are those of the lowest coefficient. Offers come from proxies that tell them; of the model
// itself is said what holds for all of these that say.
struct ModelListing {
  std::string name;
  std::vector<ModelWorker> workers;
  std::optional<ModelPrices> prices;
  std::vector<ModelOffer> offers = {};
};

// `created` is in Unix seconds, 0 if unknown; it is the same for all, since the network keeps no
// birthdays of models.
std::string models_body(std::span<const ModelListing> models, std::int64_t created);

}  // namespace cocoon::openai
