// UpChain: from a devnet that has just been started to a chain on which the network stands: wallets
// filled, root contract deployed, its lists as the plan wants them. Everything is proven on the
// way; what stands already is left as it is.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/chain/chain_service.h"
#include "app/commands/fetch.h"
#include "app/commands/up_plan.h"
#include "app/commands/up_wallets.h"
#include "crypto/random.h"

namespace cocoon::app::commands {

// The devnet as found: Node.js and its program.
struct DevnetProgram {
  std::string node;
  std::string script;
};
// Beside or above this program's folder. Failed, with what to do, if something is missing.
base::Result<DevnetProgram> find_devnet(const std::string& node_given,
                                        const std::string& program_directory);
// Its command line; `plan` has a chain.
std::vector<std::string> devnet_arguments(const DevnetProgram& program, const UpPlan& plan);

// The root contract as the plan wants it, without its address. Struct version 3, which existing
// programs read.
registry::RootState up_root_state(const UpPlan& plan, const ton::Address& owner);

class UpChain {
 public:
  using OnReady = std::function<void(base::Result<registry::Snapshot>)>;
  // Calls back once; not from within the constructor.
  UpChain(io::Runtime& runtime, UpPlan plan, OnReady on_ready);

 private:
  // Keeps the newest line for an error, since `cocoon up` has a display of its own.
  class LastLine final : public base::Log {
   public:
    void write(base::LogLevel level, std::string_view event,
               std::initializer_list<base::LogField> fields) override;
  };

  void ask_devnet();
  bool is_ours(const Reply& reply) const;
  base::Result<void> open();
  base::Result<ton::Address> choose_root();
  void fill_next();
  void fill(const ton::Address& wallet);
  void check_root();
  void handle_root(const ton::ProvenAccount& account);
  base::Result<void> deploy();
  base::Result<void> order(const registry::Snapshot& now);
  void send(std::vector<ton::Transfer> transfers);
  void fail(const base::Error& error) { finish(error); }
  void finish(base::Result<registry::Snapshot> outcome);

  io::Runtime& runtime_;
  UpPlan plan_;
  OnReady on_ready_;
  crypto::SystemRandom random_;
  LastLine log_;
  std::unique_ptr<Fetch> request_;
  io::Timer again_;
  std::function<void()> on_again_;
  std::optional<UpWallet> operator_;
  registry::RootState wanted_;
  ton::Address root_;
  std::vector<ton::Address> to_fill_;
  std::unique_ptr<chain::ChainService> service_;
  bool deployed_ = false;              // the message is out
  std::uint32_t awaited_version_ = 0;  // of the root, after the orders that are out
};

}  // namespace cocoon::app::commands
