#include "proxy/proxy.h"

#include <algorithm>

#include "tl/codec.h"

namespace cocoon::proxy {
namespace {

constexpr base::Duration kSweepPeriod = std::chrono::seconds(5);

}  // namespace

Proxy::Proxy(Config config, payment::Ledger ledger, base::Random& random)
    : core_(std::move(config), std::move(ledger), random) {}

void Proxy::handle_opened(base::Now now, session::LinkId link, PeerRole role,
                          const base::Bits256& image_hash) {
  switch (role) {
    case PeerRole::Client:
      return clients_.handle_opened(now, link);
    case PeerRole::Worker:
      return workers_.handle_opened(now, link, image_hash);
  }
}

void Proxy::handle_closed(base::Now now, session::LinkId link) {
  // The worker leaves the market first, so that its requests are not given to it again.
  if (const WorkerSession* worker = workers_.find(link)) {
    if (worker->offer) {
      CHECK(core_.market.set_availability(*worker->offer, market::Availability::Disabled));
    }
    requests_.handle_worker_lost(now, link);
    workers_.handle_closed(link);
  }
  requests_.handle_client_lost(now, link);
  clients_.handle_closed(link);
}

void Proxy::handle_standing(base::Now now, session::LinkId link, session::Standing standing,
                            std::string_view why) {
  workers_.handle_standing(link, standing, why);
  serve_waiting(now, link);
  end_lapsed();
}

void Proxy::end_lapsed() {
  for (const session::LinkId link : workers_.lapsed()) {
    WorkerSession* worker = workers_.find(link);
    if (worker->lapsed_because.empty() || requests_.runs_on(link)) continue;
    core_.disconnect(link, std::exchange(worker->lapsed_because, {}));
  }
}

std::optional<std::int32_t> Proxy::version_of(session::LinkId link) const {
  const auto client = clients_.all().find(link);
  if (client != clients_.all().end()) {
    if (client->second.state == ClientSession::State::Greeting) return std::nullopt;
    return client->second.version;
  }
  const auto worker = workers_.all().find(link);
  if (worker == workers_.all().end()) return std::nullopt;
  if (worker->second.state == WorkerSession::State::Greeting) return std::nullopt;
  return worker->second.version;
}

void Proxy::handle_congestion(session::LinkId link, session::Congestion congestion) {
  ClientSession* client = clients_.find(link);
  if (!client) return;
  client->congested = congestion == session::Congestion::Begun;
  if (!client->congested) requests_.handle_client_caught_up(link);
}

void Proxy::handle_query(base::Now now, session::LinkId link, std::int64_t query_id,
                         base::BytesView object) {
  if (requests_.handle_client_query(now, link, query_id, object) == Requests::Handled::Yes) return;
  clients_.handle_query(now, link, query_id, object);
  workers_.handle_query(now, link, query_id, object);
  serve_waiting(now, link);
}

void Proxy::serve_waiting(base::Now now, session::LinkId link) {
  if (const WorkerSession* worker = workers_.find(link)) {
    requests_.serve_waiting(now, worker->base_model);
  }
}

void Proxy::handle_message(base::Now now, session::LinkId link, base::BytesView object) {
  if (clients_.find(link)) {
    if (requests_.handle_client_message(now, link, object) == Requests::Handled::Yes) return;
  } else if (workers_.find(link)) {
    const bool handled =
        requests_.handle_worker_message(now, link, object) == Requests::Handled::Yes ||
        workers_.handle_message(now, link, object) == WorkerSessions::Handled::Yes;
    if (handled) {
      serve_waiting(now, link);
      return end_lapsed();
    }
  } else {
    return;
  }
  core_.disconnect(link, "unexpected_message");
}

void Proxy::handle_time(base::Now now) {
  requests_.handle_time(now);
  end_lapsed();
  if (next_sweep_ > now.steady) return;
  if (core_.settlement) core_.settlement->handle_time(now);
  clients_.handle_time(now);
  workers_.handle_time(now);
  next_sweep_ = now.steady + kSweepPeriod;
}

void Proxy::handle_persisted(std::uint64_t sequence) {
  core_.ledger.handle_persisted(sequence);
  core_.outbox.handle_persisted(sequence);
  if (core_.service == Service::DiskFailed) core_.service = Service::Serving;
}

void Proxy::handle_disk_failure() {
  if (core_.service == Service::Serving) core_.service = Service::DiskFailed;
}

void Proxy::handle_switch(base::Now now, const ton::Address& owner, WorkerSessions::Switch to) {
  workers_.handle_switch(owner, to);
  for (const auto& [link, worker] : workers_.all()) {
    if (worker.owner == owner) serve_waiting(now, link);
  }
}

void Proxy::handle_drain() {
  core_.service = Service::Draining;
  clients_.say_draining();
}

base::Result<void> Proxy::restore_settlement(base::Now now,
                                             payment::chain::SettlementMemory memory) {
  return core_.settlement->restore(now, std::move(memory));
}

void Proxy::handle_transaction(base::Now now, const ton::Transaction& transaction) {
  core_.settlement->handle_transaction(now, transaction);
  while (const auto registration = core_.settlement->poll_registration()) {
    clients_.handle_registration(now, *registration);
  }
}

void Proxy::handle_contract(base::Now now, const ton::ProvenAccount& account) {
  core_.settlement->handle_current(now, account);
}

void Proxy::handle_sent(base::Now now, std::uint64_t order) {
  core_.settlement->handle_sent(now, order);
}

void Proxy::handle_not_sent(base::Now now, std::uint64_t order, const base::Error& error) {
  core_.settlement->handle_not_sent(now, order, error);
}

void Proxy::handle_settle_now(base::Now now) {
  if (core_.settlement) core_.settlement->handle_settle_now(now);
}

bool Proxy::handle_network(const registry::Snapshot& network) {
  if (network.params_version() != core_.config.network.params_version()) return false;
  core_.config.network = network;
  return true;
}

std::optional<payment::chain::ChainOrder> Proxy::poll_order() {
  return core_.settlement ? core_.settlement->poll_order() : std::nullopt;
}

std::optional<base::Instant> Proxy::poll_deadline() const {
  const auto request = requests_.poll_deadline();
  return request ? std::min(*request, next_sweep_) : next_sweep_;
}

}  // namespace cocoon::proxy
