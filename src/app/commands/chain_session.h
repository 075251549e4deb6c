// What commands do with the chain: synchronise, ask something, end. One runtime, in the foreground.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/chain_link.h"
#include "app/commands/command.h"

namespace cocoon::app::commands {

// Path of a network's configuration file: --chain, COCOON_CHAIN, or that of the network of
// `cocoon up`. Usage if there is none.
base::Result<std::string> chain_file(const Arguments& arguments);
base::Result<ton::LiteClientConfig> read_chain_file(const std::string& path);

class ChainSession {
 public:
  // What is proven is kept beside the configuration, with ".proven" behind its name.
  static base::Result<std::unique_ptr<ChainSession>> open(const Arguments& arguments);

  io::Runtime& runtime() { return runtime_; }
  ChainLink& link() { return *link_; }

  // Runs until the newest block is proven; NotReachable, with what each server did, after `limit`.
  base::Result<ton::ChainHead> synchronise(base::Duration limit);
  // Runs until the answer is there.
  base::Result<ton::LiteAnswer> ask(ton::LiteRequest request);
  base::Result<ton::ProvenAccount> account(const ton::Address& address);
  // Runs until `done` says so (asked after every event) or `limit` is over; whether it was done.
  bool run_until(base::Duration limit, const std::function<bool()>& done);
  // Hears every event while the session runs.
  std::function<void(const ton::LiteEvent&)> on_event;

  // "10.0.0.1:1 server_silent", the newest last.
  const std::vector<std::string>& dropped() const { return dropped_; }

 private:
  ChainSession(ton::LiteClientConfig config, const std::string& saved_path);
  void handle(const ton::LiteEvent& event);

  io::Runtime runtime_;
  io::Timer limit_;
  std::function<bool()> done_;
  bool timed_out_ = false;
  std::vector<std::string> dropped_;
  std::unique_ptr<ChainLink> link_;
};

}  // namespace cocoon::app::commands
