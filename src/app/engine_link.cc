#include "app/engine_link.h"

#include <functional>

#include "app/header_list.h"
#include "market/market.h"
#include "worker/engine_terms.h"
#include "worker/limits.h"

namespace cocoon::app {
namespace {

constexpr base::Duration kProbeTimeout = std::chrono::seconds(5);
constexpr std::size_t kPageBytesMax = 4 << 20;
// An engine that doesn't serve a page is asked for it again after so long.
constexpr base::Duration kNoPagePause = std::chrono::minutes(1);

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

// One page of the server; what is longer than kPageBytesMax counts as empty.
class EngineLink::PageProbe final : public io::HttpClientEvents {
 public:
  // The answer's status, 0 without one, and its body.
  using Answer = std::function<void(unsigned, const std::string&)>;

  PageProbe(io::HttpClient& client, std::string path, Answer answer) : answer_(std::move(answer)) {
    call_ = client.request({.method = "GET", .path = std::move(path), .headers = {}, .body = {}},
                           *this);
  }
  void on_head(unsigned status, const io::HttpHeaders&) override { status_ = status; }
  void on_body(base::BytesView bytes) override {
    fits_ = fits_ && page_.size() + bytes.size() <= kPageBytesMax;
    if (fits_) page_ += base::as_text(bytes);
  }
  void on_end() override { answer_(status_, fits_ ? page_ : ""); }
  void on_error(const base::Error&) override { answer_(0, ""); }

 private:
  Answer answer_;
  unsigned status_ = 0;
  bool fits_ = true;
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

void EngineLink::probe() {
  probe_ = std::make_unique<PageProbe>(
      probes_, "/v1/models",
      [this](unsigned status, const std::string& page) { probed(status, page); });
}

// Any answer below 500 shows that somebody is there; a server that is still loading its model
// answers 503.
void EngineLink::probed(unsigned status, const std::string& page) {
  const bool up = status > 0 && status < 500;
  if (up) probe_more(page);
  owner_.on_engine_state(place_, up ? worker::EngineState::Up : worker::EngineState::Down);
  probe_timer_.arm_in(worker::kProbePeriod);
  owner_.on_engine_turn();
}

// Pages that not every server has: of its load, and of llama.cpp's settings.
void EngineLink::probe_more(const std::string& models_page) {
  const base::Instant now = shell_.now().steady;
  if (next_load_ <= now) {
    next_load_ = base::Instant::max();
    load_probe_ = std::make_unique<PageProbe>(probes_, "/metrics",
                                              [this](unsigned status, const std::string& page) {
                                                load_probed(status == 200 ? page : "");
                                              });
  }
  const auto context =
      worker::context_on_models_page(models_page, market::model_base_name(machine_.config().model));
  if (context) {
    next_props_ = now + kNoPagePause;
    return owner_.on_engine_context(place_, *context);
  }
  if (next_props_ > now) return;
  next_props_ = now + kNoPagePause;
  props_probe_ = std::make_unique<PageProbe>(
      probes_, "/props", [this](unsigned status, const std::string& page) {
        const auto tokens = worker::context_on_props_page(status == 200 ? page : "");
        owner_.on_engine_context(place_, tokens.value_or(0));
        owner_.on_engine_turn();
      });
}

void EngineLink::load_probed(const std::string& page) {
  const auto load = worker::read_engine_load(page);
  next_load_ = shell_.now().steady + (load ? base::Duration{} : kNoPagePause);
  owner_.on_engine_load(place_, load);
}

}  // namespace cocoon::app
