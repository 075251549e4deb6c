// UpNetwork: brings a private network up, keeps it running, takes it down. Engine and proxy start
// side by side, then the workers, then the gateway; a chain, if there is one, before the proxy.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/commands/crew.h"
#include "app/commands/engine_source.h"
#include "app/commands/fetch.h"
#include "app/commands/port_picker.h"
#include "app/commands/up_chain.h"
#include "app/commands/up_files.h"
#include "app/commands/up_plan.h"
#include "app/commands/up_report.h"
#include "app/commands/whereabouts.h"

namespace cocoon::app::commands {

struct UpWishes {
  UpPlan plan;        // model and engine are still open
  PortPicker picker;  // of the plan's ports; they stay ours while it runs
  EngineSource::Wishes engine;
  std::uint16_t engine_port = 0;  // for the demo engine
  std::string programs;           // folder of cocoon, cocoon-proxy-dev and cocoon-worker-dev
  DevnetProgram devnet;           // of a plan with a chain
};

class UpNetworkOwner {
 public:
  virtual ~UpNetworkOwner() = default;
  // `model` is the model's row of the gateway's list.
  virtual void on_network_ready(const RunningNetwork& network, const nlohmann::json& model) = 0;
  virtual void on_network_failed(const base::Error& error) = 0;
};

class UpNetwork final : public CrewOwner {
 public:
  UpNetwork(io::Runtime& runtime, UpWishes wishes, UpReport& report, UpNetworkOwner& owner);

  void start();
  void stop(std::function<void()> done) { crew_.stop(std::move(done)); }
  void kill() { crew_.kill(); }
  std::map<std::string, int> pids() const { return crew_.pids(); }
  // As it runs, once it is ready.
  const UpPlan& plan() const { return wishes_.plan; }

  void on_member_started(const std::string& name, int pid) override;
  void on_member_ended(const std::string& name, const std::string& why,
                       base::Duration delay) override;
  void on_member_failed(const std::string& name, const std::string& why) override;

 private:
  // What is awaited, in this order. The proxy starts together with the engine and is long ready
  // before it.
  enum class Stage { Choice, Engine, Proxy, Workers, Gateway, Ready };

  void handle_engine(base::Result<EngineChoice> choice);
  base::Result<void> start_first(const EngineChoice& choice);
  base::Result<void> start_chain();
  void handle_chain(base::Result<registry::Snapshot> network);
  base::Result<void> take_accounts();
  base::Result<void> start_proxy();
  base::Result<void> start_program(const std::string& name, std::vector<std::string> argv);
  base::Result<void> start_workers();
  base::Result<void> start_gateway();
  void look();
  void handle_look(base::Result<Reply> reply);
  void enter(Stage stage, const std::string& url, const std::string& waiting_for);
  // Whether the awaited thing has come.
  bool has_come(const Reply& reply);
  // Starts what comes next.
  base::Result<void> go_on();
  void fail(const base::Error& error);
  RunningNetwork running() const;
  base::Result<void> write_running() const;
  std::string root_url() const { return "http://" + wishes_.plan.listen; }

  io::Runtime& runtime_;
  UpWishes wishes_;
  UpReport& report_;
  UpNetworkOwner& owner_;
  Crew crew_;
  UpFiles files_;
  std::string engine_health_;
  std::unique_ptr<EngineSource> engine_;
  std::unique_ptr<UpChain> chain_;
  Stage stage_ = Stage::Engine;
  std::string watched_;  // URL
  std::unique_ptr<Fetch> watch_;
  io::Timer look_again_;
  io::Timer too_long_;
  nlohmann::json model_;
};

}  // namespace cocoon::app::commands
