#include "app/commands/whereabouts.h"

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/commands/environment.h"
#include "app/commands/fault.h"
#include "app/commands/fetch.h"
#include "io/files.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

}  // namespace

base::Result<std::string> program_directory() {
  std::error_code code;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", code);
  if (code)
    return fault(CommandFault::Failed, "this program can't find its own folder: " + code.message());
  return program.parent_path().string();
}

std::string to_text(const RunningNetwork& network) {
  return json{{"base_url", network.base_url}, {"model", network.model},
              {"dir", network.directory},     {"engine", network.engine},
              {"proxy", network.proxy},       {"workers", network.workers},
              {"pids", network.pids}}
             .dump(2) +
         "\n";
}

base::Result<RunningNetwork> parse_running_network(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  RunningNetwork network{.base_url = text_at(document, "/base_url"),
                         .model = text_at(document, "/model"),
                         .directory = text_at(document, "/dir"),
                         .engine = text_at(document, "/engine"),
                         .proxy = text_at(document, "/proxy"),
                         .workers = {},
                         .pids = {}};
  if (network.base_url.empty())
    return fault(CommandFault::Failed, "up.json is damaged", "cocoon up");
  for (const auto& worker : list_at(document, "/workers")) {
    if (worker.is_string()) network.workers.push_back(worker.get<std::string>());
  }
  if (const auto pids = document.find("pids"); pids != document.end() && pids->is_object()) {
    for (const auto& [name, pid] : pids->items()) {
      if (pid.is_number_integer()) network.pids[name] = pid.get<int>();
    }
  }
  return network;
}

std::string user_directory() {
  const std::string data = variable("XDG_DATA_HOME");
  if (!data.empty()) return data + "/cocoon";
  const std::string home = variable("HOME");
  return home.empty() ? "" : home + "/.local/share/cocoon";
}

base::Result<std::string> data_directory(const Arguments& arguments) {
  if (arguments.has("--dir")) return arguments.text("--dir");
  const std::string mine = user_directory();
  if (!mine.empty()) return mine + "/up";
  return fault(CommandFault::Usage, "neither HOME nor XDG_DATA_HOME is set", "--dir DIR");
}

std::string up_file(const std::string& directory) { return directory + "/up.json"; }

std::string root_of(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with("/v1")) url.resize(url.size() - 3);
  return url;
}

base::Result<Whereabouts> find_gateway(const Arguments& arguments) {
  Whereabouts found;
  const std::string set_by_user = variable("COCOON_URL");
  const std::string directory = TRY(data_directory(arguments));
  if (arguments.has("--url")) {
    found = {.base_url = arguments.text("--url"), .root = {}, .origin = "--url", .network = {}};
  } else if (!set_by_user.empty() && !arguments.has("--dir")) {
    found = {.base_url = set_by_user, .root = {}, .origin = "COCOON_URL", .network = {}};
  } else if (const auto text = io::read_file(up_file(directory), kUpFileMax)) {
    found.network = TRY(parse_running_network(base::as_text(*text)));
    found.base_url = found.network->base_url;
    found.origin = up_file(directory);
  } else if (arguments.has("--dir")) {
    return fault(CommandFault::NotReachable, "no network runs from " + directory,
                 "cocoon up --dir " + directory);
  } else {
    found = {.base_url = kDefaultBaseUrl, .root = {}, .origin = "the default", .network = {}};
  }
  found.root = root_of(found.base_url);
  found.base_url = found.root + "/v1";
  return found;
}

}  // namespace cocoon::app::commands
