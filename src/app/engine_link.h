// EngineLink: runs the worker's jobs against its engine, and watches whether the engine is there.
#pragma once

#include <memory>
#include <unordered_map>

#include "app/role_shell.h"
#include "io/http_client.h"
#include "worker/worker.h"

namespace cocoon::app {

class EngineOwner {
 public:
  virtual ~EngineOwner() = default;
  // The machine has been given something; drain it.
  virtual void on_engine_turn() = 0;
};

class EngineLink {
 public:
  EngineLink(RoleShell& shell, io::HttpEndpoint endpoint, worker::Worker& machine,
             EngineOwner& owner);
  ~EngineLink();

  void start(worker::StartJob&& job);
  void cancel(worker::JobId job);
  // Begins to ask GET /v1/models again and again.
  void watch();

 private:
  class JobCall;
  class Probe;
  void forget(worker::JobId job);
  void probe();
  void probed(worker::EngineState state);

  RoleShell& shell_;
  worker::Worker& machine_;
  EngineOwner& owner_;
  io::HttpClient jobs_;
  io::HttpClient probes_;
  io::Timer probe_timer_;
  std::unordered_map<worker::JobId, std::unique_ptr<JobCall>> calls_;
  std::unique_ptr<Probe> probe_;
};

}  // namespace cocoon::app
