#include "app/commands/chain_session.h"

#include <cstdlib>

#include "app/commands/fault.h"
#include "app/commands/payer.h"
#include "io/files.h"
#include "registry/chain_config.h"
#include "registry/limits.h"

namespace cocoon::app::commands {
namespace {

constexpr base::Duration kAnswerLimit = std::chrono::seconds(40);

}  // namespace

base::Result<std::string> chain_file(const Arguments& arguments) {
  const char* variable = std::getenv("COCOON_CHAIN");
  const std::string path = arguments.text("--chain", variable == nullptr ? "" : variable);
  if (!path.empty()) return path;
  if (const auto directory = up_network_directory(arguments)) {
    return *directory + "/chain/global.config.json";
  }
  return fault(CommandFault::Usage, "it is not said which chain to use",
               "--chain FILE: mainnet's file is at https://ton.org/global.config.json");
}

base::Result<ton::LiteClientConfig> read_chain_file(const std::string& path) {
  const base::Bytes bytes = TRY(io::read_file(path, registry::kMaxChainConfigBytes + 1));
  return registry::parse_chain_config(base::as_text(bytes));
}

base::Result<std::unique_ptr<ChainSession>> ChainSession::open(const Arguments& arguments) {
  const std::string path = TRY(chain_file(arguments));
  ton::LiteClientConfig config = TRY(read_chain_file(path));
  return std::unique_ptr<ChainSession>(new ChainSession(std::move(config), path + ".proven"));
}

ChainSession::ChainSession(ton::LiteClientConfig config, const std::string& saved_path)
    : limit_(runtime_,
             [this] {
               timed_out_ = true;
               runtime_.stop();
             }),
      link_(std::make_unique<ChainLink>(runtime_, std::move(config), saved_path)) {
  link_->on_event([this](const ton::LiteEvent& event) { handle(event); });
  link_->start();
}

void ChainSession::handle(const ton::LiteEvent& event) {
  if (const auto* server = std::get_if<ton::ServerDropped>(&event)) {
    dropped_.push_back(server->name + " " + server->reason);
  }
  if (on_event) on_event(event);
  if (done_ && done_()) runtime_.stop();
}

bool ChainSession::run_until(base::Duration limit, const std::function<bool()>& done) {
  if (done()) return true;
  done_ = done;
  timed_out_ = false;
  limit_.arm_in(limit);
  runtime_.run();
  limit_.cancel();
  done_ = nullptr;
  return !timed_out_ || done();
}

base::Result<ton::ChainHead> ChainSession::synchronise(base::Duration limit) {
  const auto proven = [this] { return link_->client().head().has_value(); };
  if (run_until(limit, proven)) return *link_->client().head();
  const std::string last = dropped_.empty() ? "no lite server answered" : dropped_.back();
  return fault(CommandFault::NotReachable, "the chain could not be followed: " + last,
               "cocoon doctor --chain FILE tells what each lite server does");
}

base::Result<ton::LiteAnswer> ChainSession::ask(ton::LiteRequest request) {
  std::optional<base::Result<ton::LiteAnswer>> answer;
  const auto before = std::move(on_event);
  std::uint64_t id = 0;
  on_event = [&](const ton::LiteEvent& event) {
    const auto* done = std::get_if<ton::RequestDone>(&event);
    if (done != nullptr && done->request == id) answer = done->answer;
  };
  id = link_->request(std::move(request));
  run_until(kAnswerLimit, [&] { return answer.has_value(); });
  on_event = before;
  if (answer) return *answer;
  return fault(CommandFault::NotReachable, "no lite server answered");
}

base::Result<ton::ProvenAccount> ChainSession::account(const ton::Address& address) {
  const ton::LiteAnswer answer = TRY(ask(ton::AccountRequest{address}));
  return std::get<ton::ProvenAccount>(answer);
}

}  // namespace cocoon::app::commands
