// WalletSending: one order of a wallet in the foreground, watched until the chain has proven what
// became of it.
//
// The signed request is on disk before it leaves, beside the wallet's file. A second run after a
// crash first finds out what became of the first one's request, so that nothing is paid twice.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/commands/chain_session.h"
#include "app/commands/terminal.h"
#include "ton/sender.h"

namespace cocoon::app::commands {

// What became of an order that took an earlier one's place.
struct Replacement {
  ton::Transaction transaction;  // of whichever was paid
  ton::OrderContent paid = ton::OrderContent::Newest;
};

class WalletSending {
 public:
  // Takes the session's events as long as it lives. `saved_path`: where the request is kept.
  WalletSending(ChainSession& session, ton::Sender sender, std::string saved_path);
  ~WalletSending() { session_.on_event = nullptr; }
  WalletSending(const WalletSending&) = delete;
  WalletSending& operator=(const WalletSending&) = delete;

  // The session is synchronised. Finishes what an earlier run left under way, says so, then sends.
  // The wallet's transaction, or why there will be none.
  base::Result<ton::Transaction> send(std::vector<ton::Transfer> transfers,
                                      const Terminal& messages);
  // The same, but what an earlier run left under way is not finished: these transfers take its
  // place, with its seqno, so that the chain carries out one of the two at most.
  base::Result<Replacement> replace(std::vector<ton::Transfer> transfers, const Terminal& messages);

 private:
  base::Result<Replacement> wait();
  base::Result<std::optional<std::uint64_t>> restore_earlier();
  base::Result<bool> finish_earlier(const Terminal& messages);
  void handle(const ton::LiteEvent& event);
  void tick();
  void pump();

  ChainSession& session_;
  ton::Sender sender_;
  std::string saved_path_;
  io::Timer timer_;
  std::map<std::uint64_t, std::uint64_t> tokens_;
  std::optional<base::Result<Replacement>> outcome_;
};

}  // namespace cocoon::app::commands
