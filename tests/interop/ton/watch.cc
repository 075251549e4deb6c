// Watches one account as the roles do, and says in JSON lines on standard output what happens: so
// that tests can lie to it, kill it and start it again.
//
//     ton_watch CONFIG ADDRESS JOURNAL
//
// JOURNAL has a line "LT HASH VALUE" for each transaction. A line is written whole, and the last
// one is the cursor: record and cursor can't part, whenever the program is killed.
#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/chain_link.h"
#include "base/encoding.h"
#include "io/files.h"
#include "registry/chain_config.h"
#include "registry/limits.h"
#include "ton/watcher.h"

namespace {

using namespace cocoon;
using nlohmann::json;

// The last whole line; what a kill left of another one is cut off.
std::optional<ton::TransactionName> restore(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t end = text.rfind('\n');
  if (end == std::string::npos) return std::nullopt;
  if (::truncate(path.c_str(), static_cast<off_t>(end + 1)) != 0) return std::nullopt;
  const std::size_t before = text.rfind('\n', end - 1);
  std::istringstream line(
      text.substr(before == std::string::npos ? 0 : before + 1, end - before - 1));
  ton::TransactionName name;
  std::string hash;
  line >> name.lt >> hash;
  const auto bytes = base::from_hex(hash);
  if (!bytes || bytes->size() != name.hash.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), name.hash.begin());
  return name;
}

class Program {
 public:
  Program(ton::LiteClientConfig config, const std::string& journal, const std::string& saved)
      : journal_(::open(journal.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)),
        link_(runtime_, std::move(config), saved),
        timer_(runtime_, [this] {
          watcher_.handle_time(runtime_.now());
          pump();
        }) {
    link_.on_event([this](const ton::LiteEvent& event) { handle(event); });
  }

  int run(const ton::Address& account, std::optional<ton::TransactionName> cursor) {
    watcher_.watch(account, ton::WatchStart::FromFirst, cursor);
    link_.start();
    pump();
    runtime_.run();
    return 0;
  }

 private:
  void handle(const ton::LiteEvent& event) {
    if (const auto* moved = std::get_if<ton::HeadMoved>(&event)) {
      say({{"event", "head"}, {"seqno", moved->head.block.seqno}});
      watcher_.handle_head(runtime_.now(), moved->head);
    } else if (const auto* done = std::get_if<ton::RequestDone>(&event)) {
      const auto found = tokens_.find(done->request);
      if (found == tokens_.end()) return;
      const std::uint64_t token = found->second;
      tokens_.erase(found);
      if (!done->answer) say({{"event", "refused"}, {"reason", done->answer.error().reason()}});
      watcher_.handle_answer(runtime_.now(), token, done->head, done->answer);
    } else {
      const auto& dropped = std::get<ton::ServerDropped>(event);
      say({{"event", "dropped"}, {"server", dropped.name}, {"reason", dropped.reason}});
    }
    pump();
  }

  void pump() {
    while (const auto request = watcher_.poll_request()) {
      tokens_[link_.request(request->request)] = request->token;
    }
    while (const auto event = watcher_.poll_event()) report(*event);
    if (const auto deadline = watcher_.next_deadline()) timer_.arm(*deadline);
  }

  void report(const ton::WatchEvent& event) {
    if (const auto* seen = std::get_if<ton::TransactionSeen>(&event)) {
      record(seen->transaction);
    } else if (const auto* current = std::get_if<ton::AccountCurrent>(&event)) {
      const auto& account = current->account.account;
      say({{"event", "current"},
           {"seqno", current->head.block.seqno},
           {"lt", current->cursor.lt},
           {"balance", account ? account->balance.coins.count() : 0}});
    } else {
      const auto& problem = std::get<ton::WatchProblem>(event);
      say({{"event", "problem"}, {"reason", problem.error.reason()}});
    }
  }

  void record(const ton::Transaction& transaction) {
    const std::int64_t value =
        transaction.in_message ? transaction.in_message->value.coins.count() : 0;
    const std::string line = std::to_string(transaction.lt) + " " + base::to_hex(transaction.hash) +
                             " " + std::to_string(value) + "\n";
    if (::write(journal_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      say({{"event", "problem"}, {"reason", "journal"}});
      runtime_.stop();
    }
    say({{"event", "seen"},
         {"lt", transaction.lt},
         {"value", value},
         {"skipped", transaction.description.compute == ton::ComputePhase::Skipped}});
  }

  static void say(const json& event) { std::cout << event.dump() << '\n' << std::flush; }

  int journal_;
  io::Runtime runtime_;
  app::ChainLink link_;
  io::Timer timer_;
  ton::Watcher watcher_;
  std::map<std::uint64_t, std::uint64_t> tokens_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: ton_watch CONFIG ADDRESS JOURNAL\n";
    return 2;
  }
  const std::string journal = argv[3];
  const auto text = io::read_file(argv[1], registry::kMaxChainConfigBytes);
  const auto address = ton::parse_address(argv[2]);
  if (!text || !address) {
    std::cerr << "ton_watch: no configuration, or no address\n";
    return 2;
  }
  auto config = registry::parse_chain_config(base::as_text(*text));
  if (!config) {
    std::cerr << "ton_watch: " << config.error().message() << "\n";
    return 2;
  }
  const auto cursor = restore(journal);
  return Program(*std::move(config), journal, journal + ".proven").run(*address, cursor);
}
