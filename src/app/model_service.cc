#include "app/model_service.h"

namespace cocoon::app {

using session::LinkId;

ModelService::ModelService(RoleShell& shell, Links& links, EngineOptions options,
                           worker::Config config, std::vector<io::HttpEndpoint> engines,
                           ModelServiceOwner& owner)
    : shell_(shell),
      links_(links),
      options_(std::move(options)),
      owner_(owner),
      machine_(std::move(config)),
      endpoints_(engines.size()),
      contexts_(engines.size()),
      timer_(shell.runtime(), [this] {
        machine_.handle_time(shell_.now());
        owner_.on_service_turn();
      }) {
  for (std::size_t place = 0; place < engines.size(); ++place) {
    engines_.push_back(
        std::make_unique<EngineLink>(shell, std::move(engines[place]), machine_, *this, place));
  }
}

base::Result<void> ModelService::start(const ProxyDialer::Settings& proxies) {
  dialer_ = TRY(ProxyDialer::create(
      shell_, proxies,
      [this](std::unique_ptr<io::Stream> stream, const ratls::Admission& admission) {
        const std::string address = stream->peer_address();
        Vetting::Peer peer = shell_.vetted_peer(*stream, attest::EnclaveRole::Proxy, admission,
                                                shell_.trust().peers);
        const LinkId link = links_.add(std::move(stream), session::Role::Dialer);
        const base::Instant now = shell_.now().steady;
        shell_.remember(link, {.role = "proxy",
                               .address = address,
                               .since = now,
                               .admission = admission,
                               .judged = now});
        owner_.on_service_link(link, *this, std::move(peer));
        return link;
      }));
  for (const auto& engine : engines_) engine->watch();
  dialer_->start();
  return {};
}

bool ModelService::ready() const {
  if (!machine_.serves()) return false;
  for (const auto& [link, proxy] : machine_.proxies().all()) {
    if (proxy.state == worker::ProxyLink::State::Ready) return true;
  }
  return false;
}

void ModelService::set_coefficient(std::int64_t coefficient) {
  options_.coefficient = coefficient;
  machine_.handle_coefficient(static_cast<std::int32_t>(coefficient));
}

void ModelService::drain() {
  draining_ = true;
  machine_.handle_drain();
}

void ModelService::hang_up() {
  dialer_->stop();
  for (const auto& [link, proxy] : machine_.proxies().all()) {
    links_.carry_out(session::CloseLink{link, "model_left"});
  }
}

void ModelService::on_link_closed(LinkId link, std::string_view reason) {
  const auto found = machine_.proxies().all().find(link);
  const bool served = found != machine_.proxies().all().end() &&
                      found->second.state == worker::ProxyLink::State::Ready;
  shell_.log().info("proxy lost", {{"why", reason}, {"model", options_.model}});
  shell_.forget(link, reason);
  machine_.handle_closed(link);
  dialer_->handle_closed(
      link, served ? ProxyDialer::Ended::AfterServing : ProxyDialer::Ended::BeforeServing);
}

void ModelService::turn() {
  while (auto effect = machine_.poll_effect()) {
    if (auto* said = std::get_if<session::LinkEffect>(&*effect)) {
      links_.carry_out(std::move(*said));
    } else if (auto* job = std::get_if<worker::StartJob>(&*effect)) {
      start_job(std::move(*job));
    } else if (const auto* gone = std::get_if<worker::CancelJob>(&*effect)) {
      cancel_job(gone->job);
    } else if (const auto* ahead = std::get_if<worker::PauseJob>(&*effect)) {
      if (EngineLink* engine = engine_of(ahead->job)) engine->pause(ahead->job);
    } else {
      const auto& behind = std::get<worker::ResumeJob>(*effect);
      if (EngineLink* engine = engine_of(behind.job)) engine->resume(behind.job);
    }
  }
  const auto deadline = machine_.poll_deadline();
  timer_.arm(deadline ? *deadline : base::Instant::max());
}

void ModelService::start_job(worker::StartJob&& job) {
  const std::size_t place = endpoints_.start();
  jobs_.emplace(job.job, place);
  engines_[place]->start(std::move(job));
}

EngineLink* ModelService::engine_of(worker::JobId job) {
  const auto found = jobs_.find(job);
  return found == jobs_.end() ? nullptr : engines_[found->second].get();
}

void ModelService::cancel_job(worker::JobId job) {
  const auto found = jobs_.find(job);
  if (found == jobs_.end()) return;
  const std::size_t place = found->second;
  engines_[place]->cancel(job);
  on_job_ended(place, job);
}

void ModelService::on_job_ended(std::size_t place, worker::JobId job) {
  if (jobs_.erase(job) > 0) endpoints_.ended(place);
}

void ModelService::on_engine_state(std::size_t place, worker::EngineState state) {
  if (state != endpoints_.all()[place].state) {
    shell_.log().info("engine", {{"state", state == worker::EngineState::Up ? "up" : "down"},
                                 {"engine", options_.urls[place]}});
  }
  endpoints_.handle_state(place, state);
  machine_.handle_engine(endpoints_.state());
  machine_.handle_engine_queue(endpoints_.waiting());
}

// A request may go to any of them.
void ModelService::on_engine_context(std::size_t place, std::int32_t tokens) {
  contexts_[place] = tokens;
  std::int32_t least = 0;
  for (const std::int32_t one : contexts_) {
    if (one > 0 && (least == 0 || one < least)) least = one;
  }
  machine_.handle_context_length(least);
}

void ModelService::on_engine_load(std::size_t place, std::optional<worker::EngineLoad> load) {
  endpoints_.handle_load(place, load);
  machine_.handle_engine_queue(endpoints_.waiting());
}

}  // namespace cocoon::app
