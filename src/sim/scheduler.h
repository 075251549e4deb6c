// Scheduler: the clock of a simulated world and what is to happen when. Time passes only from one
// event to the next; events of the same instant happen in the order in which they were planned.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "base/time.h"

namespace cocoon::sim {

// Whoever plans events holds one; when it is gone, its events don't happen any more.
using Life = std::shared_ptr<const int>;
inline Life new_life() { return std::make_shared<const int>(0); }

class Scheduler {
 public:
  base::Now now() const { return now_; }

  void at(base::Instant when, const Life& life, std::function<void()> deed) {
    events_.emplace(std::pair(std::max(when, now_.steady), next_++), Event{life, std::move(deed)});
  }
  void after(base::Duration delay, const Life& life, std::function<void()> deed) {
    at(now_.steady + delay, life, std::move(deed));
  }
  // The next event, unless it lies after `until`: then it is `until`, and nothing has happened.
  enum class Step { Happened, Quiet };
  Step step(base::Instant until) {
    while (!events_.empty() && events_.begin()->second.life.expired())
      events_.erase(events_.begin());
    if (events_.empty() || events_.begin()->first.first > until) {
      pass_to(until);
      return Step::Quiet;
    }
    auto event = events_.extract(events_.begin());
    pass_to(event.key().first);
    if (!event.mapped().life.expired()) event.mapped().deed();
    return Step::Happened;
  }

 private:
  struct Event {
    std::weak_ptr<const int> life;
    std::function<void()> deed;
  };
  void pass_to(base::Instant when) {
    const base::Duration passed = when - now_.steady;
    if (passed <= base::Duration(0)) return;
    now_.steady += passed;
    now_.wall += passed;
  }

  base::Now now_{base::Instant(std::chrono::seconds(1)), base::from_unix_seconds(1'700'000'000)};
  std::map<std::pair<base::Instant, std::uint64_t>, Event> events_;
  std::uint64_t next_ = 0;
};

// One deadline that moves: rings once when it is reached.
class Alarm {
 public:
  Alarm(Scheduler& scheduler, std::function<void()> ring)
      : scheduler_(scheduler), ring_(std::move(ring)) {}
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  void arm(base::Instant wanted) {
    wanted_ = wanted;
    if (planned_ <= wanted_) return;  // an event comes early enough, and looks again
    planned_ = wanted_;
    life_ = new_life();
    scheduler_.at(wanted_, life_, [this] { reach(); });
  }
  void disarm() { wanted_ = base::Instant::max(); }

 private:
  void reach() {
    planned_ = base::Instant::max();
    if (wanted_ == base::Instant::max()) return;
    if (wanted_ > scheduler_.now().steady) return arm(wanted_);
    wanted_ = base::Instant::max();
    const auto ring = ring_;  // the alarm may be gone when it returns
    ring();
  }

  Scheduler& scheduler_;
  std::function<void()> ring_;
  base::Instant wanted_ = base::Instant::max();
  base::Instant planned_ = base::Instant::max();
  Life life_;
};

}  // namespace cocoon::sim
