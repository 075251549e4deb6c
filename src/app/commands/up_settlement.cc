#include "app/commands/up_settlement.h"

#include "app/commands/table.h"
#include "app/commands/up_wallets.h"
#include "app/key_file.h"
#include "base/encoding.h"

namespace cocoon::app::commands {
namespace {

using base::Result;
using nlohmann::json;

constexpr base::Duration kTriggerPeriod = std::chrono::seconds(1);
constexpr char kSettlePath[] = "/control/settle";

// The chain's own state is the news here.
class NoLog final : public base::Log {
 public:
  void write(base::LogLevel, std::string_view, std::initializer_list<base::LogField>) override {}
};

}  // namespace

// Everything about one account.
class UpSettlement::Sink final : public chain::AccountSink {
 public:
  Sink(UpSettlement& owner, const ton::Address& account) : owner_(owner), account_(account) {}
  void on_transaction(const ton::TransactionSeen& seen) override {
    owner_.take(account_, seen.transaction);
  }
  void on_current(const ton::AccountCurrent&) override {
    if (std::exchange(current_, true)) return;
    owner_.handle_current(account_);
  }
  void on_problem(const base::Error& error) override { owner_.finish(error); }

 private:
  UpSettlement& owner_;
  ton::Address account_;
  bool current_ = false;
};

UpSettlement::UpSettlement(io::Runtime& runtime, const UpPlan& plan, const RunningNetwork& running,
                           Books moved, OnDone on_done)
    : runtime_(runtime),
      plan_(plan),
      pages_(running.workers),
      moved_(moved),
      on_done_(std::move(on_done)),
      log_(std::make_unique<NoLog>()),
      again_(runtime, [this] { trigger(); }),
      limit_(runtime, [this] { finish(settlement_); }) {
  pages_.insert(pages_.begin(), running.proxy);
  limit_.arm_in(kSettleLimit);
  if (const auto opened = open(); !opened) {
    failure_ = opened.error();
    again_.arm_in({});
  }
}

UpSettlement::~UpSettlement() = default;

Result<void> UpSettlement::open() {
  const auto& network = *plan_.chain->network;
  const auto& accounts = plan_.chain->accounts;
  const UpWallet payer = TRY(up_wallet(plan_, kUpOperator));
  service_ = TRY(chain::ChainService::open(runtime_, *log_,
                                           {.config = plan_.chain->config,
                                            .root = network.root().address,
                                            .wallet_key_file = payer.key_file,
                                            .owner = payer.owner}));
  const auto key = TRY(load_or_create_key(plan_.path("proxy.key")));
  proxy_ = {network.proxy_address(accounts.at("proxy").owner, key.public_key()), key.public_key()};
  std::vector<ton::Address> watched{proxy_.contract};
  for (std::size_t i = 0; i < plan_.worker_http.size(); ++i) {
    watched.push_back(accounts.at(up_worker_name(i)).owner);
  }
  not_current_ = watched.size();
  for (const auto& account : watched) {
    sinks_.push_back(std::make_unique<Sink>(*this, account));
    TRY(service_->watch(account, ton::WatchStart::FromFirst, std::nullopt, *sinks_.back()));
  }
  return {};
}

// What is there now was there before.
void UpSettlement::handle_current(const ton::Address&) {
  if (--not_current_ > 0) return;
  for (SettledStep& step : settlement_.steps) step.before = true;
  settlement_ = {.steps = std::move(settlement_.steps),
                 .charged = {},
                 .paid = {},
                 .received = {},
                 .commission = {}};
  trigger();
}

// Again and again: a worker can't be paid before its proxy has charged.
void UpSettlement::trigger() {
  if (failure_) return finish(*failure_);
  if (!on_done_) return;
  requests_.clear();
  for (const auto& page : pages_) {
    const auto on_reply = [this](const Result<Reply>& reply) {
      // A role that can't be told to settle: nothing will come.
      if (reply && reply->status == 404) finish(settlement_);
    };
    requests_.push_back(
        std::make_unique<Fetch>(runtime_, page + kSettlePath, kFetchTimeout, on_reply, "{}"));
  }
  again_.arm_in(kTriggerPeriod);
}

void UpSettlement::take(const ton::Address& account, const ton::Transaction& transaction) {
  if (account == proxy_.contract) {
    take_notice(transaction);
  } else if (transaction.in_message &&
             transaction.in_message->kind == ton::Message::Kind::Internal) {
    const base::Nanoton amount = transaction.in_message->value.coins;
    settlement_.received += amount;
    settlement_.steps.push_back({"received", account, amount, transaction.hash});
  }
  if (not_current_ == 0 && is_complete()) finish(settlement_);
}

void UpSettlement::take_notice(const ton::Transaction& transaction) {
  namespace money = payment::chain;
  const auto& network = *plan_.chain->network;
  const auto notice = money::read_notice(network.contracts(), proxy_,
                                         plan_.chain->accounts.at("proxy").owner, transaction);
  if (!notice) return;
  const auto step = [&](const char* what, const ton::Address& party, base::Nanoton amount) {
    settlement_.steps.push_back({what, party, amount, transaction.hash});
  };
  if (const auto* client = std::get_if<money::ClientReport>(&*notice)) {
    if (const auto* deposit = std::get_if<money::ToppedUp>(&client->event)) {
      step("deposit", client->owner, deposit->amount);
    } else if (const auto* charge = std::get_if<money::Charged>(&client->event)) {
      settlement_.charged += charge->amount;
      step("charge", client->owner, charge->amount);
    }
  } else if (const auto* worker = std::get_if<money::WorkerReport>(&*notice)) {
    if (!worker->paid) return;
    settlement_.paid += worker->paid->worker_part;
    settlement_.commission += worker->paid->proxy_part;
    step("payout", worker->owner, worker->paid->worker_part);
  } else if (const auto* drawn = std::get_if<money::CommissionWithdrawn>(&*notice)) {
    step("commission", plan_.chain->accounts.at("proxy").owner, drawn->amount);
  }
}

bool UpSettlement::is_complete() const {
  return settlement_.charged >= moved_.charged && settlement_.received >= moved_.earned &&
         settlement_.commission >= moved_.commission;
}

void UpSettlement::finish(Result<Settlement> outcome) {
  again_.cancel();
  limit_.cancel();
  if (outcome) outcome->complete = is_complete();
  if (const auto on_done = std::exchange(on_done_, nullptr)) on_done(std::move(outcome));
}

json settlement_json(const Settlement& settlement) {
  json steps = json::array();
  for (const SettledStep& step : settlement.steps) {
    steps.push_back({{"what", step.what},
                     {"party", ton::to_friendly_text(step.party)},
                     {"nanotons", step.amount.count()},
                     {"transaction", base::to_hex(step.transaction)},
                     {"before", step.before}});
  }
  return {{"steps", std::move(steps)},
          {"charged_nanotons", settlement.charged.count()},
          {"paid_nanotons", settlement.paid.count()},
          {"received_nanotons", settlement.received.count()},
          {"commission_nanotons", settlement.commission.count()},
          {"complete", settlement.complete}};
}

std::string settlement_text(const Settlement& settlement, const Books& moved,
                            const Terminal& terminal) {
  Table table({{"ON CHAIN"}, {"AMOUNT", Align::Right}, {"WHOSE"}, {"TRANSACTION"}});
  for (const SettledStep& step : settlement.steps) {
    // Of the past only where the money came from matters.
    if (step.before && step.what != "deposit") continue;
    table.add({{step.what},
               {base::to_string(step.amount)},
               {ton::to_friendly_text(step.party)},
               {base::to_hex(step.transaction)}});
  }
  std::string text = table.empty() ? "" : table.text(terminal);
  if (!settlement.complete) {
    return text + terminal.sign(Sign::Note) +
           " not settled yet: the chain does not show all of it; cocoon up settles it later\n";
  }
  text += terminal.sign(Sign::Done) + " the worker's owner received " +
          base::to_string(settlement.received) + ": the price of " +
          base::to_string(settlement.charged) + " less " + base::to_string(settlement.commission) +
          " commission";
  if (settlement.received > moved.earned) text += ", answers of earlier included";
  return text + "\n";
}

}  // namespace cocoon::app::commands
