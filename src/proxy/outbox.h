// What the proxy has to say, in order; what must be durable before it is said waits here for its
// ledger entry.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "session/link.h"

namespace cocoon::proxy {

class Outbox {
 public:
  void say(session::LinkEffect effect) { ready_.push_back(std::move(effect)); }

  // Said once the ledger entry with this sequence number is on disk. Sequence numbers never fall
  // from call to call.
  void say_after(std::uint64_t sequence, session::LinkEffect effect) {
    if (sequence <= durable_) return say(std::move(effect));
    waiting_.push_back({sequence, std::move(effect)});
  }

  void handle_persisted(std::uint64_t sequence) {
    durable_ = sequence;
    while (!waiting_.empty() && waiting_.front().sequence <= durable_) {
      ready_.push_back(std::move(waiting_.front().effect));
      waiting_.pop_front();
    }
  }

  std::optional<session::LinkEffect> poll() {
    if (ready_.empty()) return std::nullopt;
    auto effect = std::move(ready_.front());
    ready_.pop_front();
    return effect;
  }

  std::size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiting {
    std::uint64_t sequence;
    session::LinkEffect effect;
  };
  std::deque<session::LinkEffect> ready_;
  std::deque<Waiting> waiting_;
  std::uint64_t durable_ = 0;
};

}  // namespace cocoon::proxy
