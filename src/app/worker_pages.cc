#include "app/worker_pages.h"

#include <algorithm>

#include "app/pages_json.h"
#include "app/settlement_json.h"

namespace cocoon::app {
namespace {

using nlohmann::json;
using Services = std::vector<std::unique_ptr<ModelService>>;

std::string_view text(worker::EngineState state) {
  return state == worker::EngineState::Up ? "up" : "down";
}

worker::Counters sum_of(const Services& services) {
  worker::Counters sum;
  for (const auto& service : services) {
    const worker::Counters& one = service->machine().counters();
    sum.requests += one.requests;
    sum.answered += one.answered;
    sum.failed += one.failed;
    sum.rejected += one.rejected;
    sum.cancelled += one.cancelled;
    sum.request_bytes += one.request_bytes;
    sum.answer_bytes += one.answer_bytes;
    sum.doubtful_usage += one.doubtful_usage;
    sum.billed.prompt.count += one.billed.prompt.count;
    sum.billed.cached.count += one.billed.cached.count;
    sum.billed.completion.count += one.billed.completion.count;
    sum.billed.reasoning.count += one.billed.reasoning.count;
    sum.billed.total.count += one.billed.total.count;
    for (const auto& [reason, count] : one.refusals) sum.refusals[reason] += count;
  }
  return sum;
}

json engines_json(const ModelService& service) {
  json list = json::array();
  const auto& views = service.endpoints().all();
  for (std::size_t place = 0; place < views.size(); ++place) {
    json row{{"url", service.options().urls[place]},
             {"state", text(views[place].state)},
             {"running", views[place].running}};
    if (views[place].load) {
      row["own_running"] = views[place].load->running;
      row["own_waiting"] = views[place].load->waiting;
      if (views[place].load->cache_share) row["cache_share"] = *views[place].load->cache_share;
    }
    list.push_back(std::move(row));
  }
  return list;
}

json models_json(const Services& services) {
  json list = json::array();
  for (const auto& service : services) {
    const worker::Worker& machine = service->machine();
    list.push_back({{"model", machine.config().model},
                    {"coefficient", machine.config().coefficient},
                    {"max_active", machine.config().max_active},
                    {"context_length", machine.config().terms.context_length},
                    {"capabilities", machine.config().terms.capabilities},
                    {"running", machine.running()},
                    {"engine", text(machine.engine())},
                    {"ready", service->ready()},
                    {"queries", machine.counters().requests},
                    {"success", machine.counters().answered},
                    {"total_adjusted_tokens_used", machine.counters().billed.total.count},
                    {"engines", engines_json(*service)}});
  }
  return list;
}

json proxies_json(const Services& services) {
  json proxies = json::array();
  for (const auto& service : services) {
    const auto& all = service->machine().proxies().all();
    for (const auto& target : service->targets()) {
      json row{{"address", target.address},
               {"model", service->options().model},
               {"state", target.state},
               {"last_error", target.last_error}};
      const auto link = target.link ? all.find(*target.link) : all.end();
      if (link != all.end()) {
        const worker::ProxyLink& proxy = link->second;
        const worker::Earned earned = service->machine().proxies().earned(proxy.proxy_contract);
        if (proxy.state == worker::ProxyLink::State::Ready) row["state"] = "ready";
        row["version"] = proxy.version;
        row["congested"] = proxy.congested;
        row["proxy_sc_address"] = ton::to_friendly_text(proxy.proxy_contract);
        row["sc_address"] = ton::to_friendly_text(proxy.worker_contract);
        row["earned_tokens_committed_to_proxy_db"] = earned.on_its_disk;
        row["earned_tokens_max_known"] = earned.in_its_books;
      }
      proxies.push_back(std::move(row));
    }
  }
  return proxies;
}

bool any_engine_up(const Services& services) {
  return std::ranges::any_of(services, [](const auto& service) {
    return service->machine().engine() == worker::EngineState::Up;
  });
}

// A proxy is up if every model is served there.
std::map<std::string, bool> proxies_up(const Services& services) {
  std::map<std::string, bool> up;
  for (const auto& service : services) {
    const auto& all = service->machine().proxies().all();
    for (const auto& target : service->targets()) {
      const auto link = target.link ? all.find(*target.link) : all.end();
      const bool ready = link != all.end() && link->second.state == worker::ProxyLink::State::Ready;
      const auto [found, fresh] = up.emplace(target.address, ready);
      if (!fresh) found->second = found->second && ready;
    }
  }
  return up;
}

}  // namespace

std::string worker_stats_json(const RoleShell& shell, const Services& services,
                              const WorkerState& state) {
  const worker::Counters counters = sum_of(services);
  return json_text({{"status",
                     {{"program", shell.program()},
                      {"engine", any_engine_up(services) ? "up" : "down"},
                      {"model", services.front()->options().model},
                      {"ready", state.ready},
                      {"settled", shell.chain() != nullptr},
                      {"simulated_evidence", shell.trust().simulated}}},
                    {"stats",
                     {{"queries", counters.requests},
                      {"success", counters.answered},
                      {"failed", counters.failed},
                      {"rejected", counters.rejected},
                      {"cancelled", counters.cancelled},
                      {"running", state.running},
                      {"bytes_received", counters.request_bytes},
                      {"bytes_sent", counters.answer_bytes},
                      {"total_adjusted_tokens_used", counters.billed.total.count},
                      {"doubtful_usage", counters.doubtful_usage},
                      {"refusals", counts_json(counters.refusals)}}},
                    {"models", models_json(services)},
                    {"proxies", proxies_json(services)},
                    {"connections", connection_counts_json(shell)},
                    {"chain", chain_json(shell)},
                    {"earnings", earnings_json(state.earnings)},
                    {"root_contract_config", network_json(shell.network())}});
}

void add_worker_metrics(MetricsPage& page, const Services& services, std::size_t running) {
  const worker::Counters counters = sum_of(services);
  add_request_counts(page, {.answered = counters.answered,
                            .failed = counters.failed,
                            .rejected = counters.rejected,
                            .cancelled = counters.cancelled,
                            .running = running,
                            .request_bytes = counters.request_bytes,
                            .answer_bytes = counters.answer_bytes});
  page.counters("cocoon_refusals_total", "Refused orders and proxies, by reason.",
                counters.refusals, "reason");
  page.counter("cocoon_doubtful_usage_total",
               "Answers whose usage, as the engine reports it, can't be.",
               static_cast<double>(counters.doubtful_usage));
  const auto tokens = [&page](std::string kind, base::TokenCount count) {
    page.counter("cocoon_tokens_total", "Billed tokens, adjusted by price, by kind.",
                 static_cast<double>(count.count), {{"kind", std::move(kind)}});
  };
  tokens("prompt", counters.billed.prompt);
  tokens("cached", counters.billed.cached);
  tokens("completion", counters.billed.completion);
  tokens("reasoning", counters.billed.reasoning);
  for (const auto& service : services) {
    const std::string& model = service->options().model;
    page.gauge("cocoon_slots", "Requests that this worker takes at once, by model.",
               service->machine().config().max_active, {{"model", model}});
    page.gauge("cocoon_coefficient", "Price level, 1000 is the network's own, by model.",
               service->machine().config().coefficient, {{"model", model}});
    const auto& views = service->endpoints().all();
    for (std::size_t place = 0; place < views.size(); ++place) {
      const MetricsPage::Labels labels{{"model", model},
                                       {"engine", service->options().urls[place]}};
      page.gauge("cocoon_engine_up", "1 if the engine answers probes.",
                 views[place].state == worker::EngineState::Up ? 1 : 0, labels);
      if (!views[place].load) continue;
      page.gauge("cocoon_engine_waiting", "Requests in the engine's own queue, as it says.",
                 static_cast<double>(views[place].load->waiting), labels);
    }
  }
  for (const auto& [proxy, up] : proxies_up(services)) {
    page.gauge("cocoon_proxy_up", "1 for each proxy of the configuration that is served.",
               up ? 1 : 0, {{"proxy", proxy}});
  }
}

}  // namespace cocoon::app
