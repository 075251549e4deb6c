// Checks of the chain: each lite server by itself, so that a bad one is named.
#include "app/commands/chain_session.h"
#include "app/commands/doctor_checks.h"
#include "base/nanoton.h"

namespace cocoon::app::commands {
namespace {

using Found = Finding::Result;

constexpr base::Duration kServerLimit = std::chrono::seconds(15);
constexpr std::int64_t kFreshSeconds = 60;

// A client with this server alone, from the configured block to the newest.
Finding check_server(const ton::LiteClientConfig& config, std::size_t index) {
  ton::LiteClientConfig alone{config.anchor, {config.servers[index]}};
  io::Runtime runtime;
  std::string why = "it does not answer";
  std::optional<ton::ChainHead> head;
  ChainLink link(runtime, alone, {});
  link.on_event([&](const ton::LiteEvent& event) {
    if (const auto* moved = std::get_if<ton::HeadMoved>(&event)) head = moved->head;
    if (const auto* dropped = std::get_if<ton::ServerDropped>(&event)) {
      why = dropped->reason + ": " + dropped->message;
    }
    if (head || std::holds_alternative<ton::ServerDropped>(event)) runtime.stop();
  });
  const base::Instant start = runtime.now().steady;
  link.start();
  io::Timer limit(runtime, [&] { runtime.stop(); });
  limit.arm_in(kServerLimit);
  runtime.run();
  const std::string name = "lite server " + config.servers[index].name;
  if (!head) {
    return {name, Found::Failed, why, "the others carry on; remove it from the configuration file"};
  }
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(runtime.now().steady - start);
  const std::string proven = "block " + std::to_string(head->block.seqno) + ", proven in " +
                             std::to_string(took.count()) + " ms";
  // The configured block itself, and nothing newer: its age is not known.
  if (head->gen_utime == 0) return {name, Found::Fine, proven};
  const std::int64_t age =
      base::to_unix_whole_seconds(runtime.now().wall) - static_cast<std::int64_t>(head->gen_utime);
  const std::string details = proven + ", " + std::to_string(age) + " s old";
  if (age > kFreshSeconds || age < -kFreshSeconds) {
    return {name, Found::Note, details,
            "either the chain stands still, or this server is behind, or this clock is wrong"};
  }
  return {name, Found::Fine, details};
}

}  // namespace

std::vector<Finding> check_chain(const std::string& path) {
  const auto config = read_chain_file(path);
  if (!config) {
    return {{"chain", Found::Failed, config.error().message(),
             "mainnet's file is at https://ton.org/global.config.json"}};
  }
  std::vector<Finding> findings{
      {"chain", Found::Fine,
       path + ", trusted from block " + std::to_string(config->anchor.init_block.seqno)}};
  for (std::size_t i = 0; i < config->servers.size(); ++i) {
    findings.push_back(check_server(*config, i));
  }
  return findings;
}

}  // namespace cocoon::app::commands
