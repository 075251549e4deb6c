#include "app/engine_link.h"

#include "worker/limits.h"

namespace cocoon::app {
namespace {

constexpr base::Duration kProbeTimeout = std::chrono::seconds(5);
constexpr std::size_t kLoadPageBytesMax = 4 << 20;
// An engine that serves no page of its load is asked again after so long.
constexpr base::Duration kNoLoadPause = std::chrono::minutes(1);

std::vector<openai::Header> to_list(const io::HttpHeaders& headers) {
  std::vector<openai::Header> list;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    list.push_back({std::string(headers[i].name), std::string(headers[i].value)});
  }
  return list;
}

}  // namespace

class EngineLink::JobCall final : public io::HttpClientEvents {
 public:
  JobCall(EngineLink& engine, worker::StartJob&& job) : engine_(engine), job_(job.job) {
    io::HttpClientRequest request{
        .method = "POST", .path = std::move(job.path), .headers = {}, .body = std::move(job.body)};
    for (const auto& header : job.headers) request.headers.add(header.name, header.value);
    call_ = engine.jobs_.request(std::move(request), *this);
  }

  io::HttpCall& call() { return *call_; }

  void on_head(unsigned status, const io::HttpHeaders& headers) override {
    engine_.machine_.handle_engine_head(engine_.shell_.now(), job_, status, to_list(headers));
    engine_.owner_.on_engine_turn();
  }
  void on_body(base::BytesView bytes) override {
    engine_.machine_.handle_engine_body(engine_.shell_.now(), job_, bytes);
    engine_.owner_.on_engine_turn();
  }
  void on_end() override {
    engine_.machine_.handle_engine_end(engine_.shell_.now(), job_);
    leave();
  }
  void on_error(const base::Error& error) override {
    engine_.machine_.handle_engine_failed(engine_.shell_.now(), job_, error.reason());
    leave();
  }

 private:
  void leave() {
    EngineLink& engine = engine_;
    engine.owner_.on_job_ended(engine.place_, job_);
    engine.forget(job_);  // destroys this
    engine.owner_.on_engine_turn();
  }

  EngineLink& engine_;
  worker::JobId job_;
  std::unique_ptr<io::HttpCall> call_;
};

// Any answer below 500 shows that somebody is there; a server that is still loading its model
// answers 503.
class EngineLink::Probe final : public io::HttpClientEvents {
 public:
  explicit Probe(EngineLink& engine) : engine_(engine) {
    call_ = engine.probes_.request(
        {.method = "GET", .path = "/v1/models", .headers = {}, .body = {}}, *this);
  }
  void on_head(unsigned status, const io::HttpHeaders&) override {
    state_ = status < 500 ? worker::EngineState::Up : worker::EngineState::Down;
  }
  void on_body(base::BytesView) override {}
  void on_end() override { engine_.probed(state_); }
  void on_error(const base::Error&) override { engine_.probed(worker::EngineState::Down); }

 private:
  EngineLink& engine_;
  worker::EngineState state_ = worker::EngineState::Down;
  std::unique_ptr<io::HttpCall> call_;
};

// The page that engines serve for Prometheus; one without numbers of load says nothing.
class EngineLink::LoadProbe final : public io::HttpClientEvents {
 public:
  explicit LoadProbe(EngineLink& engine) : engine_(engine) {
    call_ = engine.probes_.request({.method = "GET", .path = "/metrics", .headers = {}, .body = {}},
                                   *this);
  }
  void on_head(unsigned status, const io::HttpHeaders&) override { good_ = status == 200; }
  void on_body(base::BytesView bytes) override {
    if (!good_) return;
    good_ = page_.size() + bytes.size() <= kLoadPageBytesMax;
    if (good_) page_ += base::as_text(bytes);
  }
  void on_end() override { engine_.load_probed(good_ ? page_ : ""); }
  void on_error(const base::Error&) override { engine_.load_probed(""); }

 private:
  EngineLink& engine_;
  bool good_ = false;
  std::string page_;
  std::unique_ptr<io::HttpCall> call_;
};

EngineLink::EngineLink(RoleShell& shell, io::HttpEndpoint endpoint, worker::Worker& machine,
                       EngineOwner& owner, std::size_t place)
    : shell_(shell),
      machine_(machine),
      owner_(owner),
      place_(place),
      jobs_(shell.runtime(), endpoint,
            {.idle_pool_max = static_cast<std::size_t>(machine.config().max_active)}),
      probes_(shell.runtime(), endpoint,
              {.first_byte_timeout = kProbeTimeout,
               .idle_timeout = kProbeTimeout,
               .total_timeout = kProbeTimeout}),
      probe_timer_(shell.runtime(), [this] { probe(); }) {}

EngineLink::~EngineLink() = default;

void EngineLink::start(worker::StartJob&& job) {
  const worker::JobId id = job.job;
  calls_.emplace(id, std::make_unique<JobCall>(*this, std::move(job)));
}

void EngineLink::cancel(worker::JobId job) { calls_.erase(job); }
void EngineLink::forget(worker::JobId job) { calls_.erase(job); }

void EngineLink::pause(worker::JobId job) {
  const auto found = calls_.find(job);
  if (found != calls_.end()) found->second->call().pause();
}

void EngineLink::resume(worker::JobId job) {
  const auto found = calls_.find(job);
  if (found != calls_.end()) found->second->call().resume();
}

void EngineLink::watch() { probe(); }

void EngineLink::probe() { probe_ = std::make_unique<Probe>(*this); }

void EngineLink::probed(worker::EngineState state) {
  owner_.on_engine_state(place_, state);
  const base::Instant now = shell_.now().steady;
  if (state == worker::EngineState::Up && next_load_ <= now) {
    next_load_ = base::Instant::max();
    load_probe_ = std::make_unique<LoadProbe>(*this);
  }
  probe_timer_.arm_in(worker::kProbePeriod);
  owner_.on_engine_turn();
}

void EngineLink::load_probed(const std::string& page) {
  const auto load = worker::read_engine_load(page);
  next_load_ = shell_.now().steady + (load ? base::Duration{} : kNoLoadPause);
  owner_.on_engine_load(place_, load);
}

}  // namespace cocoon::app
