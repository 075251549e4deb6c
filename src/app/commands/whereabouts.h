// Where this program is, and where the network is: the gateway that commands talk to, and what
// `cocoon up` wrote down about a network that runs on this machine (up.json in its data directory).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/commands/command.h"
#include "base/result.h"

namespace cocoon::app::commands {

inline constexpr char kDefaultBaseUrl[] = "http://127.0.0.1:10000/v1";
// Bounds on files of that directory: up.json, root.address.
inline constexpr std::size_t kUpFileMax = 1 << 20;
inline constexpr std::size_t kAddressFileMax = 128;

struct RunningNetwork {
  std::string base_url;  // "http://127.0.0.1:10000/v1"
  std::string model;
  std::string directory;
  std::string engine;                // URL without "/v1"
  std::string proxy;                 // URL of its pages
  std::vector<std::string> workers;  // URLs of their pages
  std::map<std::string, int> pids;   // by name; "up" is the program that started the others
  friend bool operator==(const RunningNetwork&, const RunningNetwork&) = default;
};

std::string to_text(const RunningNetwork& network);
base::Result<RunningNetwork> parse_running_network(std::string_view text);

// cocoon below XDG_DATA_HOME or ~/.local/share; empty if the environment names neither.
std::string user_directory();
// --dir, or `up` in user_directory().
base::Result<std::string> data_directory(const Arguments& arguments);
std::string up_file(const std::string& directory);

// The folder of this program's file: others of the project stand beside it.
base::Result<std::string> program_directory();

struct Whereabouts {
  std::string base_url;  // ends with "/v1"
  std::string root;      // the same without
  std::string origin;    // how we know: "--url"
  std::optional<RunningNetwork> network;
};
// --url, COCOON_URL, up.json, else the default port.
base::Result<Whereabouts> find_gateway(const Arguments& arguments);

// "http://host:port" of any form of a base URL: with or without "/v1" or a slash at the end.
std::string root_of(std::string url);

}  // namespace cocoon::app::commands
