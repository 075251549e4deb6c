#include "app/proxy_dialer.h"

#include "app/preambles.h"

namespace cocoon::app {

using base::Result;
using session::LinkId;

struct ProxyDialer::Target {
  Target(io::Runtime& runtime, io::HostPort where_in, std::function<void()> on_due)
      : where(std::move(where_in)), timer(runtime, std::move(on_due)) {}
  io::HostPort where;
  session::Backoff backoff;
  std::unique_ptr<io::Dial> dial;
  std::optional<LinkId> link;
  std::string last_error;
  io::Timer timer;
};

ProxyDialer::ProxyDialer(RoleShell& shell, OnConnected on_connected)
    : shell_(shell), on_connected_(std::move(on_connected)) {}

ProxyDialer::~ProxyDialer() = default;

Result<std::unique_ptr<ProxyDialer>> ProxyDialer::create(RoleShell& shell, const Settings& settings,
                                                         OnConnected on_connected) {
  std::unique_ptr<ProxyDialer> dialer(new ProxyDialer(shell, std::move(on_connected)));
  if (!settings.connect_via.empty())
    dialer->via_ = TRY(loopback_address(settings.connect_via, "connect_via"));
  for (const auto& text : settings.targets) {
    auto where = TRY(io::HostPort::parse(text));
    const std::size_t index = dialer->targets_.size();
    dialer->targets_.push_back(std::make_unique<Target>(
        shell.runtime(), std::move(where),
        [raw = dialer.get(), index] { raw->dial(*raw->targets_[index]); }));
  }
  return dialer;
}

void ProxyDialer::start() {
  for (const auto& target : targets_) dial(*target);
}

void ProxyDialer::stop() {
  stopped_ = true;
  for (const auto& target : targets_) {
    target->timer.cancel();
    target->dial.reset();
  }
}

Result<io::Opening> ProxyDialer::opening(Target& target) {
  std::shared_ptr<const ratls::Admission> admission;
  io::Opening opening;
  if (via_) {
    opening.preambles.push_back(TRY(socks_client(target.where)));
    opening.preambles.push_back(std::make_unique<RouterReportReader>());
  } else {
    opening.preambles.push_back(pow_answerer());
    opening.tls = shell_.tls(io::TlsRole::Client);
    admission = shell_.guard(opening, shell_.trust().peers);
  }
  opening.on_outcome = [this, &target, admission](Result<io::Connection> outcome) {
    finish(target, std::move(outcome), admission);
  };
  return opening;
}

void ProxyDialer::dial(Target& target) {
  if (stopped_) return;
  auto prepared = opening(target);
  if (!prepared) return retry(target, prepared.error().message());
  target.dial = std::make_unique<io::Dial>(shell_.runtime(), via_ ? *via_ : target.where,
                                           std::move(*prepared));
}

void ProxyDialer::finish(Target& target, Result<io::Connection> outcome,
                         const std::shared_ptr<const ratls::Admission>& admitted) {
  if (!outcome) return retry(target, outcome.error().message());
  ratls::Admission admission;
  if (via_) {
    const auto& reader = static_cast<const RouterReportReader&>(*outcome->preambles.back());
    auto reported = shell_.admit_report(reader.report(), shell_.trust().peers);
    if (!reported) return retry(target, reported.error().message());
    admission = std::move(*reported);
  } else {
    admission = *admitted;
  }
  target.last_error.clear();
  target.link = on_connected_(std::move(outcome->stream), admission);
  shell_.log().info("proxy connected",
                    {{"proxy", target.where.to_text()}, {"tier", tier_text(admission)}});
}

void ProxyDialer::retry(Target& target, const std::string& why) {
  const auto delay = target.backoff.next(shell_.random());
  if (target.last_error != why) {
    shell_.log().warning("proxy not reached", {{"proxy", target.where.to_text()}, {"why", why}});
  }
  target.last_error = why;
  target.timer.arm_in(delay);
}

void ProxyDialer::handle_closed(LinkId link, Ended ended) {
  for (const auto& target : targets_) {
    if (target->link != link) continue;
    target->link.reset();
    if (ended == Ended::AfterServing) target->backoff.reset();
    if (!stopped_) retry(*target, "the connection ended");
  }
}

std::vector<ProxyDialer::TargetView> ProxyDialer::targets() const {
  std::vector<TargetView> views;
  for (const auto& target : targets_) {
    const std::string state = target->link            ? "connected"
                              : target->timer.armed() ? "waiting"
                                                      : "connecting";
    views.push_back({target->where.to_text(), state, target->last_error, target->link});
  }
  return views;
}

}  // namespace cocoon::app
