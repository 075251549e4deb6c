#include "app/commands/engine_source.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "app/commands/crew.h"
#include "app/commands/fault.h"
#include "app/commands/models.h"
#include "app/commands/whereabouts.h"
#include "io/files.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

constexpr std::size_t kDescriptionMax = 1 << 20;
constexpr char kAnotherEngine[] = "--engine URL, for any OpenAI-compatible server";

}  // namespace

base::Result<EngineChoice> parse_engine_description(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  EngineChoice choice{.model = text_at(document, "/model_name"),
                      .url = {},
                      .argv = {text_at(document, "/server")},
                      .libraries = text_at(document, "/libs"),
                      .health = text_at(document, "/health")};
  for (const auto& word : list_at(document, "/args"))
    choice.argv.push_back(word.is_string() ? word.get<std::string>() : word.dump());
  if (choice.model.empty() || choice.argv.front().empty() || !choice.health.starts_with('/')) {
    return fault(CommandFault::Failed, "the engine tool's description can't be read",
                 kAnotherEngine);
  }
  return choice;
}

base::Result<std::string> choose_engine_model(const json& models, const std::string& wanted) {
  const auto names = model_names(models);
  if (names.empty() && wanted.empty())
    return fault(CommandFault::Failed, "the engine lists no models", "--model NAME");
  if (wanted.empty()) return names.front();
  if (names.empty() || std::ranges::find(names, wanted) != names.end()) return wanted;
  return fault(CommandFault::Usage, "the engine does not serve the model \"" + wanted + "\"",
               "--model " + names.front());
}

base::Result<std::string> find_engine_tool(const std::string& given,
                                           const std::string& program_directory) {
  const char* variable = std::getenv("COCOON_ENGINE_TOOL");
  const std::string named = !given.empty() ? given : variable ? variable : "";
  std::error_code ignored;
  if (!named.empty()) {
    if (std::filesystem::exists(named, ignored)) return std::filesystem::absolute(named).string();
    return fault(CommandFault::Usage, "there is no engine tool " + named, kAnotherEngine);
  }
  for (std::filesystem::path folder = program_directory; folder.has_relative_path();
       folder = folder.parent_path()) {
    for (const char* place : {"tools/engine", "share/cocoon/tools/engine"}) {
      if (std::filesystem::is_regular_file(folder / place, ignored))
        return (folder / place).string();
    }
  }
  return fault(CommandFault::Failed,
               "the demo engine's tool (tools/engine) was not found above " + program_directory,
               "--engine-tool PATH, or " + std::string(kAnotherEngine));
}

EngineSource::EngineSource(io::Runtime& runtime, Wishes wishes, std::function<void()> on_fetching,
                           OnChoice on_choice)
    : runtime_(runtime),
      wishes_(std::move(wishes)),
      on_fetching_(std::move(on_fetching)),
      on_choice_(std::move(on_choice)) {
  if (wishes_.url.empty()) {
    ask_tool(Fetched::NotYet);
  } else {
    ask_engine();
  }
}

EngineSource::~EngineSource() = default;

void EngineSource::ask_engine() {
  const std::string url = root_of(wishes_.url) + "/v1/models";
  request_ =
      std::make_unique<Fetch>(runtime_, url, kFetchTimeout, [this, url](base::Result<Reply> reply) {
        if (!reply) {
          return finish(fault(CommandFault::NotReachable,
                              "no engine answers at " + url + ": " + reply.error().message(),
                              "without --engine, for the demo engine"));
        }
        const auto models = to_json(*reply, url);
        if (!models) return finish(models.error());
        auto model = choose_engine_model(*models, wishes_.model);
        if (!model) return finish(model.error());
        finish(EngineChoice{.model = *std::move(model),
                            .url = root_of(wishes_.url),
                            .argv = {},
                            .libraries = {},
                            .health = "/v1/models"});
      });
}

void EngineSource::run_tool(std::vector<std::string> argv, const std::string& log,
                            std::function<void(io::ChildExit)> on_exit) {
  // The callback may start the tool again, which destroys the process that calls it: first back to
  // the loop.
  auto started = io::ChildProcess::start(runtime_, {.argv = std::move(argv), .log_file = log},
                                         [this, on_exit = std::move(on_exit)](io::ChildExit exit) {
                                           runtime_.post([on_exit, exit] { on_exit(exit); });
                                         });
  if (started) {
    tool_ = std::move(*started);
  } else {
    const base::Error error = started.error();
    runtime_.post([this, error] { finish(error); });
  }
}

void EngineSource::ask_tool(Fetched fetched) {
  std::error_code ignored;
  std::filesystem::remove(wishes_.scratch, ignored);
  run_tool({wishes_.tool, "path"}, wishes_.scratch,
           [this, fetched](io::ChildExit exit) { handle_description(fetched, exit); });
}

void EngineSource::handle_description(Fetched fetched, io::ChildExit exit) {
  if (exit.code == 0 && exit.signal == 0) {
    const auto text = io::read_file(wishes_.scratch, kDescriptionMax);
    return finish(text ? parse_engine_description(base::as_text(*text)) : text.error());
  }
  if (fetched == Fetched::NotYet) return fetch_engine();
  finish(fault(CommandFault::Failed, "the engine tool failed: " + last_lines_of(wishes_.scratch, 1),
               kAnotherEngine));
}

void EngineSource::fetch_engine() {
  on_fetching_();
  // Its standard output is not meant for ours.
  run_tool({"/bin/sh", "-c", "exec \"$0\" fetch >/dev/null", wishes_.tool}, "",
           [this](io::ChildExit exit) {
             if (exit.code == 0 && exit.signal == 0) return ask_tool(Fetched::Already);
             finish(fault(CommandFault::Failed,
                          "the demo engine could not be fetched (" + exit_text(exit) + ")",
                          kAnotherEngine));
           });
}

void EngineSource::finish(base::Result<EngineChoice> choice) {
  if (const auto on_choice = std::exchange(on_choice_, nullptr)) on_choice(std::move(choice));
}

}  // namespace cocoon::app::commands
