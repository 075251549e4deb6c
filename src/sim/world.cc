#include "sim/world.h"

#include <algorithm>

#include "sim/network.h"

namespace cocoon::sim {
namespace {

using base::Duration;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr base::Nanoton kRich{1'000'000'000};
constexpr base::Nanoton kPoor{200'000};
// How long a wire can seem alive after it died: the listener's keep-alive, and time to dial and
// greet again.
constexpr Duration kForgetTime = 90s;
constexpr Duration kProbeTime = 20s;

registry::Snapshot draw_network(Dice& dice) {
  ton::PriceMultipliers multipliers;
  if (dice.chance(500))
    multipliers = {.prompt = 10'000, .cached = 1'000, .completion = 40'000, .reasoning = 40'000};
  return make_network({.price_per_token = base::Nanoton(dice.between(1, 50)),
                       .worker_fee_per_token = base::Nanoton(1),
                       .multipliers = multipliers,
                       .models = {std::string(kModel), std::string(kOtherModel)}});
}

Weather draw_weather(Dice& dice) {
  const Duration least = dice.between(Duration(0ms), Duration(20ms));
  return {.least_delay = least, .most_delay = least + dice.between(Duration(1ms), Duration(150ms))};
}

StageTerms draw_stage(Dice& dice) {
  auto network = draw_network(dice);
  const Dice wires = dice.split();
  return {.network = std::move(network), .weather = draw_weather(dice), .wires = wires};
}

}  // namespace

World::World(std::uint64_t seed, Omissions omissions, std::function<void(const std::string&)> note)
    : World(Dice(seed), std::move(omissions), std::move(note)) {}

World::World(Dice dice, Omissions omissions, std::function<void(const std::string&)> note)
    : Stage(draw_stage(dice), std::move(note)), dice_(dice), omissions_(std::move(omissions)) {
  build();
}

void World::build() {
  build_clients();
  const Duration disk_delay = dice_.between(Duration(2ms), Duration(60ms));
  const std::int64_t proxies = dice_.between(1, 2);
  for (std::int64_t i = 0; i < proxies; ++i) {
    proxies_.emplace_back(surroundings_, dice_.split(), "proxy-" + std::to_string(i), client_terms_,
                          disk_delay);
  }
  std::vector<ProxyNode*> everyone;
  for (auto& proxy : proxies_) everyone.push_back(&proxy);
  build_workers();
  for (const auto& terms : worker_terms_)
    workers_.emplace_back(surroundings_, dice_.split(), terms, everyone);
  for (const auto& terms : client_terms_)
    clients_.emplace_back(surroundings_, dice_.split(), terms, everyone);
}

void World::build_clients() {
  const std::int64_t clients = dice_.between(1, 4);
  for (std::int64_t i = 0; i < clients; ++i) {
    const bool is_known = dice_.chance(800);
    client_terms_.push_back(
        {.name = "client-" + std::to_string(i),
         .credit = is_known && i > 0 && dice_.chance(200) ? kPoor : kRich,
         .account = is_known ? ClientTerms::Account::Configured : ClientTerms::Account::Unknown});
  }
}

void World::build_workers() {
  const std::int64_t workers = dice_.between(1, 5);
  for (std::int64_t i = 0; i < workers; ++i) {
    // The first one always serves the model that everyone asks for.
    const bool is_plain = i == 0 || dice_.chance(700);
    worker_terms_.push_back({.name = "worker-" + std::to_string(i),
                             .model = std::string(is_plain ? kModel : kOtherModel),
                             .coefficient = static_cast<std::int32_t>(dice_.between(0, 20) * 100),
                             .slots = static_cast<std::int32_t>(i == 0 ? 20 : dice_.between(1, 8)),
                             .image = worker_image()});
  }
  if (dice_.chance(200)) {
    worker_terms_.push_back({.name = "stranger",
                             .model = std::string(kModel),
                             .coefficient = 0,
                             .slots = 100,
                             .image = secret_of("another image")});
  }
}

void World::run() {
  start_all();
  plan_calls();
  plan_faults();
  pass(dice_.between(Duration(10s), Duration(40s)));
  if (!is_sound()) return;
  heal();
  pass(kForgetTime);
  if (!is_sound()) return;
  probe();
  pass(kProbeTime);
  if (!is_sound()) return;
  check_quiet();
  check_strangers();
}

std::string World::model_of_some_worker(Dice& dice) {
  if (dice.chance(30)) return "no/such";
  return worker_terms_[dice.below(worker_terms_.size())].model;
}

void World::plan_calls() {
  for (auto& client : clients_) {
    const Duration pace = dice_.between(Duration(50ms), Duration(2s));
    Duration at = dice_.between(Duration(0s), Duration(1s));
    for (int i = 0; i < 30; ++i) {
      at += dice_.between(Duration(1ms), pace * 2);
      const auto shape = dice_.chance(500) ? ClientNode::Shape::Stream : ClientNode::Shape::Plain;
      const Duration timeout = dice_.between(Duration(300ms), Duration(15s));
      Dice dice = dice_.split();
      if (omissions_.calls.contains(planned_calls_++)) continue;
      const std::string model = model_of_some_worker(dice);
      const Duration unread = dice.chance(150) ? dice.between(Duration(100ms), Duration(5s)) : 0ms;
      later(at, [this, &client, shape, timeout, model, unread] {
        const CallRecord* call = client.call(model, shape, timeout);
        if (call && unread > 0ms) leave_unread(client, call->id, unread);
      });
    }
  }
}

void World::leave_unread(ClientNode& client, std::uint64_t call, Duration time) {
  client.stop_reading(call);
  later(time, [&client, call] { client.read_on(call); });
}

void World::plan_faults() {
  const std::int64_t faults = dice_.between(0, 14);
  for (std::int64_t i = 0; i < faults; ++i) {
    const Duration at = dice_.between(Duration(500ms), Duration(30s));
    Dice dice = dice_.split();
    if (omissions_.faults.contains(planned_faults_++)) continue;
    later(at, [this, dice] { strike(dice); });
  }
}

void World::strike(Dice dice) {
  const auto tell = [this](const char* what) {
    if (surroundings_.note) surroundings_.note(what);
  };
  ++audit_.statistics().faults;
  switch (dice.below(8)) {
    case 0:
      tell("a wire is cut");
      wires_.cut_any(Wires::Cut::Noticed, dice);
      return;
    case 1:
      tell("a wire is cut in silence");
      wires_.cut_any(Wires::Cut::Silent, dice);
      return;
    case 2:
      tell("a wire goes deaf in one direction");
      wires_.deafen_any(dice);
      return;
    case 3:
      return trouble_a_disk(dice);
    case 4: {
      WorkerNode& worker = any(dice, workers_);
      worker.set_engine(worker::EngineState::Down);
      return later(dice.between(Duration(100ms), Duration(4s)),
                   [&worker] { worker.set_engine(worker::EngineState::Up); });
    }
    case 5:
      return any(dice, clients_).lose_caller();
    case 6: {
      ProxyNode& proxy = any(dice, proxies_);
      proxy.drain();
      return later(dice.between(Duration(1s), Duration(8s)), [&proxy] {
        proxy.crash();
        proxy.start();
      });
    }
    default:
      return crash_any(dice);
  }
}

void World::crash_any(Dice& dice) {
  const Duration rest = dice.between(Duration(10ms), Duration(4s));
  const auto crash = [&](auto& node) {
    node.crash();
    later(rest, [&node] { node.start(); });
  };
  switch (dice.below(4)) {
    case 0:
      return crash(any(dice, clients_));
    case 1:
      return crash(any(dice, workers_));
    default:
      return crash(any(dice, proxies_));
  }
}

void World::trouble_a_disk(Dice& dice) {
  Disk& disk = any(dice, proxies_).disk();
  const Duration time = dice.between(Duration(100ms), Duration(5s));
  if (dice.chance(500)) {
    disk.set_stall(dice.between(Duration(100ms), Duration(3s)));
    return later(time, [&disk] { disk.set_stall(Duration(0)); });
  }
  disk.set_health(Disk::Health::Failing);
  later(time, [&disk] { disk.set_health(Disk::Health::Good); });
}

// No more faults and no more callers; what is broken is mended.
void World::heal() {
  if (surroundings_.note) surroundings_.note("everything is mended");
  life_ = new_life();
  for (auto& proxy : proxies_) {
    proxy.disk().set_health(Disk::Health::Good);
    proxy.disk().set_stall(Duration(0));
    proxy.crash();  // the drained ones, too, serve again
    proxy.start();
  }
  for (auto& worker : workers_) {
    worker.start();
    worker.set_engine(worker::EngineState::Up);
    worker.engine().set_mood(EngineMood::Healthy);
  }
  for (auto& client : clients_) client.start();
}

void World::probe() {
  for (auto& client : clients_) {
    if (client.terms().credit == kPoor) continue;
    for (const auto shape : {ClientNode::Shape::Plain, ClientNode::Shape::Stream}) {
      const CallRecord* call = client.call(std::string(kModel), shape, kProbeTime / 2);
      const std::uint64_t id = call->id;
      later(kProbeTime - 1s, [this, id] {
        const CallRecord& record = audit_.call(id);
        if (record.state == CallRecord::State::Answered && record.status == 200) return;
        audit_.report("call " + std::to_string(id) +
                      ", made long after all faults, is not served: " + record.body.substr(0, 200));
      });
    }
  }
}

void World::check_strangers() {
  for (const auto& run : audit_.runs()) {
    if (run.worker == "stranger")
      audit_.report("a worker with a foreign image was given a request");
  }
}

}  // namespace cocoon::sim
