#include "io/process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "io/files.h"
#include "io/test_support.h"

namespace cocoon::io::test {
namespace {

class ProcessTest : public LoopTest {
 protected:
  std::unique_ptr<ChildProcess> start(const ChildOptions& options) {
    auto child = ChildProcess::start(runtime, options, [this](ChildExit ended) { exit = ended; });
    EXPECT_TRUE(child.ok()) << child.error().message();
    return *std::move(child);
  }
  std::optional<ChildExit> exit;
};

TEST_F(ProcessTest, ReportsItsExitStatus) {
  const auto child = start({.argv = {"sh", "-c", "exit 7"}});
  EXPECT_GT(child->pid(), 0);
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(exit->code, 7);
  EXPECT_EQ(exit->signal, 0);
  EXPECT_FALSE(child->running());
  child->terminate(std::chrono::seconds(1));
}

TEST_F(ProcessTest, EnvironmentDirectoryAndLog) {
  std::string directory = (std::filesystem::temp_directory_path() / "cocoon_io_XXXXXX").string();
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const auto child =
      start({.argv = {"sh", "-c", "echo $GREETING; pwd; echo wrong >&2; ls /proc/self/fd | wc -l"},
             .environment = {{"GREETING", "good morning"}},
             .log_file = directory + "/log",
             .directory = directory});
  run_until([&] { return exit.has_value(); });
  const std::string log = base::to_text(*read_file(directory + "/log", 10'000));
  // Standard input, output, errors, and the directory that ls reads: none of our descriptors.
  EXPECT_EQ(log,
            "good morning\n" + std::filesystem::canonical(directory).string() + "\nwrong\n4\n");
  std::filesystem::remove_all(directory);
}

TEST_F(ProcessTest, MissingProgramIsNamed) {
  const auto child = ChildProcess::start(runtime, {.argv = {"/no/such/program"}}, [](ChildExit) {});
  ASSERT_FALSE(child.ok());
  EXPECT_EQ(child.error().reason(), "program_not_started");
  EXPECT_NE(child.error().message().find("No such file"), std::string::npos);
  EXPECT_FALSE(ChildProcess::start(runtime, {}, [](ChildExit) {}).ok());
}

TEST_F(ProcessTest, TerminatesGracefully) {
  const auto child = start({.argv = {"sleep", "1000"}});
  child->terminate(std::chrono::seconds(60));
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(exit->signal, SIGTERM);
}

TEST_F(ProcessTest, KillsWhatDoesNotListen) {
  std::string directory = (std::filesystem::temp_directory_path() / "cocoon_io_XXXXXX").string();
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const auto child =
      start({.argv = {"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1000; done"},
             .log_file = directory + "/log"});
  run_until([&] { return !read_file(directory + "/log", 100)->empty(); });
  child->terminate(std::chrono::milliseconds(20));
  run_until([&] { return exit.has_value(); });
  EXPECT_EQ(exit->signal, SIGKILL);
  std::filesystem::remove_all(directory);
}

TEST_F(ProcessTest, DestroyedHandleKillsSilently) {
  auto child = start({.argv = {"sleep", "1000"}});
  const int pid = child->pid();
  child.reset();
  EXPECT_EQ(::kill(pid, 0), -1);
  run_turns(5);
  EXPECT_FALSE(exit.has_value());
}

// A stand-in for our own program starts a child and is killed: the kernel kills the child with it.
TEST_F(ProcessTest, ChildDoesNotOutliveUs) {
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  const pid_t middle = ::fork();
  if (middle == 0) {
    Runtime own;
    const auto child = ChildProcess::start(own, {.argv = {"sleep", "1000"}}, [](ChildExit) {});
    const int pid = child.ok() ? (*child)->pid() : -1;
    if (::write(pipe_ends[1], &pid, sizeof(pid)) != sizeof(pid)) ::_exit(1);
    for (;;) ::pause();
  }
  int pid = -1;
  ASSERT_EQ(::read(pipe_ends[0], &pid, sizeof(pid)), static_cast<ssize_t>(sizeof(pid)));
  ASSERT_GT(pid, 0);
  ::kill(middle, SIGKILL);
  ::waitpid(middle, nullptr, 0);
  run_until([&] {
    if (::kill(pid, 0) != 0) return true;
    // Where nobody reaps orphans it stays as a zombie, which is dead too.
    const auto status = read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
    return !status || base::as_text(*status).find(") Z ") != std::string_view::npos;
  });
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

}  // namespace
}  // namespace cocoon::io::test
