// `cocoon channel open`: a channel with a proxy by hand, or one that was closed once more.
#include "app/commands/chain_limits.h"
#include "app/commands/channel.h"
#include "app/commands/channel_order.h"
#include "app/commands/fault.h"
#include "app/commands/root_view.h"
#include "payment/chain/fees.h"

namespace cocoon::app::commands {
namespace {

using base::Nanoton;
using base::Result;
using payment::chain::ContractState;

Result<registry::Snapshot> read_network(const Arguments& arguments, ChainSession& session,
                                        const std::string& configured) {
  if (configured.empty() || arguments.has("--root"))
    return read_root(session, TRY(root_address(arguments)));
  const auto root = ton::parse_address(configured);
  if (!root)
    return fault(CommandFault::Usage,
                 "the client's configuration, root: " + root.error().message());
  return read_root(session, *root);
}

// The proxy of this contract, which is one of the network's: its address follows from its owner and
// key.
Result<ton::ProxyIdentity> read_proxy(ChainSession& session, const registry::Snapshot& network,
                                      const std::string& text) {
  const auto address = ton::parse_address(text);
  if (!address) return fault(CommandFault::Usage, address.error().message());
  const ton::ProvenAccount found = TRY(session.account(*address));
  const bool stands = found.account && found.account->status == ton::AccountStatus::Active;
  const auto proxy = stands ? payment::chain::parse_proxy_account(found.account->state.data)
                            : Result<payment::chain::ProxyAccount>(fault(
                                  CommandFault::Failed, "there is no contract at this address"));
  const std::string name = ton::to_friendly_text(*address);
  if (!proxy || network.proxy_address(proxy->owner, proxy->public_key) != *address) {
    return fault(
        CommandFault::Failed,
        name + " is no proxy of this network" + (proxy ? "" : ": " + proxy.error().message()),
        "cocoon status shows the contracts of the proxies in use");
  }
  if (proxy->state != ContractState::Normal) {
    return fault(CommandFault::Refused,
                 "the proxy " + name + " is " + std::string(state_name(proxy->state)),
                 "another proxy");
  }
  return ton::ProxyIdentity{*address, proxy->public_key};
}

// As it would be before the first deposit.
Channel new_channel(const registry::Snapshot& network, const ton::Address& wallet,
                    const ton::ProxyIdentity& proxy) {
  Channel channel;
  channel.contract = network.client_address(wallet, proxy);
  channel.account.owner = wallet;
  channel.account.proxy = proxy.contract;
  channel.account.stake = network.min_client_stake();
  channel.rules = rules_of(network.root().params.client_code);
  return channel;
}

}  // namespace

Result<int> run_channel_open(const Invocation& invocation) {
  const Arguments& given = invocation.arguments;
  const Nanoton amount = TRY(parse_deposit(given.operands()[1]));
  const auto session = TRY(ChainSession::open(given));
  ClientPayer client = TRY(open_client_payer(given));
  TRY(session->synchronise(kSyncLimit));
  const registry::Snapshot network = TRY(read_network(given, *session, client.root));
  const auto proxy = TRY(read_proxy(*session, network, given.operands()[0]));
  const ton::Address wallet = client.payer.wallet.address();
  const Channel fresh = new_channel(network, wallet, proxy);
  const std::string name = ton::to_friendly_text(fresh.contract);
  if (amount < network.min_client_stake()) {
    return fault(CommandFault::Usage,
                 base::to_string(amount) + " is too little: proxies serve nobody below the stake",
                 base::to_string(network.min_client_stake()) + " or more");
  }
  const auto standing = TRY(find_channel(*session, fresh.contract));
  if (standing && standing->account.state == ContractState::Normal &&
      standing->account.balance > Nanoton{}) {
    return fault(CommandFault::Refused, "the channel with this proxy is open: " + name,
                 "cocoon channel topup " + name + " " + given.operands()[1]);
  }
  Order order{.what = "open with " + base::to_string(amount),
              .body = payment::chain::client_top_up(new_envelope(wallet), amount),
              .deposit = amount,
              .fee = payment::chain::kOpenFee.fee};
  if (!standing) {
    order.deploy = network.contracts().client_state(wallet, proxy);
  } else if (standing->account.state != ContractState::Normal) {
    order.what = "reopen with " + base::to_string(amount);
    order.body = payment::chain::client_reopen(new_envelope(wallet), amount);
    order.fee = payment::chain::kReopenFee.fee;
  }
  return carry_out(invocation, *session, std::move(client.payer), standing.value_or(fresh), order);
}

}  // namespace cocoon::app::commands
