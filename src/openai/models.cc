// Writes the list by hand: it is small and its order of members is what people read.
#include "openai/models.h"

#include <algorithm>
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
  out += R"("prices":{"currency":"nanoton","per_tokens":1000000)";
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

void append_known(std::string& out, const char* name, std::int64_t number) {
  if (number > 0) out += ",\"" + std::string(name) + "\":" + std::to_string(number);
}

void append_capabilities(std::string& out, const std::vector<std::string>& names) {
  if (names.empty()) return;
  out += R"(,"capabilities":[)";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += ",";
    append_json_string(out, names[i]);
  }
  out += "]";
}

void append_offer(std::string& out, const ModelOffer& offer) {
  out += R"({"coefficient":)" + std::to_string(offer.coefficient) + ",";
  append_prices(out, offer.prices);
  append_known(out, "context_length", offer.context_length);
  append_known(out, "max_output_tokens", offer.max_output);
  append_capabilities(out, offer.capabilities);
  if (!offer.weights_hash.empty()) out += R"(,"weights_hash":")" + offer.weights_hash + "\"";
  out += R"(,"workers":)" + std::to_string(offer.workers) + R"(,"running_requests":)" +
         std::to_string(offer.running) + R"(,"max_running_requests":)" +
         std::to_string(offer.max_running) + R"(,"waiting_requests":)" +
         std::to_string(offer.waiting) + "}";
}

// The least of what the offers say; 0 while none says.
std::int64_t least(std::span<const ModelOffer> offers, std::int64_t ModelOffer::* number) {
  std::int64_t least = 0;
  for (const ModelOffer& offer : offers) {
    if (offer.*number > 0 && (least == 0 || offer.*number < least)) least = offer.*number;
  }
  return least;
}

// What all offers that name any capability have in common.
std::vector<std::string> common_capabilities(std::span<const ModelOffer> offers) {
  std::optional<std::vector<std::string>> common;
  for (const ModelOffer& offer : offers) {
    if (offer.capabilities.empty()) continue;
    if (!common) common = offer.capabilities;
    std::erase_if(*common, [&](const std::string& name) {
      return std::ranges::find(offer.capabilities, name) == offer.capabilities.end();
    });
  }
  return common.value_or(std::vector<std::string>());
}

void append_offers(std::string& out, std::span<const ModelOffer> offers) {
  if (offers.empty()) return;
  append_known(out, "context_length", least(offers, &ModelOffer::context_length));
  append_known(out, "max_output_tokens", least(offers, &ModelOffer::max_output));
  append_capabilities(out, common_capabilities(offers));
  out += R"(,"offers":[)";
  bool first = true;
  for (const ModelOffer& offer : offers) {
    if (!std::exchange(first, false)) out += ",";
    append_offer(out, offer);
  }
  out += "]";
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
    if (model.prices) {
      out += ",";
      append_prices(out, *model.prices);
    }
    append_offers(out, model.offers);
    out += "}";
  }
  return out + "]}";
}

}  // namespace cocoon::openai
