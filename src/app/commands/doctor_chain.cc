// Checks of the chain: each lite server by itself, so that a bad one is named.
#include "app/commands/chain_session.h"
#include "app/commands/doctor_checks.h"
#include "base/nanoton.h"

namespace cocoon::app::commands {
namespace {

using Found = Finding::Result;

constexpr base::Duration kServerLimit = std::chrono::seconds(15);
constexpr std::int64_t kFreshSeconds = 60;

// A client with one server alone: from the configured block to the newest, then the newest
// basechain block, then all of its transactions.
class ServerCheck {
 public:
  explicit ServerCheck(const ton::LiteClientConfig& alone)
      : start_(runtime_.now().steady), link_(runtime_, alone, {}) {
    link_.on_event([this](const ton::LiteEvent& event) { handle(event); });
    link_.start();
    io::Timer limit(runtime_, [this] { runtime_.stop(); });
    limit.arm_in(kServerLimit);
    runtime_.run();
  }
  // A lie, whenever it was told, or why there is no head.
  const std::optional<std::string>& fault() const { return fault_; }
  const std::optional<ton::ChainHead>& head() const { return head_; }
  base::Duration took() const { return took_; }
  const std::string& transactions() const { return transactions_; }
  base::Now now() { return runtime_.now(); }

 private:
  void handle(const ton::LiteEvent& event) {
    if (const auto* moved = std::get_if<ton::HeadMoved>(&event)) {
      if (head_) return;
      head_ = moved->head;
      took_ = runtime_.now().steady - start_;
      link_.request(ton::AccountRequest{});
    } else if (const auto* dropped = std::get_if<ton::ServerDropped>(&event)) {
      fault_ = dropped->reason + ": " + dropped->message;
      runtime_.stop();
    } else {
      handle_answer(std::get<ton::RequestDone>(event).answer);
    }
  }
  void handle_answer(const base::Result<ton::LiteAnswer>& answer) {
    if (!answer) {
      transactions_ =
          "its newest transactions it does not tell (" + std::string(answer.error().reason()) + ")";
      return runtime_.stop();
    }
    if (const auto* nobody = std::get_if<ton::ProvenAccount>(&*answer)) {
      link_.request(ton::BlockTransactionsRequest{nobody->shard_block});
      return;
    }
    const auto& list = std::get<ton::BlockTransactionsAnswer>(*answer);
    const bool all = list.end == ton::ListEnd::Complete;
    transactions_ = std::string(all ? "all " : "the first ") + std::to_string(list.listed.size()) +
                    " transactions of its newest shard block proven";
    runtime_.stop();
  }

  io::Runtime runtime_;
  base::Instant start_;
  std::optional<std::string> fault_;
  std::optional<ton::ChainHead> head_;
  base::Duration took_{};
  std::string transactions_ = "its newest transactions it does not tell";
  ChainLink link_;
};

Finding check_server(const ton::LiteClientConfig& config, std::size_t index) {
  ServerCheck check({config.anchor, {config.servers[index]}});
  const std::string name = "lite server " + config.servers[index].name;
  const auto& head = check.head();
  if (!head || check.fault()) {
    return {name, Found::Failed, check.fault().value_or("it does not answer"),
            "the others carry on; remove it from the configuration file"};
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(check.took());
  const std::string proven = "block " + std::to_string(head->block.seqno) + ", proven in " +
                             std::to_string(took.count()) + " ms; " + check.transactions();
  // The configured block itself, and nothing newer: its age is not known.
  if (head->gen_utime == 0) return {name, Found::Fine, proven};
  const std::int64_t age =
      base::to_unix_whole_seconds(check.now().wall) - static_cast<std::int64_t>(head->gen_utime);
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
