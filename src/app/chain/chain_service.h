// ChainService: what a role sees of the chain, and how it acts there. Follows the network's root
// contract, delivers what happens to accounts, sends from the role's Cocoon wallet. Everything that
// comes out of it is proven; a silent chain delays and never deceives.
//
// Lives on one runtime's loop, like everything of io; callbacks never come from within a call. A
// chain that stalls stops nothing: orders wait, the newest root stays, standing() tells.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/chain/orders.h"
#include "app/chain_link.h"
#include "base/log.h"
#include "io/files.h"
#include "registry/snapshot.h"
#include "ton/watcher.h"

namespace cocoon::app::chain {

enum class ChainError {
  NoRoot,        // no such root contract on the chain, or it can't be read
  NotReached,    // the chain could not be followed in time
  AlreadyTaken,  // somebody else of this process watches the account
};
std::string_view reason_name(ChainError error);

struct ChainSettings {
  std::string config;  // path of the TON network's global configuration
  ton::Address root;
  // The key of the role's Cocoon wallet, made if missing. Beside it lie KEY.orders (the request
  // that is under way), KEY.root (the newest root contract) and KEY.lock (one process at a time may
  // send from a wallet).
  std::string wallet_key_file;
  ton::Address owner;  // whose the wallet is: may stop it and take its coins back
};

// What is told about a watched account.
class AccountSink {
 public:
  virtual ~AccountSink() = default;
  // The account's next transaction; each comes once and in the chain's order, those with a skipped
  // compute phase too. Store `seen.cursor` together with what you do about it, and hand it to
  // watch() after a restart: then each is handled exactly once.
  virtual void on_transaction(const ton::TransactionSeen& seen) = 0;
  // All is delivered up to this state. Comes with every block, changed or not.
  virtual void on_current(const ton::AccountCurrent& current) = 0;
  // cursor_unknown: not watched any further; history_lost: goes on when a server has the history.
  virtual void on_problem(const base::Error& error) = 0;
};

// How the chain is doing, for displays.
struct Standing {
  enum class State { Starting, Following, Stalled };
  State state = State::Starting;
  std::optional<ton::ChainHead> head;
  base::Duration head_age{};  // since the newest block was proven, by this machine's clock
  std::size_t servers = 0;
  std::size_t servers_ready = 0;
  std::string last_problem;     // of a lite server, the root contract or the disk; may be past
  bool root_from_disk = false;  // the root is as it was known before this start
  std::optional<base::Nanoton> wallet_balance;
  std::size_t open_orders = 0;
};
std::string_view state_name(Standing::State state);

class ChainService {
 public:
  // `runtime` and `log` outlive the service. Errors of the files; FileLocked if another process has
  // the wallet.
  static base::Result<std::unique_ptr<ChainService>> open(io::Runtime& runtime, base::Log& log,
                                                          const ChainSettings& settings);
  ~ChainService();
  ChainService(const ChainService&) = delete;
  ChainService& operator=(const ChainService&) = delete;

  // Runs the loop until the root contract is known. After `limit` the root that was proven before
  // the last restart will do; without one: NotReached or NoRoot.
  base::Result<void> wait_for_root(base::Duration limit);

  // After wait_for_root() succeeded. Changes only just before on_root's callbacks.
  const registry::Snapshot& root() const { return *root_; }
  // Called with every later change of the root contract, in the order of registration.
  void on_root(std::function<void(const registry::Snapshot&)> callback);

  // One sink per account, which outlives the service or is unwatched. Without a cursor, `start`
  // says what is delivered first. AlreadyTaken.
  base::Result<void> watch(const ton::Address& account, ton::WatchStart start,
                           std::optional<ton::TransactionName> cursor, AccountSink& sink);
  void unwatch(const ton::Address& account);
  // The account as of the newest proven block. Fails after half a minute without an answer.
  void look(const ton::Address& account,
            std::function<void(base::Result<ton::ProvenAccount>)> done);

  // The role's Cocoon wallet. Its first message deploys it; it needs coins by then.
  const ton::Wallet& wallet() const { return orders_.wallet(); }
  // Sends from it; one order is under way at a time, the others wait in turn. `done` gets the
  // wallet's transaction (see carried_out), or why there never will be one: wallet_poor,
  // order_expired, order_form.
  //
  // An id is carried out at most once, whatever is killed when: `order.id` (not 0) names it for the
  // wallet's life, and the last kOrdersRemembered are remembered on disk. After a restart give
  // orders whose outcome is not yet known again, under the same id: the one under way goes on,
  // and one that is done answers at once.
  void send(ton::SendOrder order, SendDone done);

  Standing standing() const;

 private:
  ChainService(io::Runtime& runtime, base::Log& log, ton::LiteClientConfig config,
               const ChainSettings& settings, Orders orders, io::LockFile lock);
  using Answered = std::function<void(const ton::RequestDone&)>;

  void ask(ton::LiteRequest request, Answered answered);
  void handle(const ton::LiteEvent& event);
  void handle_head(const ton::ChainHead& head);
  void refresh();
  void handle_root(const ton::ProvenAccount& account);
  void load_root();
  void save_root(const ton::CellRef& data);
  void tell(const ton::WatchEvent& event);
  bool turn_once();
  void turn();
  void check_pace();
  void note_problem(const std::string& problem);

  io::Runtime& runtime_;
  base::Log& log_;
  ChainSettings settings_;
  io::LockFile lock_;
  Orders orders_;
  ton::Watcher watcher_;
  std::map<ton::Address, AccountSink*> sinks_;
  std::map<std::uint64_t, Answered> answers_;
  std::optional<registry::Snapshot> root_;
  base::Bits256 root_data_{};  // hash of the data that root_ was read from
  bool root_from_disk_ = false;
  bool root_asked_ = false;
  bool wallet_asked_ = false;
  bool waiting_for_root_ = false;
  std::optional<ChainError> root_fault_;
  std::vector<std::function<void(const registry::Snapshot&)>> root_callbacks_;
  std::optional<base::Nanoton> wallet_balance_;
  std::string last_problem_;
  Standing::State told_ = Standing::State::Starting;  // what the log knows
  bool turning_ = false;
  io::Timer soon_;   // work is waiting
  io::Timer later_;  // the machines' deadlines
  io::Timer pace_;
  ChainLink link_;
};

// Whether the wallet did what it was asked: its code ran, and every message left.
bool carried_out(const ton::Transaction& transaction);

// Without a new block for so long, the chain counts as stalled.
inline constexpr base::Duration kStalledAfter = std::chrono::seconds(60);

}  // namespace cocoon::app::chain
