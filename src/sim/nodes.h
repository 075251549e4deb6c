// The processes of a simulated network: a production machine each, with the little shell that it
// needs. They crash and start again with what their disk kept; everything else of them is then new.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/client.h"
#include "proxy/proxy.h"
#include "sim/audit.h"
#include "sim/disk.h"
#include "sim/engine.h"
#include "sim/wires.h"
#include "worker/worker.h"

namespace cocoon::sim {

// What all processes share.
struct Surroundings {
  Scheduler& scheduler;
  Wires& wires;
  Audit& audit;
  const registry::Snapshot& network;
  std::function<void(const std::string&)> note;  // writes the trace; empty when nobody reads it
};

struct ClientTerms {
  std::string name;
  base::Nanoton credit;
  enum class Account { Configured, Unknown } account = Account::Configured;
};

class ProxyNode final : public LinkOwner {
 public:
  ProxyNode(Surroundings& world, Dice dice, std::string name,
            const std::vector<ClientTerms>& clients, base::Duration disk_delay);

  const std::string& name() const { return name_; }
  Disk& disk() { return disk_; }
  const ton::Address& contract() const { return contract_; }
  bool is_up() const { return machine_ != nullptr; }
  void start();
  void crash();
  void drain();
  // A wire has been laid to it.
  void accept(session::LinkId link, proxy::PeerRole role, const base::Bits256& image);
  // Nothing runs and nothing waits.
  bool is_quiet() const;

  void on_link_ready(session::LinkId) override {}
  void on_link_message(session::LinkId link, base::BytesView object) override;
  void on_link_query(session::LinkId link, std::int64_t query_id, base::BytesView object) override;
  void on_link_answer(session::LinkId, session::QueryTag, base::BytesView) override {}
  void on_link_query_failed(session::LinkId, session::QueryTag, std::string_view) override {}
  void on_link_closed(session::LinkId link, std::string_view reason) override;
  void on_turn() override;

 private:
  proxy::Config config() const;

  Surroundings& world_;
  Dice dice_;
  std::string name_;
  std::vector<ClientTerms> clients_;
  ton::Address contract_;
  Disk disk_;
  std::unique_ptr<proxy::Proxy> machine_;
  Alarm alarm_;
};

// Keeps a wire to each of several proxies, and dials again when one is gone.
class Dialer {
 public:
  Dialer(Surroundings& world, Dice dice, LinkOwner& owner, proxy::PeerRole role,
         const base::Bits256& image)
      : world_(world), dice_(dice), owner_(owner), role_(role), image_(image) {}

  void start(const std::vector<ProxyNode*>& proxies);
  void stop();
  void handle_closed(session::LinkId link);

 private:
  struct Line {
    ProxyNode* proxy = nullptr;
    std::optional<session::LinkId> link{};
  };
  void dial(std::size_t line);
  void dial_later(std::size_t line);

  Surroundings& world_;
  Dice dice_;
  LinkOwner& owner_;
  proxy::PeerRole role_;
  base::Bits256 image_;
  std::vector<Line> lines_;
  Life life_ = new_life();
};

struct WorkerTerms {
  std::string name;
  std::string model;
  std::int32_t coefficient = 1000;
  std::int32_t slots = 4;
  base::Bits256 image{};
};

class WorkerNode final : public LinkOwner {
 public:
  WorkerNode(Surroundings& world, Dice dice, WorkerTerms terms, std::vector<ProxyNode*> proxies);

  const std::string& name() const { return terms_.name; }
  Engine& engine() { return engine_; }
  bool is_up() const { return machine_ != nullptr; }
  void start();
  void crash();
  void set_engine(worker::EngineState state);
  bool is_quiet() const { return !machine_ || machine_->running() == 0; }

  void on_link_ready(session::LinkId link) override;
  void on_link_message(session::LinkId link, base::BytesView object) override;
  void on_link_query(session::LinkId link, std::int64_t query_id, base::BytesView object) override;
  void on_link_answer(session::LinkId link, session::QueryTag tag, base::BytesView object) override;
  void on_link_query_failed(session::LinkId link, session::QueryTag tag,
                            std::string_view message) override;
  void on_link_closed(session::LinkId link, std::string_view reason) override;
  void on_turn() override;

 private:
  Engine::Ears ears();

  Surroundings& world_;
  WorkerTerms terms_;
  std::vector<ProxyNode*> proxies_;
  Engine engine_;
  Dialer dialer_;
  std::unique_ptr<worker::Worker> machine_;
  Alarm alarm_;
};

class ClientNode final : public LinkOwner {
 public:
  ClientNode(Surroundings& world, Dice dice, ClientTerms terms, std::vector<ProxyNode*> proxies);

  const ClientTerms& terms() const { return terms_; }
  bool is_up() const { return machine_ != nullptr; }
  void start();
  void crash();
  // A caller's request; the record tells how it goes on.
  enum class Shape { Plain, Stream };
  CallRecord* call(const std::string& model, Shape shape, base::Duration timeout);
  // One of the callers gives up, or the one of this call.
  void lose_caller();
  void lose_caller(std::uint64_t call);
  // The caller leaves its answer unread for a while.
  void stop_reading(std::uint64_t call);
  void read_on(std::uint64_t call);
  bool is_quiet() const { return !machine_ || machine_->running() == 0; }

  void on_link_ready(session::LinkId link) override;
  void on_link_message(session::LinkId link, base::BytesView object) override;
  void on_link_query(session::LinkId, std::int64_t, base::BytesView) override {}
  void on_link_answer(session::LinkId link, session::QueryTag tag, base::BytesView object) override;
  void on_link_query_failed(session::LinkId link, session::QueryTag tag,
                            std::string_view message) override;
  void on_link_closed(session::LinkId link, std::string_view reason) override;
  void on_turn() override;

 private:
  // What waits for a caller that does not read.
  struct Unread {
    std::size_t bytes = 0;
    bool told = false;
  };
  void show(const client::Effect& effect);
  void leave_unread(std::uint64_t call, Unread& unread, std::size_t bytes);

  Surroundings& world_;
  Dice dice_;
  ClientTerms terms_;
  std::vector<ProxyNode*> proxies_;
  Dialer dialer_;
  std::unique_ptr<client::Client> machine_;
  Alarm alarm_;
  std::map<std::uint64_t, Unread> unread_;  // by call
  base::Nanoton spent_before_;              // by earlier lives of this process
};

}  // namespace cocoon::sim
