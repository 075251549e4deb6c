// EngineLink: one server behind a model. It runs jobs there, and asks again and again whether the
// server is up and, where the server tells, how busy it is.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "app/role_shell.h"
#include "io/http_client.h"
#include "worker/endpoints.h"
#include "worker/worker.h"

namespace cocoon::app {

class EngineOwner {
 public:
  virtual ~EngineOwner() = default;
  // The machine has been given something; drain it.
  virtual void on_engine_turn() = 0;
  virtual void on_engine_state(std::size_t place, worker::EngineState state) = 0;
  virtual void on_engine_load(std::size_t place, std::optional<worker::EngineLoad> load) = 0;
  // How many tokens fit into a request, as the server says.
  virtual void on_engine_context(std::size_t place, std::int32_t tokens) = 0;
  // The job has ended by itself.
  virtual void on_job_ended(std::size_t place, worker::JobId job) = 0;
};

class EngineLink {
 public:
  // `place` is the owner's number for this server.
  EngineLink(RoleShell& shell, io::HttpEndpoint endpoint, worker::Worker& machine,
             EngineOwner& owner, std::size_t place);
  ~EngineLink();

  void start(worker::StartJob&& job);
  void cancel(worker::JobId job);
  // The engine's answer is left unread for now.
  void pause(worker::JobId job);
  void resume(worker::JobId job);
  // Begins to ask GET /v1/models and GET /metrics again and again; and GET /props of a server that
  // has not said on the first how many tokens it takes.
  void watch();

 private:
  class JobCall;
  class PageProbe;
  void forget(worker::JobId job);
  void probe();
  void probed(unsigned status, const std::string& page);
  void probe_more(const std::string& models_page);
  void load_probed(const std::string& page);

  RoleShell& shell_;
  worker::Worker& machine_;
  EngineOwner& owner_;
  const std::size_t place_;
  io::HttpClient jobs_;
  io::HttpClient probes_;
  io::Timer probe_timer_;
  std::unordered_map<worker::JobId, std::unique_ptr<JobCall>> calls_;
  std::unique_ptr<PageProbe> probe_;
  std::unique_ptr<PageProbe> load_probe_;
  base::Instant next_load_{};
  std::unique_ptr<PageProbe> props_probe_;
  base::Instant next_props_{};
};

}  // namespace cocoon::app
