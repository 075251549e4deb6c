#include "app/settlement_json.h"

#include "base/encoding.h"

namespace cocoon::app {

using nlohmann::json;
using payment::chain::Record;
using payment::chain::RecordKind;

namespace {

json record_json(const Record& record) {
  json row{{"kind", payment::chain::record_kind_name(record.kind)},
           {"owner", ton::to_friendly_text(record.party)},
           {"amount", record.amount.count()},
           {"transaction", base::to_hex(record.transaction)},
           {"lt", record.lt},
           {"at", record.at}};
  if (record.kind == RecordKind::Charge || record.kind == RecordKind::Payout) {
    row["tokens"] = record.tokens.count;
  }
  if (record.kind == RecordKind::Payout) {
    row["worker_part"] = record.worker_part.count();
    row["commission"] = (record.amount - record.worker_part).count();
  }
  return row;
}

}  // namespace

json settlement_json(const payment::chain::ProxySettlement& settlement) {
  json channels = json::array();
  for (const auto& [owner, channel] : settlement.channels()) {
    channels.push_back({{"owner", ton::to_friendly_text(owner)},
                        {"contract", ton::to_friendly_text(channel.contract)},
                        {"state", payment::chain::state_name(channel.state)},
                        {"balance", channel.balance.count()},
                        {"stake", channel.stake.count()}});
  }
  json records = json::array();
  for (const Record& record : settlement.records()) records.push_back(record_json(record));
  json document{{"open", settlement.is_open()},
                {"books_behind_chain", settlement.is_behind()},
                {"settling", settlement.is_settling()},
                {"open_orders", settlement.orders_open()},
                {"problem", settlement.problem()},
                {"channels", std::move(channels)},
                {"marked_epoch", settlement.marked_epoch()},
                {"transactions_read", settlement.transactions()},
                {"settlements", std::move(records)}};
  if (const auto& account = settlement.account()) {
    document["treasury"] = {{"state", payment::chain::state_name(account->state)},
                            {"client_funds", account->client_funds.count()},
                            {"earned", account->earned.count()},
                            {"commission", account->commission.count()},
                            {"stake", account->stake.count()}};
  }
  return document;
}

json channels_json(const payment::chain::PerProxy<payment::chain::ClientChannel>& channels) {
  json list = json::array();
  for (const auto& [proxy, channel] : channels.all()) {
    json row{{"proxy", ton::to_friendly_text(proxy)},
             {"contract", ton::to_friendly_text(channel->contract())},
             {"problem", channel->problem()}};
    if (const auto& account = channel->account()) {
      row["state"] = payment::chain::state_name(account->state);
      row["balance"] = account->balance.count();
      row["stake"] = account->stake.count();
      row["charged_tokens"] = account->tokens.count;
    }
    list.push_back(std::move(row));
  }
  return list;
}

json earnings_json(const payment::chain::PerProxy<payment::chain::WorkerEarnings>& earnings) {
  json list = json::array();
  for (const auto& [proxy, machine] : earnings.all()) {
    list.push_back({{"proxy", ton::to_friendly_text(proxy)},
                    {"contract", ton::to_friendly_text(machine->contract())},
                    {"promised_tokens", machine->promised().count},
                    {"paid_tokens", machine->paid().count},
                    {"problem", machine->problem()}});
  }
  return list;
}

}  // namespace cocoon::app
