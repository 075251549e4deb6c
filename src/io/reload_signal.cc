#include "io/reload_signal.h"

#include <csignal>

#include "io/core.h"

namespace cocoon::io {

struct ReloadSignal::State : std::enable_shared_from_this<State> {
  State(Runtime& runtime, std::function<void()> on_signal)
      : signals(runtime.core().loop), callback(std::move(on_signal)) {}

  void wait() {
    signals.async_wait([self = shared_from_this()](boost::system::error_code code, int) {
      if (code || !self->callback) return;
      self->callback();
      self->wait();
    });
  }

  boost::asio::signal_set signals;
  std::function<void()> callback;
};

ReloadSignal::ReloadSignal(Runtime& runtime, std::function<void()> callback)
    : state_(std::make_shared<State>(runtime, std::move(callback))) {
  boost::system::error_code ignored;
  state_->signals.add(SIGHUP, ignored);
  state_->wait();
}

ReloadSignal::~ReloadSignal() {
  boost::system::error_code ignored;
  state_->callback = nullptr;
  state_->signals.cancel(ignored);
}

}  // namespace cocoon::io
