// ReloadSignal: calls back on every SIGHUP, which otherwise ends the process. One per process.
#pragma once

#include <functional>
#include <memory>

#include "io/runtime.h"

namespace cocoon::io {

class ReloadSignal {
 public:
  ReloadSignal(Runtime& runtime, std::function<void()> callback);
  ~ReloadSignal();
  ReloadSignal(const ReloadSignal&) = delete;
  ReloadSignal& operator=(const ReloadSignal&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the wait in progress
};

}  // namespace cocoon::io
