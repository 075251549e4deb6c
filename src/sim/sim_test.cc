// Hundreds of small worlds; the simulator itself: the same seed is the same story, and the audit
// sees what is wrong.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "sim/audit.h"
#include "sim/network.h"
#include "sim/simulation.h"

namespace cocoon::sim {
namespace {

// COCOON_SEED replays one world with its story.
TEST(Simulation, WorldsKeepTheirPromises) {
  const char* given = std::getenv("COCOON_SEED");
  SimulationOptions options{.first_seed = 1, .last_seed = 200};
  if (given) {
    options.first_seed = options.last_seed = std::strtoull(given, nullptr, 10);
    options.telling = Telling::Aloud;
  }
  std::string said;
  const int status =
      run_simulation(options, [&](std::string_view line) { said += std::string(line) + "\n"; });
  EXPECT_EQ(status, 0) << said;
  if (given) std::printf("%s", said.c_str());
}

TEST(Simulation, TheSameSeedIsTheSameStory) {
  for (const std::uint64_t seed : {3U, 14U, 15U}) {
    const auto first = simulate(seed, Telling::Aloud);
    const auto second = simulate(seed, Telling::Aloud);
    EXPECT_EQ(first.story, second.story);
    EXPECT_EQ(first.statistics.events, second.statistics.events);
    EXPECT_FALSE(first.story.empty());
  }
  EXPECT_NE(simulate(1, Telling::Aloud).story, simulate(2, Telling::Aloud).story);
}

TEST(Simulation, SeveralThreadsSeeTheSameWorlds) {
  const auto sweep = [](unsigned threads) {
    std::string said;
    const SimulationOptions options{.first_seed = 400, .last_seed = 419, .threads = threads};
    EXPECT_EQ(run_simulation(options, [&](std::string_view line) { said += line; }), 0);
    return said;
  };
  EXPECT_EQ(sweep(1), sweep(3));
}

TEST(Simulation, WhatIsLeftOutDoesNotChangeTheRest) {
  const Outcome whole = simulate(7, Telling::Aloud);
  ASSERT_GT(whole.planned_calls, 1u);
  const auto first_call = [](const Outcome& outcome) {
    return *std::ranges::find_if(outcome.story, [](const std::string& line) {
      return line.find("makes call 1") != std::string::npos;
    });
  };
  // One of the planned calls is the first in time: alone it is made as it was among all.
  bool found = false;
  for (std::size_t kept = 0; !found && kept < whole.planned_calls; ++kept) {
    Omissions omissions;
    for (std::size_t i = 0; i < whole.planned_calls; ++i) omissions.calls.insert(i);
    for (std::size_t i = 0; i < whole.planned_faults; ++i) omissions.faults.insert(i);
    omissions.calls.erase(kept);
    const Outcome part = simulate(7, Telling::Aloud, omissions);
    EXPECT_EQ(part.planned_calls, whole.planned_calls);
    EXPECT_EQ(part.planned_faults, whole.planned_faults);
    EXPECT_EQ(part.statistics.faults, 0u);
    EXPECT_LT(part.statistics.calls, whole.statistics.calls);
    found = first_call(part) == first_call(whole);
  }
  EXPECT_TRUE(found);
}

TEST(Simulation, WorldsAreNotEmpty) {
  Statistics all;
  for (std::uint64_t seed = 300; seed < 330; ++seed)
    all += simulate(seed, Telling::Quiet).statistics;
  EXPECT_GT(all.answered, all.calls / 3);
  EXPECT_GT(all.refused, 0u);
  EXPECT_GT(all.aborted, 0u);
  EXPECT_GT(all.faults, 0u);
}

// ---- the audit can fail ----

struct AuditLab {
  Scheduler scheduler;
  payment::Tariff tariff{.price_per_token = base::Nanoton(20),
                         .worker_fee_per_token = base::Nanoton(15),
                         .prompt = {},
                         .cached = {},
                         .completion = {},
                         .reasoning = {}};
  Audit audit{scheduler, tariff};

  CallRecord& call() {
    return audit.begin_call("client-0", base::Bits256{1}, std::chrono::seconds(1));
  }
  payment::LedgerEntry charge(std::int64_t tokens) {
    payment::LedgerEntry entry;
    entry.kind = payment::EntryKind::Charged;
    entry.reference = base::Bits256{1};
    entry.tokens.completion = entry.tokens.total = {tokens};
    return entry;
  }
  void engine_answers(std::uint64_t call, std::int64_t tokens) {
    audit.set_coefficient("worker-0", 1000);
    audit.runs().push_back(
        {.call = call,
         .worker = "worker-0",
         .usage = {.prompt = {}, .cached = {}, .completion = {tokens}, .reasoning = {}},
         .bytes = 1000,
         .state = EngineRun::State::Finished});
  }
};

TEST(Audit, AcceptsOneChargeForOneAnswer) {
  AuditLab lab;
  CallRecord& call = lab.call();
  lab.engine_answers(call.id, 5);
  lab.audit.note_entry("proxy-0", lab.charge(5));
  call.status = 200;
  call.body = answer_mark(call.id) + "\"cost\":";
  lab.audit.end_call(call, CallRecord::State::Answered);
  EXPECT_TRUE(lab.audit.violations().empty());
}

TEST(Audit, SeesChargesThatShouldNotBe) {
  {
    AuditLab lab;
    lab.audit.note_entry("proxy-0", lab.charge(5));
    EXPECT_EQ(lab.audit.violations().size(), 1u) << "for nobody";
  }
  {
    AuditLab lab;
    lab.call();
    lab.audit.note_entry("proxy-0", lab.charge(5));
    EXPECT_EQ(lab.audit.violations().size(), 1u) << "for no answer";
  }
  {
    AuditLab lab;
    lab.engine_answers(lab.call().id, 5);
    lab.audit.note_entry("proxy-0", lab.charge(5));
    lab.audit.note_entry("proxy-0", lab.charge(5));
    EXPECT_EQ(lab.audit.violations().size(), 1u) << "twice";
  }
  {
    AuditLab lab;
    lab.engine_answers(lab.call().id, 5);
    lab.audit.note_entry("proxy-0", lab.charge(6));
    EXPECT_EQ(lab.audit.violations().size(), 1u) << "for too much";
  }
}

TEST(Audit, SeesAnswersThatAreNotDurableNotTheirOwnOrNotWhole) {
  for (const std::string& body : {answer_mark(2), std::string("data: x\n\n"), std::string()}) {
    AuditLab lab;
    CallRecord& call = lab.call();
    lab.engine_answers(call.id, 5);
    lab.audit.note_entry("proxy-0", lab.charge(5));
    call.status = 200;
    call.body = body;
    lab.audit.end_call(call, CallRecord::State::Answered);
    EXPECT_FALSE(lab.audit.violations().empty()) << body;
  }
  AuditLab lab;
  CallRecord& call = lab.call();
  call.status = 200;
  call.body = answer_mark(call.id) + "\"cost\":";
  lab.audit.end_call(call, CallRecord::State::Answered);
  EXPECT_EQ(lab.audit.violations().size(), 1u) << "nothing is on disk";
}

TEST(Audit, SeesCallsThatEndTwiceOrNever) {
  AuditLab lab;
  CallRecord& call = lab.call();
  lab.audit.end_call(call, CallRecord::State::Aborted);
  lab.audit.end_call(call, CallRecord::State::Aborted);
  EXPECT_EQ(lab.audit.violations().size(), 1u);
  lab.call();
  lab.scheduler.step(lab.scheduler.now().steady + std::chrono::seconds(2));
  lab.audit.check_deadlines();
  EXPECT_EQ(lab.audit.violations().size(), 2u);
}

TEST(Audit, SeesWordsThatNoDiskBacks) {
  AuditLab lab;
  Disk disk(lab.scheduler, Dice(1), std::chrono::milliseconds(10));
  lab.audit.add_disk(disk);
  lab.audit.check_spent("client-0", base::Nanoton{});
  lab.audit.check_earned("worker-0", disk, 0);
  EXPECT_TRUE(lab.audit.violations().empty());
  lab.audit.check_spent("client-0", base::Nanoton{1});
  lab.audit.check_earned("worker-0", disk, 1);
  EXPECT_EQ(lab.audit.violations().size(), 2u);
}

}  // namespace
}  // namespace cocoon::sim
