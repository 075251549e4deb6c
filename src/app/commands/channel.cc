// `cocoon channel list`, and the orders about one channel: topup, withdraw, close.
#include "app/commands/channel.h"

#include <nlohmann/json.hpp>

#include "app/chain/chain_service.h"
#include "app/commands/chain_limits.h"
#include "app/commands/chain_session.h"
#include "app/commands/fault.h"
#include "app/commands/fetch.h"
#include "app/commands/payer.h"
#include "app/commands/table.h"
#include "app/commands/wallet_sending.h"
#include "app/commands/whereabouts.h"
#include "app/key_file.h"
#include "app/role_main.h"
#include "app/role_options.h"
#include "base/encoding.h"
#include "crypto/random.h"
#include "payment/chain/accounts.h"
#include "payment/chain/bodies.h"
#include "payment/chain/fees.h"
#include "payment/chain/order.h"
#include "ton/contract_code.h"

namespace cocoon::app::commands {
namespace {

using base::Result;
using nlohmann::json;
using payment::chain::ClientAccount;

constexpr std::size_t kConfigFileMax = 1 << 20;

// Whose rules a channel's contract follows: this project's code, or another, as on the live
// network.
enum class Rules { Ours, Foreign };

struct Channel {
  ton::Address contract;
  ClientAccount account;
  Rules rules = Rules::Ours;
};

Rules rules_of(const ton::FullStateInit& state) {
  const bool is_ours =
      state.code && state.code->hash() == ton::contract_code(ton::CocoonContract::Client)->hash();
  return is_ours ? Rules::Ours : Rules::Foreign;
}

// What a message to the channel carries; the contract returns what it does not use.
base::Nanoton request_value(const Channel& channel) {
  return channel.rules == Rules::Ours ? payment::chain::kMessageValues.request
                                      : payment::chain::kLiveRequestValue;
}

Result<Channel> read_channel(ChainSession& session, const ton::Address& contract) {
  const ton::ProvenAccount found = TRY(session.account(contract));
  if (!found.account || found.account->status != ton::AccountStatus::Active) {
    return fault(CommandFault::Failed, "there is no channel at " + ton::to_friendly_text(contract),
                 "cocoon channel list");
  }
  auto account = payment::chain::parse_client_account(found.account->state.data);
  if (account) {
    return Channel{contract, *std::move(account), rules_of(found.account->state)};
  }
  return fault(CommandFault::Failed,
               ton::to_friendly_text(contract) + " is no channel: " + account.error().message());
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

// What one order says and costs.
struct Order {
  std::string what;
  ton::CellRef body;
  base::Nanoton deposit;
  base::Nanoton cost;  // measured, of our contracts

  base::Nanoton attached(const Channel& channel) const { return deposit + request_value(channel); }
};

// Said before anything is sent: what cannot be taken back.
void warn(const Invocation& invocation, const Channel& channel, const Order& order) {
  if (channel.rules == Rules::Ours) return;
  if (order.deposit > base::Nanoton{}) {
    invocation.err.line(
        invocation.err.sign(Sign::Note) +
        " This channel follows another network's rules. A deposit comes back only if the proxy "
        "grants the refund: without it you get at most the proxy's stake, which may be 0. The "
        "stake of the channel, " +
        base::to_string(channel.account.stake) + ", cannot be withdrawn while it is open.");
  } else if (channel.account.state != payment::chain::ContractState::Normal) {
    invocation.err.line(invocation.err.sign(Sign::Note) +
                        " This ends the channel for good. If the proxy has not granted the refund, "
                        "you get at most the proxy's stake, and the rest is lost.");
  }
}

// Until the contract has done it: its data differ then.
Result<Channel> await_change(ChainSession& session, const Channel& before) {
  const base::Instant end = session.runtime().now().steady + kEffectLimit;
  while (session.runtime().now().steady < end) {
    const Channel now = TRY(read_channel(session, before.contract));
    if (now.account.state != before.account.state ||
        now.account.balance != before.account.balance ||
        now.account.unlock_at != before.account.unlock_at) {
      return now;
    }
    session.run_until(kLookPeriod, [] { return false; });
  }
  return fault(CommandFault::Refused, "the channel's contract did not do it",
               "cocoon channel list: what can be withdrawn is what is above the stake; a closing "
               "channel pays after its delay");
}

void show_order(const Invocation& invocation, const Channel& channel, const Order& order) {
  Table table({{"MESSAGE"}, {"TO"}, {"ATTACHED", Align::Right}, {"COSTS ABOUT", Align::Right}});
  table.add({{order.what},
             {ton::to_friendly_text(channel.contract)},
             {base::to_string(order.attached(channel))},
             {channel.rules == Rules::Ours ? base::to_string(order.cost) : "not known"}});
  invocation.out.write(table.text(invocation.out));
}

Result<int> carry_out(const Invocation& invocation, ChainSession& session, Payer payer,
                      const Channel& channel, const Order& order) {
  const bool for_programs = invocation.arguments.printing() == Printing::Json;
  if (!for_programs) show_order(invocation, channel, order);
  warn(invocation, channel, order);
  if (invocation.arguments.has("--dry-run")) {
    if (for_programs) {
      invocation.out.line(json{
          {"what", order.what},
          {"to", ton::to_friendly_text(channel.contract)},
          {"attached", order.attached(channel).count()},
          {"costs_about", channel.rules == Rules::Ours ? json(order.cost.count()) : json(nullptr)}}
                              .dump());
    }
    return kExitOk;
  }
  WalletSending sending(session, ton::Sender(payer.wallet, std::move(payer.key)),
                        payer.file + ".sending");
  ton::Transfer transfer;
  transfer.to = channel.contract;
  transfer.amount = order.attached(channel);
  transfer.body = order.body;
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

// The channel of the first operand, and a session in which it was read.
Result<Channel> open_channel(const Invocation& invocation, ChainSession& session) {
  const auto contract = ton::parse_address(invocation.arguments.operands()[0]);
  if (!contract) return fault(CommandFault::Usage, contract.error().message());
  TRY(session.synchronise(kSyncLimit));
  return read_channel(session, *contract);
}

payment::chain::Envelope envelope(const ton::Address& excesses) {
  crypto::SystemRandom random;
  return {.query_id = random.next_u64() >> 8, .excesses = excesses};
}

// The wallet of a client role: of the configuration file --config, or that of the network of
// `cocoon up`. Not while its gateway runs, which sends from it.
base::Result<Payer> open_client_payer(const Arguments& arguments) {
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
  return Payer{std::move(wallet), std::move(key), file, *std::move(lock)};
}

// Withdraw and close: the channel's owner only, which is the client's wallet.
Result<int> run_of_owner(const Invocation& invocation, const std::string& what,
                         ton::CellRef (*body)(const payment::chain::Envelope&),
                         base::Nanoton (*cost)(const Channel&)) {
  const auto session = TRY(ChainSession::open(invocation.arguments));
  const Channel channel = TRY(open_channel(invocation, *session));
  Payer payer = TRY(open_client_payer(invocation.arguments));
  const ton::Address wallet = payer.wallet.address();
  if (wallet != channel.account.owner) {
    return fault(
        CommandFault::Refused,
        "the client's wallet, " + ton::to_friendly_text(wallet) + ", does not own this channel",
        "the wallet " + ton::to_friendly_text(channel.account.owner));
  }
  const Order order{.what = what,
                    .body = body(envelope(wallet)),
                    .deposit = {},
                    .cost = cost(channel) + payment::chain::kOrderFee.fee};
  return carry_out(invocation, *session, std::move(payer), channel, order);
}

}  // namespace

Result<int> run_channel_list(const Invocation& invocation) {
  const auto where = TRY(find_gateway(invocation.arguments));
  const json stats = TRY(fetch_json(where.root + "/jsonstats"));
  const json channels = list_at(stats, "/channels");
  if (invocation.arguments.printing() == Printing::Json) {
    invocation.out.line(json{{"channels", channels}}.dump());
    return kExitOk;
  }
  if (channels.empty()) {
    invocation.err.line("No channel is open. The gateway opens one with each proxy that it uses.");
    return kExitOk;
  }
  Table table({{"CHANNEL"},
               {"PROXY"},
               {"STATE"},
               {"BALANCE", Align::Right},
               {"STAKE", Align::Right},
               {"CHARGED TOKENS", Align::Right}});
  for (const auto& channel : channels) {
    table.add({{text_at(channel, "/contract")},
               {text_at(channel, "/proxy")},
               {text_at(channel, "/state")},
               {base::to_string(base::Nanoton(number_at(channel, "/balance")))},
               {base::to_string(base::Nanoton(number_at(channel, "/stake")))},
               {std::to_string(number_at(channel, "/charged_tokens"))}});
  }
  invocation.out.write(table.text(invocation.out));
  return kExitOk;
}

Result<int> run_channel_topup(const Invocation& invocation) {
  const std::string text = invocation.arguments.operands()[1];
  const auto amount = base::parse_nanoton(text);
  if (!amount || amount->count() <= 0) {
    return fault(CommandFault::Usage, "\"" + text + "\" is no amount",
                 "1.5 (TON), or 1500000000n (nanotons)");
  }
  if (!base::checked_add(*amount, payment::chain::kLiveRequestValue))
    return fault(CommandFault::Usage, "there is not that much TON");
  const auto session = TRY(ChainSession::open(invocation.arguments));
  const Channel channel = TRY(open_channel(invocation, *session));
  Payer payer = TRY(open_payer(invocation.arguments));
  const Order order{
      .what = "deposit " + base::to_string(*amount),
      .body = payment::chain::client_top_up(envelope(payer.wallet.address()), *amount),
      .deposit = *amount,
      .cost = payment::chain::kTopUpFee.fee + payment::chain::kOrderFee.fee};
  return carry_out(invocation, *session, std::move(payer), channel, order);
}

Result<int> run_channel_withdraw(const Invocation& invocation) {
  return run_of_owner(invocation, "withdraw what is above the stake",
                      payment::chain::client_withdraw,
                      [](const Channel&) { return payment::chain::kWithdrawFee.fee; });
}

Result<int> run_channel_close(const Invocation& invocation) {
  return run_of_owner(invocation, "close: ask for everything back",
                      payment::chain::client_request_refund, [](const Channel& channel) {
                        const bool is_first =
                            channel.account.state == payment::chain::ContractState::Normal;
                        return is_first ? payment::chain::kRequestRefundFee.fee
                                        : payment::chain::kCollectRefundFee.fee;
                      });
}

}  // namespace cocoon::app::commands
