// EngineSource: finds out what serves the model: an engine by URL, asked for its model's name, or
// the demo engine, fetched once by the tool that pins it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/commands/fetch.h"
#include "base/result.h"
#include "io/process.h"
#include "io/runtime.h"

namespace cocoon::app::commands {

struct EngineChoice {
  std::string model;
  std::string url;                // of an engine that runs already; empty: start the command below
  std::vector<std::string> argv;  // without its port
  std::string libraries;          // folder of its shared libraries
  std::string health;             // page that answers 200 once the model is loaded
};

// What the tool's `path` command prints.
base::Result<EngineChoice> parse_engine_description(std::string_view text);
// The name that an engine's model list begins with; `wanted` if that is in the list.
base::Result<std::string> choose_engine_model(const nlohmann::json& models,
                                              const std::string& wanted);

// --engine-tool, COCOON_ENGINE_TOOL, tools/engine in a folder above this program (a source tree) or
// share/cocoon/tools/engine (an installation).
base::Result<std::string> find_engine_tool(const std::string& given,
                                           const std::string& program_directory);

class EngineSource {
 public:
  struct Wishes {
    std::string url;    // empty: the demo engine
    std::string model;  // empty: the first
    std::string tool;
    std::string scratch;  // file for what the tool prints
  };
  using OnChoice = std::function<void(base::Result<EngineChoice>)>;
  // `on_fetching` is called before a download begins, which draws its own progress on standard
  // error.
  EngineSource(io::Runtime& runtime, Wishes wishes, std::function<void()> on_fetching,
               OnChoice on_choice);
  ~EngineSource();

 private:
  enum class Fetched { NotYet, Already };
  void ask_engine();
  void ask_tool(Fetched fetched);
  void fetch_engine();
  void handle_description(Fetched fetched, io::ChildExit exit);
  void finish(base::Result<EngineChoice> choice);
  void run_tool(std::vector<std::string> argv, const std::string& log,
                std::function<void(io::ChildExit)> on_exit);

  io::Runtime& runtime_;
  Wishes wishes_;
  std::function<void()> on_fetching_;
  OnChoice on_choice_;
  std::unique_ptr<Fetch> request_;
  std::unique_ptr<io::ChildProcess> tool_;
};

}  // namespace cocoon::app::commands
