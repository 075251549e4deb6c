#include "app/proxy_pages.h"

#include "app/pages_json.h"
#include "app/settlement_json.h"
#include "base/encoding.h"

namespace cocoon::app {
namespace {

using nlohmann::json;

// How far an account is settled, and when it is next.
void add_settlement(json& row, const proxy::Proxy& machine, const payment::Account& account) {
  row["unsettled_nanotons"] = account.unsettled().count();
  row["settled_nanotons"] = account.on_chain.amount.count();
  if (!machine.core().settlement) return;
  const auto outlook = machine.core().settlement->outlook(account);
  row["next_settlement"] = {{"held_by", payment::chain::holdup_name(outlook.holdup)},
                            {"at_nanotons", outlook.due_at.count()}};
}

std::string owner_text(const payment::Account& account) {
  const auto owner = ton::parse_address(account.party);
  return owner ? ton::to_friendly_text(*owner) : account.party;
}

json clients_json(const proxy::Proxy& machine) {
  json list = json::array();
  for (const auto& account : machine.core().ledger.accounts()) {
    if (account.kind != payment::AccountKind::Client) continue;
    json row{{"owner_address", owner_text(account)},
             {"used_tokens", account.metered.tokens.count},
             {"reserved_tokens", account.reserved_tokens.count},
             {"balance_nanotons", account.balance.count()},
             {"reserved_nanotons", account.reserved.count()},
             {"charged_nanotons", account.metered.amount.count()},
             {"running_queries", account.open_requests}};
    add_settlement(row, machine, account);
    list.push_back(std::move(row));
  }
  return list;
}

json workers_json(const proxy::Proxy& machine) {
  json list = json::array();
  for (const auto& account : machine.core().ledger.accounts()) {
    if (account.kind != payment::AccountKind::Worker) continue;
    json row{{"owner_address", owner_text(account)},
             {"earned_tokens", account.metered.tokens.count},
             {"earned_nanotons", account.metered.amount.count()}};
    add_settlement(row, machine, account);
    list.push_back(std::move(row));
  }
  return list;
}

json connections_json(const proxy::Proxy& machine, base::Instant now) {
  json list = json::array();
  for (const auto& [link, worker] : machine.workers().all()) {
    json row{{"owner_address", ton::to_friendly_text(worker.owner)},
             {"sc_address", ton::to_friendly_text(worker.contract)},
             {"model", worker.model},
             {"worker_hash", base::to_hex(worker.image_hash)},
             {"coefficient", worker.coefficient},
             {"max_queries", worker.slots},
             {"overstated_usage", worker.overstated},
             {"switched_off", machine.workers().is_switched_off(worker.owner)},
             {"running_queries", 0},
             {"enabled", false}};
    if (worker.offer) {
      if (const auto view = machine.core().market.find(*worker.offer, now)) {
        row["running_queries"] = view->running;
        if (view->load) {
          row["told_running"] = view->load->running;
          row["told_waiting"] = view->load->waiting;
        }
        row["enabled"] = view->offer.availability == market::Availability::Enabled;
      }
    }
    list.push_back(std::move(row));
  }
  return list;
}

std::string_view service_name(proxy::Service service) {
  switch (service) {
    case proxy::Service::Serving:
      return "serving";
    case proxy::Service::Draining:
      return "draining";
    case proxy::Service::DiskFailed:
      return "disk_failed";
  }
  return "unknown";
}

}  // namespace

std::string proxy_stats_json(const RoleShell& shell, const proxy::Proxy& machine) {
  const proxy::Core& core = machine.core();
  const auto& counters = core.counters;
  const base::Instant now = shell.now().steady;
  json document{{"status",
                 {{"program", shell.program()},
                  {"service", service_name(core.service)},
                  {"settled", core.settlement.has_value()},
                  {"simulated_evidence", shell.trust().simulated}}},
                {"stats",
                 {{"queries", counters.requests},
                  {"success", counters.answered},
                  {"failed", counters.failed},
                  {"rejected", counters.rejected},
                  {"cancelled", counters.cancelled},
                  {"retried", counters.retried},
                  {"running", machine.running()},
                  {"waiting", machine.waiting()},
                  {"bytes_received", counters.request_bytes},
                  {"bytes_sent", counters.answer_bytes},
                  {"late_answers", counters.late_answers},
                  {"refusals", counts_json(counters.refusals)}}},
                {"contract", ton::to_friendly_text(core.identity.contract)},
                {"clients", clients_json(machine)},
                {"workers", workers_json(machine)},
                {"worker_connections", connections_json(machine, now)},
                {"commission_nanotons", core.ledger.account(payment::kCommission).balance.count()},
                {"ledger",
                 {{"sequence", core.ledger.sequence()},
                  {"durable_sequence", core.ledger.durable_sequence()},
                  {"digest", base::to_hex(core.ledger.digest())},
                  {"epoch", core.ledger.newest_epoch().number}}},
                {"connections", connection_counts_json(shell)},
                {"chain", chain_json(shell)},
                {"settlement", core.settlement ? settlement_json(*core.settlement) : json()},
                {"root_contract_config", network_json(shell.network())}};
  return json_text(document);
}

void add_proxy_metrics(MetricsPage& page, const proxy::Proxy& machine) {
  const proxy::Core& core = machine.core();
  const auto& counters = core.counters;
  add_request_counts(page, {.answered = counters.answered,
                            .failed = counters.failed,
                            .rejected = counters.rejected,
                            .cancelled = counters.cancelled,
                            .running = machine.running(),
                            .request_bytes = counters.request_bytes,
                            .answer_bytes = counters.answer_bytes});
  page.counter("cocoon_requests_retried_total", "Attempts after a worker's failure.",
               static_cast<double>(counters.retried));
  page.gauge("cocoon_requests_waiting", "Requests that wait for a worker to be free.",
             static_cast<double>(machine.waiting()));
  page.counters("cocoon_refusals_total", "Refused requests and peers, by reason.",
                counters.refusals, "reason");
  for (const auto& model : core.market.models()) {
    std::int64_t running = 0;
    std::int64_t slots = 0;
    for (const auto& worker : model.workers) {
      running += worker.running;
      slots += worker.max_active;
    }
    const MetricsPage::Labels labels{{"model", model.name}};
    page.gauge("cocoon_model_workers", "Enabled workers, by model.",
               static_cast<double>(model.workers.size()), labels);
    page.gauge("cocoon_model_slots", "Requests that they take at once, by model.",
               static_cast<double>(slots), labels);
    page.gauge("cocoon_model_running", "Requests that run on them, by model.",
               static_cast<double>(running), labels);
  }
  page.counter("cocoon_commission_nanotons_total", "Commission earned, not yet settled.",
               static_cast<double>(core.ledger.account(payment::kCommission).balance.count()));
  page.gauge("cocoon_ledger_sequence", "The newest entry of the ledger.",
             static_cast<double>(core.ledger.sequence()));
  page.gauge("cocoon_ledger_durable_sequence", "The newest entry that is safe on disk.",
             static_cast<double>(core.ledger.durable_sequence()));
}

}  // namespace cocoon::app
