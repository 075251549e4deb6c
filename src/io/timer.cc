// Timer on the loop's own timers: pushing a deadline back costs nothing until the earlier one has
// passed.
#include <utility>

#include "io/core.h"

namespace cocoon::io {

// The wait in progress may end earlier than the deadline; it then waits on. So pushing the deadline
// back, which busy connections do all the time, costs no operation of the loop.
struct Timer::State : std::enable_shared_from_this<Timer::State> {
  State(Runtime& runtime, std::function<void()> callback)
      : timer(runtime.core().loop), on_expired(std::move(callback)) {}

  void arm(base::Instant at) {
    deadline = at;
    if (at == base::Instant::max() || (waiting && waiting_until <= at)) return;
    wait_until(at);
  }

  void wait_until(base::Instant at) {
    waiting = true;
    waiting_until = at;
    timer.expires_at(to_steady_clock(at));
    timer.async_wait([self = shared_from_this(), wait = ++current_wait](auto) {
      if (wait == self->current_wait) self->wake();
    });
  }

  void wake() {
    waiting = false;
    if (deadline == base::Instant::max()) return;
    if (steady_now() < deadline) {
      wait_until(deadline);
      return;
    }
    deadline = base::Instant::max();
    on_expired();
  }

  boost::asio::steady_timer timer;
  std::function<void()> on_expired;
  base::Instant deadline = base::Instant::max();
  base::Instant waiting_until = base::Instant::max();
  std::uint64_t current_wait = 0;
  bool waiting = false;
};

Timer::Timer(Runtime& runtime, std::function<void()> on_expired)
    : state_(std::make_shared<State>(runtime, std::move(on_expired))) {}

Timer::~Timer() {
  ++state_->current_wait;
  state_->timer.cancel();
}

void Timer::arm(base::Instant at) { state_->arm(at); }

void Timer::arm_in(base::Duration delay) { state_->arm(steady_now() + delay); }

void Timer::cancel() { state_->deadline = base::Instant::max(); }

bool Timer::armed() const { return state_->deadline != base::Instant::max(); }

}  // namespace cocoon::io
