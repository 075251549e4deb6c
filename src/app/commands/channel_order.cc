#include "app/commands/channel_order.h"

#include <nlohmann/json.hpp>

#include "app/commands/chain_limits.h"
#include "app/commands/fault.h"
#include "app/commands/table.h"
#include "app/commands/wallet_sending.h"
#include "app/key_file.h"
#include "app/role_main.h"
#include "app/role_options.h"
#include "base/encoding.h"
#include "crypto/random.h"
#include "payment/chain/fees.h"
#include "payment/chain/order.h"
#include "ton/contract_code.h"

namespace cocoon::app::commands {
namespace {

using base::Nanoton;
using base::Result;
using nlohmann::json;

constexpr std::size_t kConfigFileMax = 1 << 20;

Nanoton attached(const Channel& channel, const Order& order) {
  return order.deposit + (channel.rules == Rules::Ours ? payment::chain::kMessageValues.request
                                                       : payment::chain::kLiveRequestValue);
}

// What the wallet will have lost beside the deposit. Nothing: nobody has measured these contracts.
Result<std::optional<Nanoton>> find_cost(ChainSession& session, const ton::Address& wallet,
                                         const Channel& channel, const Order& order) {
  if (channel.rules != Rules::Ours) return std::optional<Nanoton>();
  using namespace payment::chain;
  const auto sender = TRY(session.account(wallet));
  const bool is_first = !sender.account || sender.account->status != ton::AccountStatus::Active;
  Nanoton cost = order.fee + missing_storage_reserve(channel.coins);
  cost += order.deploy ? kDeployOrderFee.fee : kOrderFee.fee;
  if (is_first) cost += kFirstOrderFee.fee - kOrderFee.fee;
  return std::optional(cost);
}

json channel_json(const Channel& channel) {
  return {{"contract", ton::to_friendly_text(channel.contract)},
          {"owner", ton::to_friendly_text(channel.account.owner)},
          {"proxy", ton::to_friendly_text(channel.account.proxy)},
          {"state", payment::chain::state_name(channel.account.state)},
          {"balance", channel.account.balance.count()},
          {"stake", channel.account.stake.count()},
          {"refund", channel.rules == Rules::Ours ? "always" : "if the proxy grants it"},
          {"charged_tokens", channel.account.tokens.count},
          {"unlock_at", channel.account.unlock_at}};
}

std::string channel_text(const Channel& channel, const Terminal& out) {
  return fact_lines({{"channel", ton::to_friendly_text(channel.contract)},
                     {"proxy", ton::to_friendly_text(channel.account.proxy)},
                     {"state", std::string(payment::chain::state_name(channel.account.state))},
                     {"balance", base::to_string(channel.account.balance)},
                     {"of it stake", base::to_string(channel.account.stake)},
                     {"charged", std::to_string(channel.account.tokens.count) + " tokens"}},
                    out);
}

// Said before anything is sent: what cannot be taken back.
void warn(const Invocation& invocation, const Channel& channel, const Order& order) {
  if (channel.rules == Rules::Ours) return;
  const std::string note = invocation.err.sign(Sign::Note);
  if (order.deposit > Nanoton{}) {
    invocation.err.line(
        note +
        " This channel follows another network's rules. A deposit comes back only if the proxy "
        "grants the refund: without it you get at most the proxy's stake, which may be 0. The "
        "stake of the channel, " +
        base::to_string(channel.account.stake) + ", cannot be withdrawn while it is open.");
  } else if (channel.account.state != payment::chain::ContractState::Normal) {
    invocation.err.line(note +
                        " This ends the channel for good. If the proxy has not granted the refund, "
                        "you get at most the proxy's stake, and the rest is lost.");
  }
}

// Until the contract has done it: its data differ then.
Result<Channel> await_change(ChainSession& session, const Channel& before) {
  const base::Instant end = session.runtime().now().steady + kEffectLimit;
  while (session.runtime().now().steady < end) {
    const auto now = TRY(find_channel(session, before.contract));
    if (now && (now->account.state != before.account.state ||
                now->account.balance != before.account.balance ||
                now->account.unlock_at != before.account.unlock_at)) {
      return *now;
    }
    session.run_until(kLookPeriod, [] { return false; });
  }
  return fault(CommandFault::Refused, "the channel's contract did not do it",
               "cocoon channel list: what can be withdrawn is what is above the stake; a closing "
               "channel pays after its delay");
}

void show_order(const Invocation& invocation, const Channel& channel, const Order& order,
                const std::optional<Nanoton>& cost) {
  Table table({{"MESSAGE"}, {"TO"}, {"ATTACHED", Align::Right}, {"COSTS ABOUT", Align::Right}});
  table.add({{order.what},
             {ton::to_friendly_text(channel.contract)},
             {base::to_string(attached(channel, order))},
             {cost ? base::to_string(*cost) : "not known"}});
  invocation.out.write(table.text(invocation.out));
}

}  // namespace

Rules rules_of(const ton::CellRef& code) {
  const bool is_ours =
      code && code->hash() == ton::contract_code(ton::CocoonContract::Client)->hash();
  return is_ours ? Rules::Ours : Rules::Foreign;
}

Result<std::optional<Channel>> find_channel(ChainSession& session, const ton::Address& contract) {
  const ton::ProvenAccount found = TRY(session.account(contract));
  if (!found.account || found.account->status != ton::AccountStatus::Active)
    return std::optional<Channel>();
  auto account = payment::chain::parse_client_account(found.account->state.data);
  if (!account) {
    return fault(CommandFault::Failed,
                 ton::to_friendly_text(contract) + " is no channel: " + account.error().message());
  }
  return std::optional(Channel{.contract = contract,
                               .account = *std::move(account),
                               .rules = rules_of(found.account->state.code),
                               .coins = found.account->balance.coins});
}

Result<Channel> read_channel(const Invocation& invocation, ChainSession& session) {
  const auto contract = ton::parse_address(invocation.arguments.operands()[0]);
  if (!contract) return fault(CommandFault::Usage, contract.error().message());
  TRY(session.synchronise(kSyncLimit));
  auto found = TRY(find_channel(session, *contract));
  if (found) return *std::move(found);
  return fault(CommandFault::Failed, "there is no channel at " + ton::to_friendly_text(*contract),
               "cocoon channel list");
}

Result<Nanoton> parse_deposit(const std::string& text) {
  const auto amount = base::parse_nanoton(text);
  if (!amount || amount->count() <= 0) {
    return fault(CommandFault::Usage, "\"" + text + "\" is no amount",
                 "1.5 (TON), or 1500000000n (nanotons)");
  }
  if (!base::checked_add(*amount, payment::chain::kLiveRequestValue))
    return fault(CommandFault::Usage, "there is not that much TON");
  return *amount;
}

payment::chain::Envelope new_envelope(const ton::Address& excesses) {
  crypto::SystemRandom random;
  return {.query_id = random.next_u64() >> 8, .excesses = excesses};
}

Result<int> carry_out(const Invocation& invocation, ChainSession& session, Payer payer,
                      const Channel& channel, const Order& order) {
  const bool for_programs = invocation.arguments.printing() == Printing::Json;
  const ton::Address wallet = payer.wallet.address();
  const auto cost = TRY(find_cost(session, wallet, channel, order));
  if (!for_programs) show_order(invocation, channel, order, cost);
  warn(invocation, channel, order);
  if (invocation.arguments.has("--dry-run")) {
    if (for_programs) {
      invocation.out.line(json{{"what", order.what},
                               {"from", ton::to_friendly_text(wallet)},
                               {"to", ton::to_friendly_text(channel.contract)},
                               {"attached", attached(channel, order).count()},
                               {"costs_about", cost ? json(cost->count()) : json(nullptr)}}
                              .dump());
    }
    return kExitOk;
  }
  WalletSending sending(session, ton::Sender(payer.wallet, std::move(payer.key)),
                        payer.file + ".sending");
  const ton::Transfer transfer =
      payment::chain::transfer_to(channel.contract, attached(channel, order), order.body,
                                  order.deploy ? &*order.deploy : nullptr);
  const ton::Transaction sent = TRY(sending.send({transfer}, invocation.err));
  const Channel now = TRY(await_change(session, channel));
  if (for_programs) {
    json document = channel_json(now);
    document["transaction"] = base::to_hex(sent.hash);
    invocation.out.line(document.dump());
  } else {
    invocation.out.write(channel_text(now, invocation.out));
  }
  return kExitOk;
}

Result<ClientPayer> open_client_payer(const Arguments& arguments) {
  const auto directory = up_network_directory(arguments);
  const std::string path = arguments.text("--config", directory ? *directory + "/client.toml" : "");
  if (path.empty()) {
    return fault(CommandFault::Usage, "it is not said whose channel it is",
                 "--config FILE of the client, or --dir DIR of a network of cocoon up");
  }
  ClientOptions options;
  OptionTable table = option_table(options);
  const base::Bytes text = TRY(io::read_file(path, kConfigFileMax));
  TRY(table.apply_file(base::as_text(text), path));
  const ton::Address owner = TRY(required_address(options.common.owner, "owner"));
  const std::string& file = options.common.wallet_key_file;
  auto lock = io::LockFile::acquire(file + ".lock");
  if (!lock) {
    return fault(CommandFault::Failed, "the client's wallet is in use: " + lock.error().message(),
                 "stop the gateway first: it sends from this wallet");
  }
  auto key = TRY(load_or_create_key(file));
  auto wallet =
      ton::Wallet::cocoon(key.public_key(), owner, ton::contract_code(ton::CocoonContract::Wallet));
  return ClientPayer{Payer{std::move(wallet), std::move(key), file, *std::move(lock)},
                     options.common.root};
}

}  // namespace cocoon::app::commands
