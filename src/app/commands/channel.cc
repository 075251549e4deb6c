// `cocoon channel list`, and the orders about one channel: topup, withdraw, close.
#include "app/commands/channel.h"

#include <nlohmann/json.hpp>

#include "app/commands/channel_order.h"
#include "app/commands/fault.h"
#include "app/commands/fetch.h"
#include "app/commands/table.h"
#include "app/commands/whereabouts.h"
#include "app/role_main.h"
#include "payment/chain/fees.h"

namespace cocoon::app::commands {
namespace {

using base::Result;
using nlohmann::json;

// Withdraw and close: the channel's owner only, which is the client's wallet.
Result<int> run_of_owner(const Invocation& invocation, const std::string& what,
                         ton::CellRef (*body)(const payment::chain::Envelope&),
                         base::Nanoton (*fee)(const Channel&)) {
  const auto session = TRY(ChainSession::open(invocation.arguments));
  const Channel channel = TRY(read_channel(invocation, *session));
  ClientPayer client = TRY(open_client_payer(invocation.arguments));
  const ton::Address wallet = client.payer.wallet.address();
  if (wallet != channel.account.owner) {
    return fault(
        CommandFault::Refused,
        "the client's wallet, " + ton::to_friendly_text(wallet) + ", does not own this channel",
        "the wallet " + ton::to_friendly_text(channel.account.owner));
  }
  const Order order{
      .what = what, .body = body(new_envelope(wallet)), .deposit = {}, .fee = fee(channel)};
  return carry_out(invocation, *session, std::move(client.payer), channel, order);
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
  const base::Nanoton amount = TRY(parse_deposit(invocation.arguments.operands()[1]));
  const auto session = TRY(ChainSession::open(invocation.arguments));
  const Channel channel = TRY(read_channel(invocation, *session));
  Payer payer = TRY(open_payer(invocation.arguments));
  const Order order{
      .what = "deposit " + base::to_string(amount),
      .body = payment::chain::client_top_up(new_envelope(payer.wallet.address()), amount),
      .deposit = amount,
      .fee = payment::chain::kTopUpFee.fee};
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
