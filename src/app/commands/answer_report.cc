#include "app/commands/answer_report.h"

#include "app/commands/fetch.h"
#include "app/commands/table.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

std::string count_text(std::int64_t part, const char* name) {
  return std::to_string(part) + " " + name;
}

std::string tokens_text(const base::TokenUsage& usage) {
  return count_text(usage.prompt.count, "prompt") + " (" +
         count_text(usage.cached.count, "cached") + ") + " +
         count_text(usage.completion.count, "completion") + " (" +
         count_text(usage.reasoning.count, "reasoning") + ")";
}

std::string verified_text(const ChatAnswer& answer, const json& peers) {
  const json list = peers.is_object() ? list_at(peers, "/peers") : json::array();
  for (const auto& peer : list) {
    if (text_at(peer, "/role") != "proxy") continue;
    return "proxy " + text_at(peer, "/address") + ", " +
           evidence_text(text_at(peer, "/tier"), text_at(peer, "/evidence")) + ", " +
           factors_text(peer);
  }
  return answer.tier.empty() ? "nobody" : "proxy, " + answer.tier;
}

}  // namespace

std::string unsettled(base::Nanoton amount) { return base::to_string(amount) + " (unsettled)"; }

std::string fixed(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.*f", decimals, value);
  return text;
}

std::string duration_text(base::Duration duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  return seconds < 1 ? fixed(seconds * 1000, 0) + " ms" : fixed(seconds, 2) + " s";
}

std::string evidence_text(const std::string& tier, const std::string& evidence) {
  if (evidence == "simulated" || evidence == "fake_tdx")
    return tier + " (SIMULATED evidence, proves nothing)";
  return tier + " (" + evidence + ")";
}

std::string factors_text(const json& peer) {
  if (list_at(peer, "/factors").empty()) return "none asked for";
  int passed = 0;
  int failed = 0;
  int open = 0;
  for (const auto& factor : list_at(peer, "/factors")) {
    const std::string outcome = text_at(factor, "/outcome");
    ++(outcome == "passed" ? passed : outcome == "failed" ? failed : open);
  }
  std::string text = std::to_string(passed) + " checks passed";
  if (failed > 0) text += ", " + std::to_string(failed) + " FAILED";
  if (open > 0) text += ", " + std::to_string(open) + " not checked";
  return text;
}

std::string answer_summary(const ChatAnswer& answer, const json& peers, const Terminal& terminal) {
  std::vector<Fact> facts{{"model", answer.model}, {"verified", verified_text(answer, peers)}};
  facts.push_back({"tokens", answer.usage ? tokens_text(*answer.usage) : "not reported"});
  facts.push_back({"price", answer.cost ? unsettled(*answer.cost) : "not reported"});
  facts.push_back({"first token", duration_text(answer.to_first_token)});
  const double speed = answer.tokens_per_second();
  facts.push_back({"speed", speed > 0 ? fixed(speed, 1) + " tokens/s" : "too short to tell"});
  if (answer.finish_reason == "length")
    facts.push_back({"ended", "by the limit of tokens, not by the model"});
  return fact_lines(facts, terminal);
}

json answer_json(const ChatAnswer& answer, const json& peers) {
  json document{
      {"model", answer.model},
      {"answer", answer.text},
      {"finish_reason", answer.finish_reason},
      {"request_id", answer.request_id},
      {"proxy_tier", answer.tier},
      {"settled", answer.settled == "yes"},
      {"first_token_ms", std::chrono::duration<double, std::milli>(answer.to_first_token).count()},
      {"total_ms", std::chrono::duration<double, std::milli>(answer.total).count()},
      {"tokens_per_second", answer.tokens_per_second()}};
  if (answer.usage) {
    document["usage"] = {{"prompt_tokens", answer.usage->prompt.count},
                         {"cached_tokens", answer.usage->cached.count},
                         {"completion_tokens", answer.usage->completion.count},
                         {"reasoning_tokens", answer.usage->reasoning.count}};
  }
  if (answer.cost) document["cost_nanotons"] = answer.cost->count();
  if (peers.is_object()) {
    document["simulated_evidence"] = flag_at(peers, "/simulated");
    document["peers"] = list_at(peers, "/peers");
  }
  return document;
}

}  // namespace cocoon::app::commands
