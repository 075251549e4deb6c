#include "io/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "io/core.h"

extern char** environ;

namespace cocoon::io {
namespace {

// What the child needs between fork and exec, laid out before: there it may call only what is safe
// in a copy of a process with threads, so no memory is allocated.
struct ChildPlan {
  explicit ChildPlan(const ChildOptions& options)
      : directory(options.directory), log_file(options.log_file) {
    for (const std::string& word : options.argv) argv_text.push_back(word);
    for (char** entry = environ; *entry != nullptr; ++entry) {
      if (!is_overridden(*entry, options)) environment_text.emplace_back(*entry);
    }
    for (const auto& [name, value] : options.environment)
      environment_text.push_back(name + "=" + value);
    for (std::string& word : argv_text) argv.push_back(word.data());
    for (std::string& word : environment_text) environment.push_back(word.data());
    argv.push_back(nullptr);
    environment.push_back(nullptr);
  }

  static bool is_overridden(std::string_view entry, const ChildOptions& options) {
    for (const auto& [name, value] : options.environment) {
      if (entry.starts_with(name + "=")) return true;
    }
    return false;
  }

  std::string directory;
  std::string log_file;
  std::vector<std::string> argv_text;
  std::vector<std::string> environment_text;
  std::vector<char*> argv;
  std::vector<char*> environment;
};

constexpr int kReport = 3;  // where the child says why it could not start

// Runs in the child. Returns only if something fails, with errno set.
void become(const ChildPlan& plan, pid_t parent, int report) {
  // It closes itself when exec succeeds.
  if (::dup2(report, kReport) < 0 || ::fcntl(kReport, F_SETFD, FD_CLOEXEC) != 0) ::_exit(127);
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return;
  // The parent may have died before the call above.
  if (::getppid() != parent) ::_exit(127);
  if (!plan.directory.empty() && ::chdir(plan.directory.c_str()) != 0) return;
  const int input = ::open("/dev/null", O_RDONLY);
  if (input < 0 || ::dup2(input, 0) < 0) return;
  if (!plan.log_file.empty()) {
    const int log = ::open(plan.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (log < 0 || ::dup2(log, 1) < 0 || ::dup2(log, 2) < 0) return;
  }
  // Sockets and files of ours are none of its business.
  if (::close_range(kReport + 1, ~0U, 0) != 0) return;
  struct sigaction by_default = {};
  by_default.sa_handler = SIG_DFL;
  ::sigaction(SIGPIPE, &by_default, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execvpe(plan.argv[0], plan.argv.data(), plan.environment.data());
}

}  // namespace

struct ChildProcess::State : std::enable_shared_from_this<ChildProcess::State> {
  State(Runtime& runtime, std::function<void(ChildExit)> callback)
      : on_exit(std::move(callback)),
        watch(runtime.core().loop),
        grace(runtime, [this] { kill(SIGKILL); }) {}

  base::Result<void> start(const ChildOptions& options);
  void wait_for_exit();
  void reap();
  void kill(int signal) {
    // By descriptor: a process id might have been given to another process meanwhile.
    if (running) ::syscall(SYS_pidfd_send_signal, watch.native_handle(), signal, nullptr, 0);
  }

  std::function<void(ChildExit)> on_exit;
  boost::asio::posix::stream_descriptor watch;  // a pidfd: readable when the process has ended
  Timer grace;
  pid_t pid = -1;
  bool running = false;
};

base::Result<void> ChildProcess::State::start(const ChildOptions& options) {
  const auto failed = [&](int code) {
    const std::string program = options.argv.empty() ? "no program" : options.argv[0];
    return base::Error(IoFault::ProgramNotStarted,
                       "starting " + program + ": " + std::strerror(code));
  };
  if (options.argv.empty()) return failed(EINVAL);
  const ChildPlan plan(options);
  std::array<int, 2> report{};
  if (::pipe2(report.data(), O_CLOEXEC) != 0) return failed(errno);
  const pid_t parent = ::getpid();
  pid = ::fork();
  if (pid == 0) {
    become(plan, parent, report[1]);
    const int code = errno;
    // Too late to do anything about a failure of this.
    [[maybe_unused]] const ssize_t written = ::write(kReport, &code, sizeof(code));
    ::_exit(127);
  }
  const int fork_code = errno;
  ::close(report[1]);
  int code = 0;
  ssize_t count = 0;
  while (pid > 0 && (count = ::read(report[0], &code, sizeof(code))) < 0 && errno == EINTR) {
  }
  ::close(report[0]);
  if (pid < 0) return failed(fork_code);
  if (count > 0) {
    ::waitpid(pid, nullptr, 0);
    return failed(code);
  }
  watch.assign(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  running = true;
  wait_for_exit();
  return {};
}

void ChildProcess::State::wait_for_exit() {
  watch.async_wait(boost::asio::posix::descriptor_base::wait_read,
                   [self = shared_from_this()](const boost::system::error_code& code) {
                     if (!code) self->reap();
                   });
}

void ChildProcess::State::reap() {
  int status = 0;
  if (::waitpid(pid, &status, WNOHANG) != pid) {
    wait_for_exit();
    return;
  }
  running = false;
  grace.cancel();
  watch.close();
  ChildExit exit;
  exit.code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  exit.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (const auto callback = std::exchange(on_exit, nullptr)) callback(exit);
}

base::Result<std::unique_ptr<ChildProcess>> ChildProcess::start(
    Runtime& runtime, const ChildOptions& options, std::function<void(ChildExit)> on_exit) {
  auto state = std::make_shared<State>(runtime, std::move(on_exit));
  TRY(state->start(options));
  return std::unique_ptr<ChildProcess>(new ChildProcess(std::move(state)));
}

ChildProcess::ChildProcess(std::shared_ptr<State> state) : state_(std::move(state)) {}

ChildProcess::~ChildProcess() {
  state_->on_exit = nullptr;
  if (!state_->running) return;
  state_->kill(SIGKILL);
  ::waitpid(state_->pid, nullptr, 0);
  state_->running = false;
  state_->grace.cancel();
  boost::system::error_code ignored;
  state_->watch.close(ignored);
}

int ChildProcess::pid() const { return state_->pid; }
bool ChildProcess::running() const { return state_->running; }

void ChildProcess::terminate(base::Duration grace) {
  state_->kill(SIGTERM);
  if (state_->running) state_->grace.arm_in(grace);
}

void ChildProcess::kill() { state_->kill(SIGKILL); }

}  // namespace cocoon::io
