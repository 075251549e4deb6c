#include "sim/stage.h"

#include "payment/tariff.h"

namespace cocoon::sim {

Stage::Stage(StageTerms terms, std::function<void(const std::string&)> note)
    : network_(std::move(terms.network)),
      audit_(scheduler_, payment::tariff_of(network_.root().params)),
      wires_(scheduler_, terms.wires, terms.weather),
      surroundings_{.scheduler = scheduler_,
                    .wires = wires_,
                    .audit = audit_,
                    .network = network_,
                    .note = {}} {
  if (!note) return;
  surroundings_.note = [this, note = std::move(note)](const std::string& what) {
    const double seconds =
        std::chrono::duration<double>(scheduler_.now().steady.time_since_epoch()).count();
    note(std::to_string(seconds) + " " + what);
  };
}

void Stage::start_all() {
  for (auto& proxy : proxies_) proxy.start();
  for (auto& worker : workers_) worker.start();
  for (auto& client : clients_) client.start();
}

void Stage::pass(base::Duration time) {
  const base::Instant until = scheduler_.now().steady + time;
  while (is_sound() && scheduler_.step(until) == Scheduler::Step::Happened) {
    ++audit_.statistics().events;
    audit_.check_deadlines();
  }
}

void Stage::check_quiet() {
  for (auto& proxy : proxies_) {
    if (!proxy.is_quiet()) audit_.report(proxy.name() + " is still busy although nothing runs");
  }
  for (auto& worker : workers_) {
    if (!worker.is_quiet()) audit_.report(worker.name() + " is still busy although nothing runs");
  }
  for (auto& client : clients_) {
    if (!client.is_quiet())
      audit_.report(client.terms().name + " is still busy although nothing runs");
  }
}

}  // namespace cocoon::sim
