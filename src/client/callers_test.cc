// API keys: who is let in, how budgets and rates hold under many requests at once, and that books
// never go over a budget whatever happens in between.
#include "client/callers.h"

#include <gtest/gtest.h>

#include "client/client_lab.h"
#include "crypto/hash.h"
#include "sim/dice.h"

namespace cocoon::client {
namespace {

using base::Nanoton;
using openai::ApiErrorCode;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

KeyGrant grant(std::string_view key, std::optional<Nanoton> budget = {},
               std::optional<std::int64_t> requests = {}, std::optional<std::int64_t> tokens = {}) {
  return {.hash = crypto::sha256(base::as_bytes(key)),
          .name = std::string(key),
          .budget = budget,
          .requests_per_minute = requests,
          .tokens_per_minute = tokens};
}

std::vector<openai::Header> bearer(std::string_view key) {
  return {{"authorization", "Bearer " + std::string(key)}};
}

std::optional<ApiErrorCode> refused(const Callers& callers,
                                    const std::vector<openai::Header>& headers) {
  const auto caller = callers.identify(headers);
  const auto* error = std::get_if<openai::ApiError>(&caller);
  return error ? std::optional(error->code) : std::nullopt;
}

TEST(Callers, EveryoneMayCallUntilKeysAreGranted) {
  Callers callers;
  EXPECT_FALSE(refused(callers, {}));
  callers.set_grants({});
  EXPECT_EQ(refused(callers, {}), ApiErrorCode::InvalidApiKey);
}

TEST(Callers, OnlyAGrantedKeyIsLetIn) {
  Callers callers;
  callers.set_grants({grant("alice")});
  EXPECT_FALSE(refused(callers, bearer("alice")));
  EXPECT_FALSE(refused(callers, {{"Authorization", "bearer alice"}}));
  EXPECT_EQ(refused(callers, bearer("bob")), ApiErrorCode::InvalidApiKey);
  EXPECT_EQ(refused(callers, bearer("")), ApiErrorCode::InvalidApiKey);
  EXPECT_EQ(refused(callers, {{"Authorization", "Basic alice"}}), ApiErrorCode::InvalidApiKey);
  EXPECT_EQ(refused(callers, {{"X-Authorization", "Bearer alice"}}), ApiErrorCode::InvalidApiKey);
  callers.set_grants({});
  EXPECT_EQ(refused(callers, bearer("alice")), ApiErrorCode::InvalidApiKey) << "revoked";
}

TEST(Callers, ABudgetHoldsTheWorstCaseOfAllThatRuns) {
  Callers callers;
  const auto alice = grant("alice", Nanoton(100));
  callers.set_grants({alice});
  const base::Instant now{};
  const auto first = callers.admit(now, alice.hash, Nanoton(60));
  ASSERT_TRUE(std::holds_alternative<Admission>(first));
  const auto second = callers.admit(now, alice.hash, Nanoton(60));
  ASSERT_TRUE(std::holds_alternative<openai::ApiError>(second));
  EXPECT_EQ(std::get<openai::ApiError>(second).code, ApiErrorCode::BudgetExhausted);
  callers.charge(now, alice.hash, {}, Nanoton(10), 5);
  callers.release(std::get<Admission>(first));
  EXPECT_TRUE(std::holds_alternative<Admission>(callers.admit(now, alice.hash, Nanoton(90))));
  const auto charge = callers.poll_charge();
  ASSERT_TRUE(charge);
  EXPECT_EQ(charge->use.spent, Nanoton(10));
  EXPECT_EQ(charge->use.tokens, 5);
  EXPECT_FALSE(callers.poll_charge());
}

TEST(Callers, WhatWasSpentOutlivesTheGrantAndTheProcess) {
  Callers callers;
  const auto alice = grant("alice", Nanoton(100));
  callers.restore(alice.hash, {.tokens = 9, .spent = Nanoton(95)});
  callers.set_grants({alice});
  EXPECT_TRUE(std::holds_alternative<openai::ApiError>(
      callers.admit(base::Instant{}, alice.hash, Nanoton(6))));
  callers.set_grants({});
  callers.set_grants({alice});
  EXPECT_TRUE(
      std::holds_alternative<Admission>(callers.admit(base::Instant{}, alice.hash, Nanoton(5))));
}

TEST(Callers, AKeyWithABudgetNeedsADiskToBookOn) {
  Callers callers;
  const auto alice = grant("alice", Nanoton(100));
  const auto bob = grant("bob");
  callers.set_grants({alice, bob});
  callers.set_disk(Callers::Disk::Failing);
  const auto refusal = callers.admit(base::Instant{}, alice.hash, Nanoton(1));
  ASSERT_TRUE(std::holds_alternative<openai::ApiError>(refusal));
  EXPECT_EQ(std::get<openai::ApiError>(refusal).code, ApiErrorCode::NotReady);
  EXPECT_TRUE(std::holds_alternative<Admission>(callers.admit(base::Instant{}, bob.hash, {})));
  callers.set_disk(Callers::Disk::Writable);
  EXPECT_TRUE(
      std::holds_alternative<Admission>(callers.admit(base::Instant{}, alice.hash, Nanoton(1))));
}

TEST(Callers, RequestsPerMinuteRefillEvenly) {
  Callers callers;
  const auto alice = grant("alice", {}, 6);
  callers.set_grants({alice});
  base::Instant now{1000s};
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE(std::holds_alternative<Admission>(callers.admit(now, alice.hash, {}))) << i;
  }
  const auto refusal = callers.admit(now + 500ms, alice.hash, {});
  ASSERT_TRUE(std::holds_alternative<openai::ApiError>(refusal));
  const auto& error = std::get<openai::ApiError>(refusal);
  EXPECT_EQ(error.code, ApiErrorCode::RateLimited);
  EXPECT_EQ(error.retry_after, 10s) << "rounded up: coming back then works";
  EXPECT_TRUE(std::holds_alternative<Admission>(callers.admit(now + 10s, alice.hash, {})));
  EXPECT_FALSE(std::holds_alternative<Admission>(callers.admit(now + 19s, alice.hash, {})));
}

TEST(Callers, TokensCountWhenTheyAreKnown) {
  Callers callers;
  const auto alice = grant("alice", {}, {}, 1000);
  callers.set_grants({alice});
  base::Instant now{1000s};
  EXPECT_TRUE(std::holds_alternative<Admission>(callers.admit(now, alice.hash, {})));
  callers.charge(now, alice.hash, {}, {}, 1500);
  const auto refusal = callers.admit(now, alice.hash, {});
  ASSERT_TRUE(std::holds_alternative<openai::ApiError>(refusal));
  EXPECT_EQ(std::get<openai::ApiError>(refusal).retry_after, 31s);
  EXPECT_TRUE(std::holds_alternative<Admission>(callers.admit(now + 31s, alice.hash, {})));
  callers.charge(now, alice.hash, {}, {}, INT64_MAX);
  const auto later = callers.admit(now, alice.hash, {});
  EXPECT_LE(std::get<openai::ApiError>(later).retry_after, 3600s) << "a debt is bounded";
}

// Random requests against the plain rule: what is charged and what runs together never pass the
// budget, as long as no request costs more than its worst case.
TEST(Callers, NoOrderOfEventsPassesABudget) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    sim::Dice dice(seed);
    Callers callers;
    const Nanoton budget(static_cast<std::int64_t>(dice.below(1000)));
    const auto alice = grant("alice", budget);
    callers.set_grants({alice});
    std::vector<std::pair<Admission, std::int64_t>> running;
    std::int64_t spent = 0;
    std::int64_t held = 0;
    for (int step = 0; step < 300; ++step) {
      if (running.empty() || dice.below(2) == 0) {
        const auto worst = static_cast<std::int64_t>(dice.below(200));
        const auto outcome = callers.admit(base::Instant{}, alice.hash, Nanoton(worst));
        const bool fits = spent + held + worst <= budget.count();
        ASSERT_EQ(std::holds_alternative<Admission>(outcome), fits);
        if (!fits) continue;
        running.emplace_back(std::get<Admission>(outcome), worst);
        held += worst;
      } else {
        const std::size_t place = dice.below(running.size());
        const auto [admission, worst] = running[place];
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(place));
        const auto price =
            static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(worst) + 1));
        callers.charge(base::Instant{}, alice.hash, {}, Nanoton(price), price);
        callers.release(admission);
        held -= worst;
        spent += price;
      }
      ASSERT_LE(spent + held, budget.count());
      ASSERT_EQ(callers.accounts().at(alice.hash).use.spent, Nanoton(spent));
      ASSERT_EQ(callers.accounts().at(alice.hash).running, running.size());
    }
  }
}

TEST(CallersOfAClient, AreChargedWhatTheirAnswersCost) {
  ClientLab lab;
  const LinkId link = lab.ready();
  const auto alice = grant("alice", Nanoton(1'000'000));
  lab.callers().set_grants({alice});
  EXPECT_EQ(lab.reply(lab.call()).status, 401u);
  EXPECT_EQ(lab.reply(lab.call(R"({"model":"lab/tiny","max_tokens":10})", bearer("bob"))).status,
            401u);
  const CallId call = lab.call(R"({"model":"lab/tiny","max_tokens":10})", bearer("alice"));
  const auto run = lab.run(link);
  ASSERT_TRUE(run);
  EXPECT_EQ(run->max_coefficient, 1000) << "no dearer than what was held";
  EXPECT_FALSE(run->headers.contains("authorization"));
  EXPECT_GT(lab.callers().accounts().at(alice.hash).held, Nanoton(200));
  lab.head(link, run->id, "{}", "application/json", ClientLab::tokens(3));
  EXPECT_EQ(lab.reply(call).status, 200u);
  const auto& account = lab.callers().accounts().at(alice.hash);
  EXPECT_EQ(account.use.spent, Nanoton(60));
  EXPECT_EQ(account.held, Nanoton{});
  EXPECT_EQ(account.running, 0u);
  const auto charge = lab.callers().poll_charge();
  ASSERT_TRUE(charge);
  EXPECT_EQ(charge->request_id, run->id);
}

TEST(CallersOfAClient, AreRefusedInOpenAisShape) {
  ClientLab lab;
  lab.ready();
  lab.callers().set_grants({grant("poor", Nanoton(10)), grant("slow", {}, 1)});
  const CallId poor = lab.call(R"({"model":"lab/tiny","max_tokens":10})", bearer("poor"));
  EXPECT_EQ(lab.reply(poor).status, 402u);
  EXPECT_NE(lab.reply(poor).body.find(R"("code":"budget_exhausted")"), std::string::npos);
  lab.call(R"({"model":"lab/tiny"})", bearer("slow"));
  const CallId slow = lab.call(R"({"model":"lab/tiny"})", bearer("slow"));
  EXPECT_EQ(lab.reply(slow).status, 429u);
  EXPECT_EQ(lab.reply(slow).headers.at("Retry-After"), "60");
}

}  // namespace
}  // namespace cocoon::client
