// ChildProcess: a program started by us. It never outlives us: the kernel kills it when our loop's
// thread ends.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "io/io_fault.h"
#include "io/runtime.h"

namespace cocoon::io {

struct ChildOptions {
  std::vector<std::string> argv = {};  // argv[0] is looked up in PATH unless it has a slash
  std::vector<std::pair<std::string, std::string>> environment = {};  // added to ours
  std::string log_file = {};   // output and errors are appended; empty: ours
  std::string directory = {};  // empty: ours
};

struct ChildExit {
  int code = 0;    // exit status, if signal is 0
  int signal = 0;  // that ended it
};

class ChildProcess {
 public:
  // Called on the loop's thread that must also run the Runtime. ProgramNotStarted tells why exec
  // failed.
  static base::Result<std::unique_ptr<ChildProcess>> start(Runtime& runtime,
                                                           const ChildOptions& options,
                                                           std::function<void(ChildExit)> on_exit);
  // Kills it if it still runs, without a callback.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  int pid() const;
  bool running() const;
  // SIGTERM, and SIGKILL after `grace`; on_exit tells when it is over.
  void terminate(base::Duration grace);
  void kill();

 private:
  struct State;
  explicit ChildProcess(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace cocoon::io
