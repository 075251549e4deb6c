// The worker's /jsonstats document and its part of /metrics. Numbers are of all models together;
// "models" tells them apart.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/metrics.h"
#include "app/model_service.h"

namespace cocoon::app {

struct WorkerState {
  bool ready = false;
  std::size_t running = 0;
  const worker::Earnings& earnings;
};

// `services` is not empty.
std::string worker_stats_json(const RoleShell& shell,
                              const std::vector<std::unique_ptr<ModelService>>& services,
                              const WorkerState& state);
void add_worker_metrics(MetricsPage& page,
                        const std::vector<std::unique_ptr<ModelService>>& services,
                        std::size_t running);

}  // namespace cocoon::app
