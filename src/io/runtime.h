// Runtime: one event loop on one thread, and the objects that live on it.
//
// Everything of this module except post() and stop() is called on the loop's thread (or before
// run()). Callbacks come on that thread and never from within a call into the object that makes
// them. Whoever destroys an object hears no more of it. A Runtime outlives what was made from it.
// It is the only source of real time in the project.
#pragma once

#include <functional>
#include <memory>

#include "base/time.h"

namespace cocoon::io {

class Runtime {
 public:
  struct Core;

  Runtime();
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // Runs the loop on the calling thread until stop(), which may have come before. May be called
  // again afterwards.
  void run();
  // Any thread. What is queued but not yet run stays queued.
  void stop();
  // Any thread: runs `task` on the loop's thread, in the order of the calls of one thread.
  void post(std::function<void()> task);
  // Calls back on every SIGTERM and SIGINT, with the signal's number, instead of ending the
  // process.
  void on_stop_signal(std::function<void(int)> callback);
  // Runs `work` on a helper thread (one per Runtime, tasks in order), then `done` on the loop. For
  // processor time that would hold up the loop; `work` must not touch what the loop's thread uses.
  void run_aside(std::function<void()> work, std::function<void()> done);

  base::Now now() const;

  // For this module's own files.
  Core& core() { return *core_; }

 private:
  std::unique_ptr<Core> core_;
};

// One-shot, to be armed again as often as wanted; moving the deadline back costs nothing.
class Timer {
 public:
  Timer(Runtime& runtime, std::function<void()> on_expired);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Replaces an earlier deadline; one that has passed fires at the next turn of the loop.
  // Instant::max() means never.
  void arm(base::Instant at);
  // Armed relative to now.
  void arm_in(base::Duration delay);
  void cancel();
  bool armed() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the wait in progress
};

}  // namespace cocoon::io
