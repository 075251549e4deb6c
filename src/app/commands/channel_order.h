// What the commands about channels share: a channel as the chain proves it, and an order about it,
// shown, sent and watched until the contract has done it.
#pragma once

#include <optional>
#include <string>

#include "app/commands/chain_session.h"
#include "app/commands/payer.h"
#include "payment/chain/accounts.h"
#include "payment/chain/bodies.h"

namespace cocoon::app::commands {

// Whose rules a channel's contract follows: this project's code, or another, as on the live
// network.
enum class Rules { Ours, Foreign };
Rules rules_of(const ton::CellRef& code);

struct Channel {
  ton::Address contract;
  payment::chain::ClientAccount account;
  Rules rules = Rules::Ours;
  base::Nanoton coins = {};  // on the contract itself, of which it pays its storage
};

// Nothing: there is no such contract.
base::Result<std::optional<Channel>> find_channel(ChainSession& session,
                                                  const ton::Address& contract);
// Of the first operand, after the session has been synchronised.
base::Result<Channel> read_channel(const Invocation& invocation, ChainSession& session);

// What one order says and costs.
struct Order {
  std::string what;
  ton::CellRef body;
  base::Nanoton deposit;
  base::Nanoton fee;                          // measured, of our contracts
  std::optional<ton::StateInit> deploy = {};  // the contract, where it does not exist yet
};

// More than 0; Usage otherwise.
base::Result<base::Nanoton> parse_deposit(const std::string& text);
payment::chain::Envelope new_envelope(const ton::Address& excesses);

// With --dry-run only shows it.
base::Result<int> carry_out(const Invocation& invocation, ChainSession& session, Payer payer,
                            const Channel& channel, const Order& order);

// The wallet of a client role and what its configuration says about its network: of the file
// --config, or of the network of `cocoon up`. Not while its gateway runs, which sends from it.
struct ClientPayer {
  Payer payer;
  std::string root;  // the network's root contract; empty if the file names none
};
base::Result<ClientPayer> open_client_payer(const Arguments& arguments);

}  // namespace cocoon::app::commands
