#include <csignal>
#include <thread>

#include "io/test_support.h"

namespace cocoon::io::test {
namespace {

using std::chrono::milliseconds;

class RuntimeTest : public LoopTest {};

TEST_F(RuntimeTest, PostFromOtherThreadsKeepsTheOrderOfEach) {
  std::vector<int> seen;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) runtime.post([&seen, i] { seen.push_back(i); });
  });
  run_until([&] { return seen.size() == 1000; });
  other.join();
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST_F(RuntimeTest, StopBeforeRunIsNotForgotten) {
  runtime.stop();
  runtime.run();
  bool ran = false;
  runtime.post([&] { ran = true; });
  run_until([&] { return ran; });
}

TEST_F(RuntimeTest, TimerFiresOnceAndMayBeArmedAgain) {
  int fired = 0;
  Timer timer(runtime, [&] { ++fired; });
  EXPECT_FALSE(timer.armed());
  const base::Instant begin = runtime.now().steady;
  timer.arm_in(milliseconds(5));
  EXPECT_TRUE(timer.armed());
  run_until([&] { return fired == 1; });
  EXPECT_GE(runtime.now().steady - begin, milliseconds(5));
  EXPECT_FALSE(timer.armed());
  timer.arm(runtime.now().steady);
  run_until([&] { return fired == 2; });
}

TEST_F(RuntimeTest, TimerDeadlineMovesBothWays) {
  int fired = 0;
  Timer timer(runtime, [&] { ++fired; });
  const base::Instant begin = runtime.now().steady;
  timer.arm(begin + milliseconds(5));
  timer.arm(begin + milliseconds(30));
  run_until([&] { return fired == 1; });
  EXPECT_GE(runtime.now().steady - begin, milliseconds(30));
  timer.arm_in(std::chrono::hours(1));
  timer.arm_in(milliseconds(1));
  run_until([&] { return fired == 2; });
  timer.arm(base::Instant::max());
  EXPECT_FALSE(timer.armed());
}

TEST_F(RuntimeTest, CancelledAndDestroyedTimersStaySilent) {
  int fired = 0;
  auto destroyed = std::make_unique<Timer>(runtime, [&] { ++fired; });
  Timer cancelled(runtime, [&] { ++fired; });
  destroyed->arm_in(milliseconds(1));
  cancelled.arm_in(milliseconds(1));
  destroyed.reset();
  cancelled.cancel();
  bool later = false;
  Timer witness(runtime, [&] { later = true; });
  witness.arm_in(milliseconds(10));
  run_until([&] { return later; });
  EXPECT_EQ(fired, 0);
}

TEST_F(RuntimeTest, TimerMayBeDestroyedByItsOwnCallback) {
  std::unique_ptr<Timer> timer;
  bool fired = false;
  timer = std::make_unique<Timer>(runtime, [&] {
    fired = true;
    timer.reset();
  });
  timer->arm_in(milliseconds(1));
  run_until([&] { return fired; });
  EXPECT_EQ(timer, nullptr);
}

TEST_F(RuntimeTest, WorkAsideRunsElsewhereAndReportsHere) {
  const std::thread::id here = std::this_thread::get_id();
  std::thread::id worked;
  std::thread::id reported;
  runtime.run_aside([&] { worked = std::this_thread::get_id(); },
                    [&] { reported = std::this_thread::get_id(); });
  run_until([&] { return reported != std::thread::id(); });
  EXPECT_NE(worked, here);
  EXPECT_EQ(reported, here);
}

TEST_F(RuntimeTest, StopSignalsComeAsCallbacksAgainAndAgain) {
  std::vector<int> signals;
  runtime.on_stop_signal([&](int signal) { signals.push_back(signal); });
  std::raise(SIGTERM);
  run_until([&] { return signals.size() == 1; });
  std::raise(SIGINT);
  run_until([&] { return signals.size() == 2; });
  EXPECT_EQ(signals, (std::vector<int>{SIGTERM, SIGINT}));
}

TEST_F(RuntimeTest, NowReadsBothClocks) {
  const base::Now now = runtime.now();
  EXPECT_GT(base::to_unix_whole_seconds(now.wall), 1'600'000'000);
  EXPECT_LE(now.steady, runtime.now().steady);
}

}  // namespace
}  // namespace cocoon::io::test
