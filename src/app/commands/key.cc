// `cocoon key new`, `list` and `revoke`: the file of API keys that a gateway lets in.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/commands/fault.h"
#include "app/commands/fetch.h"
#include "app/commands/handlers.h"
#include "app/commands/table.h"
#include "app/commands/whereabouts.h"
#include "app/key_list.h"
#include "app/role_main.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "io/files.h"

namespace cocoon::app::commands {
namespace {

using base::Result;
using nlohmann::json;
using Keys = std::vector<client::KeyGrant>;

constexpr std::int64_t kRateMax = 1'000'000'000'000;

Result<std::string> keys_path(const Arguments& arguments) {
  if (arguments.has("--file")) return arguments.text("--file");
  const std::string up = TRY(data_directory(arguments));
  return (std::filesystem::path(up).parent_path() / "keys.toml").string();
}

// A file that isn't there yet has no keys.
Result<Keys> read_keys(const std::string& path) {
  const auto bytes = io::read_file(path, kKeyListBytesMax);
  if (!bytes && bytes.error().is(io::IoFault::FileNotFound)) return Keys();
  if (!bytes) return bytes.error();
  return parse_key_list(base::as_text(*bytes), path);
}

Result<std::optional<std::int64_t>> rate(const Arguments& arguments, const std::string& flag) {
  if (!arguments.has(flag)) return std::optional<std::int64_t>();
  return std::optional(TRY(arguments.number(flag, 0, 1, kRateMax)));
}

Result<std::optional<base::Nanoton>> budget_of(const Arguments& arguments) {
  if (!arguments.has("--budget")) return std::optional<base::Nanoton>();
  const auto budget = base::parse_nanoton(arguments.text("--budget"));
  if (budget) return budget;
  return fault(CommandFault::Usage, "--budget \"" + arguments.text("--budget") + "\" is no amount",
               "an amount such as 1.5, 1.5ton or 1500000000n");
}

const json* used_by(const json& used, const std::string& name) {
  for (const auto& row : used) {
    if (text_at(row, "/name") == name) return &row;
  }
  return nullptr;
}

std::string text_or_dash(const std::optional<std::int64_t>& number) {
  return number ? std::to_string(*number) : "-";
}

json json_of(const client::KeyGrant& key) {
  json row{{"name", key.name}, {"sha256", base::to_hex(key.hash)}};
  if (key.budget) row["budget_nanotons"] = key.budget->count();
  if (key.requests_per_minute) row["requests_per_minute"] = *key.requests_per_minute;
  if (key.tokens_per_minute) row["tokens_per_minute"] = *key.tokens_per_minute;
  return row;
}

}  // namespace

Result<int> run_key_new(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  const std::string& name = arguments.operands().front();
  if (!is_key_name(name)) {
    return fault(CommandFault::Usage, "\"" + name + "\" can't be a key's name",
                 "up to 64 letters, digits, '-', '_', '.' or '@'");
  }
  const std::string path = TRY(keys_path(arguments));
  Keys keys = TRY(read_keys(path));
  if (std::ranges::find(keys, name, &client::KeyGrant::name) != keys.end()) {
    return fault(CommandFault::Failed, "there is a key named " + name + " in " + path,
                 "cocoon key revoke " + name);
  }
  crypto::SystemRandom random;
  const std::string text = new_api_key(random);
  client::KeyGrant key;
  key.name = name;
  key.hash = crypto::sha256(base::as_bytes(text));
  key.budget = TRY(budget_of(arguments));
  key.requests_per_minute = TRY(rate(arguments, "--requests"));
  key.tokens_per_minute = TRY(rate(arguments, "--tokens"));
  keys.push_back(key);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (!folder.empty()) TRY(io::make_directory(folder));
  TRY(io::write_file(path, base::as_bytes(key_list_text(keys))));
  if (arguments.printing() == Printing::Json) {
    json row = json_of(key);
    row["key"] = text;
    row["file"] = path;
    invocation.out.line(row.dump());
    return kExitOk;
  }
  invocation.out.line(text);
  invocation.err.line("This is the key of " + name + ". It is shown only now; " + path +
                      " keeps its hash.");
  return kExitOk;
}

Result<int> run_key_list(const Invocation& invocation) {
  const std::string path = TRY(keys_path(invocation.arguments));
  const Keys keys = TRY(read_keys(path));
  const auto where = TRY(find_gateway(invocation.arguments));
  const auto stats = fetch_json(where.root + "/jsonstats");
  const json used = stats ? list_at(*stats, "/keys") : json::array();
  if (invocation.arguments.printing() == Printing::Json) {
    json list = json::array();
    for (const auto& key : keys) {
      json row = json_of(key);
      if (const json* use = used_by(used, key.name)) row.update(*use);
      list.push_back(std::move(row));
    }
    invocation.out.line(list.dump(-1, ' ', false, json::error_handler_t::replace));
    return kExitOk;
  }
  Table table({{"NAME"},
               {"HASH"},
               {"SPENT", Align::Right},
               {"BUDGET", Align::Right},
               {"TOKENS", Align::Right},
               {"REQUESTS/MIN", Align::Right},
               {"TOKENS/MIN", Align::Right}});
  for (const auto& key : keys) {
    const json* use = used_by(used, key.name);
    table.add({{key.name, Ink::Bold},
               {base::to_hex(key.hash).substr(0, 8)},
               {use ? base::to_string(base::Nanoton(number_at(*use, "/spent_nanotons"))) : "?"},
               {key.budget ? base::to_string(*key.budget) : "-"},
               {use ? std::to_string(number_at(*use, "/tokens")) : "?"},
               {text_or_dash(key.requests_per_minute)},
               {text_or_dash(key.tokens_per_minute)}});
  }
  if (table.empty()) {
    return fault(CommandFault::Failed, "there are no keys in " + path, "cocoon key new NAME");
  }
  invocation.out.write(table.text(invocation.out));
  if (!stats) {
    invocation.err.line("What was spent is known to the gateway, and none answers at " +
                        where.root + ".");
  }
  return kExitOk;
}

Result<int> run_key_revoke(const Invocation& invocation) {
  const std::string path = TRY(keys_path(invocation.arguments));
  const std::string& name = invocation.arguments.operands().front();
  Keys keys = TRY(read_keys(path));
  const auto found = std::ranges::find(keys, name, &client::KeyGrant::name);
  if (found == keys.end()) {
    return fault(CommandFault::Failed, "there is no key named " + name + " in " + path,
                 "cocoon key list");
  }
  const json row = json_of(*found);
  keys.erase(found);
  TRY(io::write_file(path, base::as_bytes(key_list_text(keys))));
  if (invocation.arguments.printing() == Printing::Json) {
    invocation.out.line(row.dump());
  } else {
    invocation.out.line(name + " is let in no more.");
  }
  return kExitOk;
}

}  // namespace cocoon::app::commands
