// What `cocoon doctor` looks at: files, ports, clock, disk, and the programs that should answer.
// Each check finds one thing and knows its fix.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/commands/whereabouts.h"
#include "app/role_options.h"

namespace cocoon::app::commands {

struct Finding {
  enum class Result { Fine, Note, Failed };
  std::string name;
  Result result = Result::Fine;
  std::string details;
  std::string fix = {};
};
std::string_view result_name(Finding::Result result);

// The client's configuration and what it points to.
Finding check_config(const std::string& path, ClientOptions& options);
Finding check_network_file(const std::string& path);
std::vector<Finding> check_key_files(const std::vector<std::string>& paths);

// What runs, or why it doesn't.
Finding check_listen_port(const std::string& listen);
std::vector<Finding> check_gateway(const Whereabouts& where, const std::string& listen);
std::vector<Finding> check_network(const RunningNetwork& network);
Finding check_engine(const std::string& url, const std::string& model);

// The chain that the configuration file at `path` describes, by each of its lite servers alone.
std::vector<Finding> check_chain(const std::string& path);

// The machine.
Finding check_clock();
Finding check_disk(const std::string& directory);
Finding check_evidence();

}  // namespace cocoon::app::commands
