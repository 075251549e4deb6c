// ClientChannel: a client's side of its channel with one proxy. Opens it with a deposit and the
// hash of its secret, tops it up within a limit, proves itself on the chain when the proxy asks for
// that, and closes it when told to.
//
// Nothing is kept on disk: what to do next follows from the contract's proven state, and an order
// that a crash leaves behind is given again under the same id, so that it is carried out once.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "base/time.h"
#include "payment/chain/accounts.h"
#include "payment/chain/order.h"
#include "payment/chain/waiting.h"
#include "ton/proofs.h"

namespace cocoon::payment::chain {

struct ChannelTerms {
  ton::NetworkContracts contracts;
  ton::ProxyIdentity proxy;
  ton::Address wallet;  // the channel's owner: sends the orders
  base::Nanoton price_per_token;
  base::Bits256 secret_hash{};
  // Each top-up, made when less than half of it is left; together with what was used never more
  // than `limit`.
  base::Nanoton deposit;
  base::Nanoton limit;
};

class ClientChannel {
 public:
  explicit ClientChannel(ChannelTerms terms);

  const ton::Address& contract() const { return contract_; }

  // The contract's state, whenever it has changed.
  void handle_current(base::Now now, const ton::ProvenAccount& account);
  // The proxy wants to see this number in a message on the chain.
  void handle_registration_asked(base::Now now, std::uint64_t nonce);
  // What the proxy says was used since the channel began.
  void handle_used(base::Now now, base::TokenCount tokens);
  // Asks for everything back; after the delay once more.
  void handle_close(base::Now now);
  void handle_time(base::Now now);
  void handle_sent(base::Now now, std::uint64_t id);
  void handle_not_sent(base::Now now, std::uint64_t id, const base::Error& error);

  std::optional<ChainOrder> poll_order();
  std::optional<base::Instant> poll_deadline() const;

  // Nothing: not known yet, or there is no such contract yet.
  const std::optional<ClientAccount>& account() const { return account_; }
  const std::string& problem() const { return problem_; }

 private:
  // What is to be seen in the contract's state once the order has worked; nothing: being sent is
  // enough.
  struct Goal {
    std::optional<base::Nanoton> deposited;
    bool secret = false;
    std::optional<ContractState> left;
  };
  struct Pending {
    OrderWait wait;
    Goal goal;
    std::optional<std::uint64_t> nonce;
  };

  void plan(base::Now now);
  void plan_close(std::vector<ton::Transfer>& transfers, Goal& goal) const;
  void plan_open(std::vector<ton::Transfer>& transfers, Goal& goal) const;
  bool reached(const Goal& goal) const;
  // Everything that was ever deposited and not taken back.
  base::Nanoton deposited() const;
  bool wants_deposit() const;
  ton::Transfer to_contract(base::Nanoton amount, ton::CellRef body) const;

  ChannelTerms terms_;
  ton::Address contract_;
  std::optional<ClientAccount> account_;
  bool known_ = false;  // the contract was looked at
  std::uint32_t chain_time_ = 0;
  base::TokenCount used_;
  std::optional<std::uint64_t> nonce_;  // asked for and not sent yet
  bool closing_ = false;
  std::uint32_t attempt_ = 0;
  std::optional<Pending> pending_;
  std::deque<ChainOrder> orders_;
  std::string problem_;
};

}  // namespace cocoon::payment::chain
