// The market against a naive twin after every operation, and its manners: fairness, prices,
// failures.
#include "market/market.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "base/check.h"
#include "market/limits.h"

namespace cocoon::market {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SeededRandom : public base::Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

constexpr base::Instant kStart = base::Instant(seconds(1000));

Offer offer(std::string model, std::int64_t coefficient, std::int64_t max_active) {
  return {std::move(model), "owner", coefficient, max_active, Availability::Enabled};
}

WorkerId must_add(Market& market, Offer given) {
  auto added = market.add(std::move(given));
  EXPECT_TRUE(added.ok());
  return *added;
}

std::string refusal_name(const Choice& choice) {
  const auto* refusal = std::get_if<Refusal>(&choice);
  return refusal ? std::string(reason_name(refusal->reason)) : "chosen";
}

TEST(Market, RefusesBadOffersByName) {
  Market market;
  const auto reason = [&](Offer given) {
    const auto added = market.add(std::move(given));
    return added ? std::string("added") : std::string(added.error().reason());
  };
  EXPECT_EQ(reason(offer("", 1000, 1)), "bad_model_name");
  EXPECT_EQ(reason(offer(std::string(257, 'm'), 1000, 1)), "bad_model_name");
  EXPECT_EQ(reason(offer("m", -1, 1)), "bad_coefficient");
  EXPECT_EQ(reason(offer("m", 1'000'000'000, 1)), "bad_coefficient");
  EXPECT_EQ(reason(offer("m", 1000, 0)), "bad_limit");
  EXPECT_EQ(reason(offer("m", 1000, kMaxActiveLimit + 1)), "bad_limit");
  Offer owned = offer("m", 0, 1);
  owned.owner = std::string(129, 'o');
  EXPECT_EQ(reason(owned), "bad_owner");
  EXPECT_EQ(market.size(), 0u);
  const WorkerId worker = must_add(market, offer("m", 999'999'999, 1));
  EXPECT_EQ(market.set_coefficient(worker, -3).error().reason(), "bad_coefficient");
  EXPECT_EQ(market.set_max_active(worker, 0).error().reason(), "bad_limit");
  EXPECT_EQ(market.set_max_active(WorkerId{77}, 1).error().reason(), "unknown_worker");
}

TEST(Market, NamesItsRefusals) {
  Market market;
  SeededRandom random(1);
  const auto ask = [&](std::int64_t ceiling, std::span<const WorkerId> excluded = {}) {
    return market.choose(kStart, {"m", ceiling, excluded}, random);
  };
  EXPECT_EQ(refusal_name(ask(4000)), "unknown_model");
  const WorkerId cheap = must_add(market, offer("m", 1000, 1));
  const WorkerId dear = must_add(market, offer("m", 3000, 1));
  must_add(market, offer("other", 1, 1));
  const auto lowest = [](const Choice& choice) {
    return std::get<Refusal>(choice).lowest_coefficient;
  };
  EXPECT_EQ(refusal_name(ask(999)), "too_expensive");
  EXPECT_EQ(lowest(ask(999)), 1000);
  EXPECT_EQ(refusal_name(ask(-1)), "too_expensive");
  EXPECT_TRUE(market.started(cheap));
  EXPECT_FALSE(market.started(cheap));
  EXPECT_EQ(refusal_name(ask(1000)), "all_busy");
  EXPECT_EQ(lowest(ask(1000)), 3000);
  EXPECT_EQ(refusal_name(ask(999)), "too_expensive");
  EXPECT_EQ(std::get<WorkerId>(ask(INT64_MAX)), dear);
  const WorkerId tried[] = {dear};
  EXPECT_EQ(refusal_name(ask(4000, tried)), "all_busy");
  EXPECT_EQ(lowest(ask(4000, tried)), std::nullopt);
  EXPECT_TRUE(market.set_availability(cheap, Availability::Disabled).ok());
  EXPECT_TRUE(market.set_availability(dear, Availability::Disabled).ok());
  EXPECT_EQ(refusal_name(ask(4000)), "none_enabled");
  EXPECT_FALSE(market.started(dear));
  market.remove(cheap);
  market.remove(dear);
  EXPECT_EQ(refusal_name(ask(4000)), "unknown_model");
}

TEST(Market, KnowsTheDearestThatMayServe) {
  Market market;
  EXPECT_EQ(market.highest_coefficient("m"), std::nullopt);
  const WorkerId cheap = must_add(market, offer("m", 1000, 1));
  const WorkerId dear = must_add(market, offer("m", 3000, 1));
  must_add(market, offer("other", 9000, 1));
  EXPECT_EQ(market.highest_coefficient("m"), 3000);
  EXPECT_TRUE(market.started(dear));
  EXPECT_EQ(market.highest_coefficient("m"), 3000) << "it may be free again for the next attempt";
  EXPECT_TRUE(market.set_availability(dear, Availability::Disabled).ok());
  EXPECT_EQ(market.highest_coefficient("m"), 1000);
  market.remove(cheap);
  EXPECT_EQ(market.highest_coefficient("m"), std::nullopt);
}

TEST(Market, ExclusionLeavesTheOthers) {
  Market market;
  SeededRandom random(2);
  std::vector<WorkerId> workers;
  for (int i = 0; i < 10; ++i) workers.push_back(must_add(market, offer("m", 1000, 4)));
  const std::span<const WorkerId> all(workers);
  for (int round = 0; round < 200; ++round) {
    EXPECT_EQ(std::get<WorkerId>(market.choose(kStart, {"m", 1000, all.first(9)}, random)),
              workers[9]);
  }
  EXPECT_EQ(refusal_name(market.choose(kStart, {"m", 1000, all}, random)), "all_busy");
}

// One request after another, each finished before the next: every worker is idle at each choice.
std::map<WorkerId, int> count_idle_choices(Market& market, SeededRandom& random, int rounds) {
  std::map<WorkerId, int> counts;
  for (int i = 0; i < rounds; ++i) {
    const WorkerId chosen = std::get<WorkerId>(market.choose(kStart, {"m", 4000, {}}, random));
    ++counts[chosen];
    EXPECT_TRUE(market.started(chosen));
    market.finished(kStart, chosen, Outcome::Succeeded, milliseconds(100 + i % 7));
  }
  return counts;
}

TEST(Market, HeedsWhatAWorkerDoesForOthers) {
  Market market;
  SeededRandom random(5);
  Offer shared = offer("m", 1000, 8);
  shared.limit = 16;
  const WorkerId busy = must_add(market, shared);
  const WorkerId idle = must_add(market, shared);
  EXPECT_TRUE(market.set_load(kStart, busy, {.running = 12, .waiting = 0}).ok());
  EXPECT_EQ(count_idle_choices(market, random, 200)[busy], 0);
  // Its own queue weighs as much.
  EXPECT_TRUE(market.set_load(kStart, busy, {.running = 0, .waiting = 12}).ok());
  EXPECT_EQ(count_idle_choices(market, random, 200)[busy], 0);
  EXPECT_TRUE(market.set_load(kStart, busy, {}).ok());
  EXPECT_GT(count_idle_choices(market, random, 200)[busy], 50);
  EXPECT_GT(count_idle_choices(market, random, 200)[idle], 50);
  EXPECT_EQ(market.set_load(kStart, WorkerId{77}, {}).error().reason(), "unknown_worker");
}

TEST(Market, CountsOurOwnRequestsOnce) {
  Market market;
  SeededRandom random(6);
  const WorkerId first = must_add(market, offer("m", 1000, 8));
  const WorkerId second = must_add(market, offer("m", 1000, 8));
  for (const WorkerId worker : {first, second}) {
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(market.started(worker));
  }
  // It tells of our four; the other one has told nothing. Both are as busy.
  EXPECT_TRUE(market.set_load(kStart, first, {.running = 4, .waiting = 0}).ok());
  int chosen = 0;
  for (int i = 0; i < 400; ++i) {
    chosen += std::get<WorkerId>(market.choose(kStart, {"m", 4000, {}}, random)) == first;
  }
  EXPECT_GT(chosen, 100);
  EXPECT_LT(chosen, 300);
}

TEST(Market, ForgetsALoadThatIsOld) {
  Market market;
  const WorkerId worker = must_add(market, offer("m", 1000, 8));
  EXPECT_FALSE(market.find(worker, kStart)->load);
  EXPECT_TRUE(market.set_load(kStart, worker, {.running = 3, .waiting = 1}).ok());
  EXPECT_EQ(market.find(worker, kStart + kLoadMemory)->load, (Load{3, 1}));
  EXPECT_FALSE(market.find(worker, kStart + kLoadMemory + milliseconds(1))->load);
}

TEST(Market, APreferredWorkerIsTakenWhileItIsNotTheBusierOne) {
  Market market;
  SeededRandom random(5);
  const WorkerId preferred = must_add(market, offer("m", 500, 10));
  for (int i = 0; i < 9; ++i) must_add(market, offer("m", 500, 10));
  const auto chosen = [&](const Query& query) {
    return std::get<WorkerId>(market.choose(kStart, query, random));
  };
  const Query query{.model = "m", .max_coefficient = 500, .preferred = preferred};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(chosen(query), preferred) << "it has " << i;
    ASSERT_TRUE(market.started(preferred));
  }
  EXPECT_NE(chosen(query), preferred) << "more than half full, and the others are idle";
  market.finished(kStart, preferred, Outcome::Succeeded, milliseconds(1));
  EXPECT_EQ(chosen(query), preferred);
  const std::vector<WorkerId> excluded{preferred};
  EXPECT_NE(
      chosen({.model = "m", .max_coefficient = 500, .excluded = excluded, .preferred = preferred}),
      preferred);
  ASSERT_TRUE(market.set_coefficient(preferred, 600).ok());
  EXPECT_NE(chosen(query), preferred);
  ASSERT_TRUE(market.set_coefficient(preferred, 500).ok());
  ASSERT_TRUE(market.set_availability(preferred, Availability::Disabled).ok());
  EXPECT_NE(chosen(query), preferred);
  market.remove(preferred);
  EXPECT_NE(chosen(query), preferred);
}

TEST(Market, APreferredWorkerOfAnotherModelIsNotTaken) {
  Market market;
  SeededRandom random(5);
  const WorkerId other = must_add(market, offer("other", 500, 10));
  const WorkerId own = must_add(market, offer("m", 500, 10));
  const Query query{.model = "m", .max_coefficient = 500, .preferred = other};
  EXPECT_EQ(std::get<WorkerId>(market.choose(kStart, query, random)), own);
}

TEST(Market, EqualWorkersGetEqualShares) {
  constexpr std::uint64_t kSeed = 3;
  SCOPED_TRACE(kSeed);
  Market market;
  SeededRandom random(kSeed);
  constexpr int kWorkers = 100;
  constexpr int kRounds = 100'000;
  for (int i = 0; i < kWorkers; ++i) must_add(market, offer("m", 1000, 8));
  const auto counts = count_idle_choices(market, random, kRounds);
  ASSERT_EQ(counts.size(), static_cast<std::size_t>(kWorkers));
  double chi_square = 0;
  constexpr double kExpected = static_cast<double>(kRounds) / kWorkers;
  for (const auto& [worker, count] : counts)
    chi_square += (count - kExpected) * (count - kExpected) / kExpected;
  // 99 degrees of freedom: above 149 is one chance in a thousand.
  EXPECT_LT(chi_square, 149);
}

TEST(Market, LoadSpreadsEvenlyAndBySize) {
  Market market;
  SeededRandom random(4);
  std::vector<WorkerId> small;
  std::vector<WorkerId> large;
  for (int i = 0; i < 50; ++i) small.push_back(must_add(market, offer("m", 1000, 20)));
  for (int i = 0; i < 50; ++i) large.push_back(must_add(market, offer("m", 1000, 60)));
  // Half of all slots, none finished.
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(market.started(std::get<WorkerId>(market.choose(kStart, {"m", 1000, {}}, random))));
  }
  const auto running = [&](WorkerId worker) { return market.find(worker, kStart)->running; };
  std::int64_t on_small = 0;
  for (const WorkerId worker : small) {
    on_small += running(worker);
    EXPECT_LE(running(worker), 15);
  }
  for (const WorkerId worker : large) {
    EXPECT_GE(running(worker), 15);
    EXPECT_LE(running(worker), 45);
  }
  // A quarter of the slots, and about a quarter of the requests.
  EXPECT_NEAR(static_cast<double>(on_small), 500, 75);
}

TEST(Market, FailingFastAttractsNothingAndIsForgiven) {
  Market market;
  SeededRandom random(5);
  std::vector<WorkerId> workers;
  for (int i = 0; i < 10; ++i) workers.push_back(must_add(market, offer("m", 1000, 10)));
  const WorkerId broken = workers[0];
  int broken_chosen = 0;
  base::Instant now = kStart;
  for (int i = 0; i < 10'000; ++i) {
    now += milliseconds(1);
    const WorkerId chosen = std::get<WorkerId>(market.choose(now, {"m", 1000, {}}, random));
    ASSERT_TRUE(market.started(chosen));
    const bool fails = chosen == broken;
    broken_chosen += fails ? 1 : 0;
    market.finished(now, chosen, fails ? Outcome::Failed : Outcome::Succeeded,
                    milliseconds(fails ? 1 : 500));
  }
  // Its fair share would be 1,000.
  EXPECT_LT(broken_chosen, 50);
  EXPECT_LT(market.find(broken, now)->success, 1.0);
  now += kFailureMemory;
  EXPECT_EQ(market.find(broken, now)->success, 1.0);
  int chosen_again = 0;
  for (int i = 0; i < 1000; ++i) {
    chosen_again +=
        std::get<WorkerId>(market.choose(now, {"m", 1000, {}}, random)) == broken ? 1 : 0;
  }
  EXPECT_GT(chosen_again, 30);
}

TEST(Market, PrefersTheFasterThenTheCheaper) {
  Market market;
  SeededRandom random(6);
  const WorkerId slow = must_add(market, offer("m", 1000, 4));
  const WorkerId fast = must_add(market, offer("m", 1500, 4));
  const auto answer = [&](WorkerId worker, base::Duration duration) {
    ASSERT_TRUE(market.started(worker));
    market.finished(kStart, worker, Outcome::Succeeded, duration);
  };
  const auto choose = [&](base::Instant now) {
    return std::get<WorkerId>(market.choose(now, {"m", 4000, {}}, random));
  };
  for (int i = 0; i < 20; ++i) EXPECT_EQ(choose(kStart), slow);  // nothing known: the cheaper one
  answer(slow, seconds(9));
  answer(fast, seconds(1));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(choose(kStart), fast);
  const base::Instant later = kStart + kLatencyMemory + seconds(1);
  EXPECT_FALSE(market.find(fast, later)->latency);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(choose(later), slow);
  ASSERT_TRUE(market.started(slow));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(choose(later), fast);  // load comes first
}

TEST(Market, CancelledSaysNothingAboutTheWorker) {
  Market market;
  const WorkerId worker = must_add(market, offer("m", 1000, 4));
  ASSERT_TRUE(market.started(worker));
  market.finished(kStart, worker, Outcome::Cancelled, seconds(3));
  const auto view = market.find(worker, kStart);
  EXPECT_EQ(view->success, 1.0);
  EXPECT_FALSE(view->latency);
  EXPECT_EQ(view->running, 0);
}

TEST(Market, FinishingTwiceIsSuspectAndHarmless) {
  Market market;
  const WorkerId worker = must_add(market, offer("m", 1000, 1));
  ASSERT_TRUE(market.started(worker));
  market.finished(kStart, worker, Outcome::Succeeded, seconds(1));
  const auto before = base::suspect_count();
  market.finished(kStart, worker, Outcome::Failed, seconds(1));
  EXPECT_EQ(base::suspect_count(), before + 1);
  EXPECT_EQ(market.find(worker, kStart)->running, 0);
  EXPECT_EQ(market.find(worker, kStart)->success, 1.0);
  market.remove(worker);
  market.finished(kStart, worker, Outcome::Failed, seconds(1));
  EXPECT_EQ(base::suspect_count(), before + 1);
}

TEST(Market, TimeRunningBackwardsDoesNoHarm) {
  Market market;
  const WorkerId worker = must_add(market, offer("m", 1000, 1));
  ASSERT_TRUE(market.started(worker));
  market.finished(kStart, worker, Outcome::Failed, seconds(-5));
  const double success = market.find(worker, kStart - seconds(500))->success;
  EXPECT_GE(success, 0.0);
  EXPECT_LE(success, 1.0);
}

TEST(Market, BaseNameEndsAtTheCommit) {
  EXPECT_EQ(model_base_name("Qwen/Qwen3@abc:def"), "Qwen/Qwen3");
  EXPECT_EQ(model_base_name("plain"), "plain");
  EXPECT_EQ(model_base_name("@x"), "");
}

// What the market should hold, kept as plainly as possible.
class Twin {
 public:
  struct Worker {
    Offer offer;
    std::int64_t running = 0;
  };
  std::map<WorkerId, Worker> workers;

  // The refusal to expect, or the workers one of which must be chosen.
  std::pair<std::string, std::vector<WorkerId>> expect(const Query& query) const {
    bool known = false;
    bool enabled = false;
    bool affordable = false;
    std::vector<WorkerId> fit;
    for (const auto& [id, worker] : workers) {
      if (worker.offer.model != query.model) continue;
      known = true;
      if (worker.offer.availability == Availability::Disabled) continue;
      enabled = true;
      if (worker.offer.coefficient > query.max_coefficient) continue;
      affordable = true;
      if (worker.running >= worker.offer.max_active) continue;
      if (std::ranges::count(query.excluded, id) == 0) fit.push_back(id);
    }
    if (!fit.empty()) return {"chosen", fit};
    return {!known        ? "unknown_model"
            : !enabled    ? "none_enabled"
            : !affordable ? "too_expensive"
                          : "all_busy",
            {}};
  }

  std::vector<ListedModel> models() const {
    std::map<std::string, ListedModel> by_name;
    for (const auto& [id, worker] : workers) {
      if (worker.offer.availability == Availability::Disabled) continue;
      ListedModel& model = by_name[worker.offer.model];
      model.name = worker.offer.model;
      model.workers.push_back({worker.offer.coefficient, worker.running, worker.offer.max_active});
    }
    std::vector<ListedModel> listed;
    for (auto& [name, model] : by_name) listed.push_back(sorted(std::move(model)));
    return listed;
  }

  // Workers of one price stand in any order.
  static ListedModel sorted(ListedModel model) {
    std::ranges::sort(model.workers, {}, [](const ListedWorker& worker) {
      return std::tuple(worker.coefficient, worker.running, worker.max_active);
    });
    return model;
  }
};

class TwinTest : public testing::Test {
 protected:
  void act();
  void compare();
  std::size_t pick(std::size_t bound) { return engine_() % bound; }
  WorkerId any_worker() {
    if (twin_.workers.empty()) return WorkerId{999'999};
    return std::next(twin_.workers.begin(), static_cast<std::ptrdiff_t>(pick(twin_.workers.size())))
        ->first;
  }
  Offer any_offer() {
    Offer made =
        offer(std::string(1, static_cast<char>('a' + pick(3))),
              static_cast<std::int64_t>(pick(6)) * 100, static_cast<std::int64_t>(1 + pick(3)));
    made.availability = pick(4) == 0 ? Availability::Disabled : Availability::Enabled;
    return made;
  }

  static constexpr std::uint64_t kSeed = 20261123;
  std::mt19937_64 engine_{kSeed};
  SeededRandom random_{kSeed};
  Market market_;
  Twin twin_;
  base::Instant now_ = kStart;
  std::map<std::string, int> outcomes_;
};

void TwinTest::act() {
  const WorkerId id = any_worker();
  const auto worker = twin_.workers.find(id);
  const bool known = worker != twin_.workers.end();
  now_ += milliseconds(pick(2000));
  switch (pick(8)) {
    case 0: {
      const Offer added = any_offer();
      if (twin_.workers.size() < 60) twin_.workers[must_add(market_, added)] = {added, 0};
      break;
    }
    case 1:
      if (pick(3) == 0) {
        market_.remove(id);
        twin_.workers.erase(id);
      }
      break;
    case 2: {
      const auto coefficient = static_cast<std::int64_t>(pick(6)) * 100;
      EXPECT_EQ(market_.set_coefficient(id, coefficient).ok(), known);
      if (known) worker->second.offer.coefficient = coefficient;
      break;
    }
    case 3: {
      const auto limit = static_cast<std::int64_t>(1 + pick(3));
      EXPECT_EQ(market_.set_max_active(id, limit).ok(), known);
      if (known) worker->second.offer.max_active = limit;
      break;
    }
    case 4: {
      const auto availability = pick(4) == 0 ? Availability::Disabled : Availability::Enabled;
      EXPECT_EQ(market_.set_availability(id, availability).ok(), known);
      if (known) worker->second.offer.availability = availability;
      break;
    }
    case 5:
      if (known && worker->second.running > 0) {
        market_.finished(now_, id, static_cast<Outcome>(pick(3)), milliseconds(pick(5000)));
        --worker->second.running;
      }
      break;
    default: {
      const bool may = known && worker->second.offer.availability == Availability::Enabled &&
                       worker->second.running < worker->second.offer.max_active;
      EXPECT_EQ(market_.started(id), may);
      if (may) ++worker->second.running;
      break;
    }
  }
}

void TwinTest::compare() {
  ASSERT_EQ(market_.size(), twin_.workers.size());
  const std::string model(1, static_cast<char>('a' + pick(4)));
  std::vector<WorkerId> excluded;
  for (std::size_t i = pick(4); i > 0; --i) excluded.push_back(any_worker());
  Query query{model, static_cast<std::int64_t>(pick(7)) * 100 - 50, excluded};
  if (pick(3) == 0) query.preferred = any_worker();
  const auto [expected, fit] = twin_.expect(query);
  const Choice choice = market_.choose(now_, query, random_);
  ASSERT_EQ(refusal_name(choice), expected);
  ++outcomes_[expected];
  if (const auto* chosen = std::get_if<WorkerId>(&choice)) {
    ASSERT_EQ(std::ranges::count(fit, *chosen), 1);
  }
  auto listed = market_.models();
  for (ListedModel& entry : listed) {
    ASSERT_TRUE(std::ranges::is_sorted(entry.workers, {}, &ListedWorker::coefficient));
    entry = Twin::sorted(std::move(entry));
  }
  ASSERT_EQ(listed, twin_.models());
  ASSERT_EQ(market_.model_names().size(), listed.size());
}

TEST_F(TwinTest, AgreesAfterEveryOperation) {
  SCOPED_TRACE(kSeed);
  for (int round = 0; round < 20'000; ++round) {
    act();
    compare();
    if (HasFatalFailure()) return;
  }
  for (const char* outcome :
       {"chosen", "unknown_model", "none_enabled", "too_expensive", "all_busy"}) {
    EXPECT_GT(outcomes_[outcome], 3) << outcome;
  }
}

TEST(Market, HoldsManyWorkersOfOneModel) {
  Market market;
  SeededRandom random(8);
  std::vector<WorkerId> workers;
  constexpr std::size_t kMany = 20'000;
  for (std::size_t i = 0; i < kMany; ++i) {
    workers.push_back(must_add(market, offer("m", static_cast<std::int64_t>(i % 5000), 1)));
  }
  // Each takes one request; with a low ceiling only the cheap ones do.
  for (std::size_t i = 0; i < kMany; ++i) {
    const std::int64_t ceiling = i < 1000 ? 999 : kMaxCoefficient;
    const Choice choice = market.choose(kStart, {"m", ceiling, {}}, random);
    ASSERT_TRUE(std::holds_alternative<WorkerId>(choice)) << i;
    ASSERT_LE(market.find(std::get<WorkerId>(choice), kStart)->offer.coefficient, ceiling);
    ASSERT_TRUE(market.started(std::get<WorkerId>(choice)));
  }
  EXPECT_EQ(refusal_name(market.choose(kStart, {"m", kMaxCoefficient, {}}, random)), "all_busy");
  for (const WorkerId worker : workers) market.remove(worker);
  EXPECT_TRUE(market.models().empty());
}

}  // namespace
}  // namespace cocoon::market
