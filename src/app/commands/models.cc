#include "app/commands/models.h"

#include "app/commands/answer_report.h"
#include "app/commands/fault.h"
#include "app/commands/fetch.h"
#include "app/commands/handlers.h"
#include "app/commands/table.h"
#include "app/role_main.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

std::string listed_price(const json& model, const std::string& kind) {
  if (!model.contains("prices")) return "?";
  std::string text = base::to_string(base::Nanoton(number_at(model, "/prices/" + kind)));
  return text.substr(0, text.find(' '));
}

std::string context_text(const json& model) {
  const std::int64_t tokens = number_at(model, "/context_length");
  return tokens > 0 ? std::to_string(tokens) : "?";
}

std::string capabilities_text(const json& model) {
  std::string text;
  for (const auto& name : list_at(model, "/capabilities")) {
    if (name.is_string()) text += (text.empty() ? "" : " ") + name.get<std::string>();
  }
  return text.empty() ? "?" : text;
}

std::vector<Cell> row_of(const json& model) {
  std::int64_t running = 0;
  std::int64_t most = 0;
  const json workers = list_at(model, "/workers");
  for (const auto& worker : workers) {
    running += number_at(worker, "/running_requests");
    most += number_at(worker, "/max_running_requests");
  }
  return {{text_at(model, "/id"), Ink::Bold},
          {std::to_string(workers.size())},
          {std::to_string(running) + "/" + std::to_string(most)},
          {listed_price(model, "prompt")},
          {listed_price(model, "cached")},
          {listed_price(model, "completion")},
          {listed_price(model, "reasoning")},
          {context_text(model)},
          {capabilities_text(model)}};
}

}  // namespace

base::Result<json> fetch_models(const Whereabouts& where) {
  return fetch_json(where.base_url + "/models");
}

std::vector<std::string> model_names(const json& models) {
  std::vector<std::string> names;
  for (const auto& model : list_at(models, "/data")) names.push_back(text_at(model, "/id"));
  return names;
}

base::Result<int> run_models(const Invocation& invocation) {
  const auto where = TRY(find_gateway(invocation.arguments));
  const auto models = TRY(fetch_models(where));
  const Terminal& out = invocation.out;
  if (invocation.arguments.printing() == Printing::Json) {
    out.line(models.dump(-1, ' ', false, json::error_handler_t::replace));
    return kExitOk;
  }
  Table table({{"MODEL"},
               {"WORKERS", Align::Right},
               {"BUSY", Align::Right},
               {"PROMPT", Align::Right},
               {"CACHED", Align::Right},
               {"COMPLETION", Align::Right},
               {"REASONING", Align::Right},
               {"CONTEXT", Align::Right},
               {"CAN"}});
  for (const auto& model : list_at(models, "/data")) table.add(row_of(model));
  if (table.empty()) {
    return fault(CommandFault::NotReady, "no worker offers a model at " + where.base_url,
                 "cocoon status");
  }
  out.write(table.text(out));
  const Terminal& note = out.live() ? out : invocation.err;
  note.line(note.paint(Ink::Dim, "Prices in TON per million tokens."));
  return kExitOk;
}

}  // namespace cocoon::app::commands
