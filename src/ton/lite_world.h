// For tests only: a lite client, its servers and time, in one thread. Bytes travel at once; a
// server may be dead, or answer late.
#pragma once

#include <memory>

#include "ton/chain_lab_server.h"

namespace cocoon::ton {

class LiteWorld {
 public:
  LiteWorld(ChainLab& chain, std::size_t servers) : chain_(chain), random_(99) {
    for (std::size_t i = 0; i < servers; ++i) {
      servers_.push_back(std::make_unique<LabServer>(chain, 1000 + i));
      dead_.push_back(false);
      delay_.push_back(base::Duration{});
    }
    restart();
  }

  // A new client, as after a restart of the process.
  void restart() {
    LiteClientConfig config;
    config.anchor = chain_.anchor();
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      config.servers.push_back({"server " + std::to_string(i), servers_[i]->key()});
      servers_[i]->reset();
    }
    in_flight_.clear();
    client_ = std::make_unique<LiteClient>(config, random_);
  }

  LiteClient& client() { return *client_; }
  LabServer& server(std::size_t i) { return *servers_[i]; }
  void kill(std::size_t i) { dead_[i] = true; }
  void revive(std::size_t i) { dead_[i] = false; }
  void set_delay(std::size_t i, base::Duration delay) { delay_[i] = delay; }
  base::Now now() const { return now_; }

  // Time passes in steps of 50 ms, with a block every `block_every` if that is not 0.
  void run(base::Duration time, base::Duration block_every = {}) {
    const base::Instant end = now_.steady + time;
    while (now_.steady < end) {
      step();
      if (block_every != base::Duration{} && now_.steady - last_block_ >= block_every) {
        make_block();
      }
    }
  }
  void make_block() {
    chain_.make_block();
    tell_block();
  }
  void tell_block() {
    last_block_ = now_.steady;
    for (std::size_t i = 0; i < servers_.size(); ++i) arrive(i, servers_[i]->handle_block());
  }
  // All events so far, as text: "head 5", "done 3 ok", "dropped server 1 server_silent".
  std::vector<std::string> log;
  // What to do about each event beside logging it.
  std::function<void(const LiteEvent&)> on_event;
  std::function<void()> on_step;

  std::size_t count(std::string_view text) const {
    std::size_t n = 0;
    for (const std::string& line : log) n += line.find(text) != std::string::npos ? 1 : 0;
    return n;
  }

 private:
  struct InFlight {
    base::Instant at;
    std::size_t server = 0;
    base::Bytes bytes;
  };

  void arrive(std::size_t server, base::Bytes bytes) {
    if (bytes.empty() || dead_[server]) return;
    in_flight_.push_back({now_.steady + delay_[server], server, std::move(bytes)});
  }
  void step() {
    now_.steady += std::chrono::milliseconds(50);
    now_.wall += std::chrono::milliseconds(50);
    client_->handle_time(now_);
    for (int round = 0; round < 20; ++round) {
      carry_out();
      deliver();
    }
    drain_events();
    if (on_step) on_step();
  }
  void carry_out() {
    while (const auto effect = client_->poll_effect()) {
      if (const auto* connect = std::get_if<LiteConnect>(&*effect)) {
        servers_[connect->server]->reset();
        if (!dead_[connect->server]) client_->handle_connected(now_, connect->server);
      } else if (const auto* send = std::get_if<LiteSend>(&*effect)) {
        if (!dead_[send->server]) {
          arrive(send->server, servers_[send->server]->handle_bytes(send->bytes));
        }
      } else {
        const std::size_t server = std::get<LiteClose>(*effect).server;
        servers_[server]->reset();
        std::erase_if(in_flight_, [&](const InFlight& f) { return f.server == server; });
      }
    }
  }
  void deliver() {
    std::vector<InFlight> due;
    std::erase_if(in_flight_, [&](InFlight& entry) {
      if (entry.at > now_.steady) return false;
      due.push_back(std::move(entry));
      return true;
    });
    for (const InFlight& entry : due) client_->handle_bytes(now_, entry.server, entry.bytes);
  }
  void drain_events() {
    while (const auto event = client_->poll_event()) {
      if (const auto* head = std::get_if<HeadMoved>(&*event)) {
        log.push_back("head " + std::to_string(head->head.block.seqno));
      } else if (const auto* done = std::get_if<RequestDone>(&*event)) {
        const std::string result = done->answer ? "ok" : std::string(done->answer.error().reason());
        log.push_back("done " + std::to_string(done->request) + " " + result);
      } else {
        const auto& dropped = std::get<ServerDropped>(*event);
        log.push_back("dropped " + dropped.name + " " + dropped.reason);
      }
      if (on_event) on_event(*event);
    }
  }

  ChainLab& chain_;
  SeededRandom random_;
  std::vector<std::unique_ptr<LabServer>> servers_;
  std::vector<bool> dead_;
  std::vector<base::Duration> delay_;
  std::unique_ptr<LiteClient> client_;
  std::vector<InFlight> in_flight_;
  base::Now now_{};
  base::Instant last_block_{};
};

}  // namespace cocoon::ton
