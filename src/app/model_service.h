// ModelService: one model of a worker: its machine, its connections to proxies, the servers behind
// it. A worker program has one for each [[engine]] of its configuration.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/engine_link.h"
#include "app/links.h"
#include "app/metrics.h"
#include "app/proxy_dialer.h"
#include "app/role_shell.h"
#include "app/vetting.h"
#include "worker/endpoints.h"
#include "worker/worker.h"

namespace cocoon::app {

class ModelServiceOwner {
 public:
  virtual ~ModelServiceOwner() = default;
  // The service has a new link, or was given something: drain all.
  virtual void on_service_link(session::LinkId link, class ModelService& service,
                               Vetting::Peer peer) = 0;
  virtual void on_service_turn() = 0;
};

class ModelService final : public EngineOwner {
 public:
  // `engines` is not empty.
  ModelService(RoleShell& shell, Links& links, EngineOptions options, worker::Config config,
               std::vector<io::HttpEndpoint> engines, ModelServiceOwner& owner);
  base::Result<void> start(const ProxyDialer::Settings& proxies);

  worker::Worker& machine() { return machine_; }
  const worker::Worker& machine() const { return machine_; }
  const EngineOptions& options() const { return options_; }
  const worker::Endpoints& endpoints() const { return endpoints_; }
  std::vector<ProxyDialer::TargetView> targets() const { return dialer_->targets(); }
  bool ready() const;

  void set_coefficient(std::int64_t coefficient);
  // No new requests and no new connections; done when drained().
  void drain();
  bool drained() const { return draining_ && machine_.running() == 0; }
  // Closes its links, before it is destroyed.
  void hang_up();

  void on_link_closed(session::LinkId link, std::string_view reason);
  // Carries out what the machine wants.
  void turn();

  void on_engine_turn() override { owner_.on_service_turn(); }
  void on_engine_state(std::size_t place, worker::EngineState state) override;
  void on_engine_load(std::size_t place, std::optional<worker::EngineLoad> load) override;
  void on_engine_context(std::size_t place, std::int32_t tokens) override;
  void on_job_ended(std::size_t place, worker::JobId job) override;

 private:
  void start_job(worker::StartJob&& job);
  void cancel_job(worker::JobId job);
  // Null when the job has ended there.
  EngineLink* engine_of(worker::JobId job);

  RoleShell& shell_;
  Links& links_;
  EngineOptions options_;
  ModelServiceOwner& owner_;
  worker::Worker machine_;
  worker::Endpoints endpoints_;
  std::vector<std::unique_ptr<EngineLink>> engines_;
  std::unordered_map<worker::JobId, std::size_t> jobs_;  // where each runs
  std::vector<std::int32_t> contexts_;                   // of each server; 0: unknown
  io::Timer timer_;
  std::unique_ptr<ProxyDialer> dialer_;
  bool draining_ = false;
};

}  // namespace cocoon::app
