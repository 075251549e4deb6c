#include "app/commands/bench_figures.h"

#include <algorithm>
#include <cmath>

#include "app/commands/answer_report.h"
#include "app/commands/table.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

constexpr std::int64_t kMillion = 1'000'000;
// Failures of one sort are counted; of more sorts than this the rest is not told apart.
constexpr std::size_t kFailureSortsMax = 10;

double seconds_of(base::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double milliseconds_of(base::Duration duration) { return seconds_of(duration) * 1000; }

std::string times_text(const Times& times) {
  return "half within " + duration_text(times.at(0.5)) + ", 9 of 10 within " +
         duration_text(times.at(0.9)) + ", all within " + duration_text(times.at(1));
}

json times_json(const Times& times) {
  return {{"p50_ms", milliseconds_of(times.at(0.5))},
          {"p90_ms", milliseconds_of(times.at(0.9))},
          {"p99_ms", milliseconds_of(times.at(0.99))},
          {"max_ms", milliseconds_of(times.at(1))}};
}

double middle(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

base::Duration Times::at(double share) const {
  if (times_.empty()) return {};
  std::vector<base::Duration> sorted = times_;
  std::ranges::sort(sorted);
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

void BenchFigures::add(const ChatAnswer& answer) {
  model_ = answer.model;
  ++answered_;
  to_first_token_.add(answer.to_first_token);
  total_.add(answer.total);
  if (const double speed = answer.tokens_per_second(); speed > 0) speeds_.push_back(speed);
  if (!answer.usage) return;
  usage_.prompt.count += answer.usage->prompt.count;
  usage_.completion.count += answer.usage->completion.count;
  if (!answer.cost) return;
  const auto sum = base::checked_add(cost_, *answer.cost);
  if (!sum) return;
  cost_ = *sum;
  priced_tokens_ += answer.usage->prompt.count + answer.usage->completion.count;
}

void BenchFigures::add_failure(const base::Error& error) {
  ++failed_;
  const auto known = failures_.find(error.message());
  if (known != failures_.end()) {
    ++known->second;
  } else if (failures_.size() < kFailureSortsMax) {
    failures_.emplace(error.message(), 1);
  }
}

std::optional<base::Nanoton> BenchFigures::per_million_tokens() const {
  if (priced_tokens_ <= 0) return std::nullopt;
  const auto scaled = base::checked_multiply(cost_, kMillion);
  if (!scaled) return std::nullopt;
  return base::Nanoton(scaled->count() / priced_tokens_);
}

double BenchFigures::answers_per_second(base::Duration elapsed) const {
  const double seconds = seconds_of(elapsed);
  return seconds > 0 ? static_cast<double>(answered_) / seconds : 0;
}

double BenchFigures::tokens_per_second(base::Duration elapsed) const {
  const double seconds = seconds_of(elapsed);
  return seconds > 0 ? static_cast<double>(usage_.completion.count) / seconds : 0;
}

std::string BenchFigures::summary(base::Duration elapsed, const Terminal& terminal) const {
  std::vector<Fact> facts;
  if (answered_ > 0) {
    facts.push_back({"model", model_});
    facts.push_back({"first token", times_text(to_first_token_)});
    facts.push_back({"whole answer", times_text(total_)});
    facts.push_back({"speed", fixed(middle(speeds_), 1) + " tokens/s of one answer, " +
                                  fixed(tokens_per_second(elapsed), 1) + " of all together"});
    facts.push_back({"throughput", fixed(answers_per_second(elapsed), 2) + " answers/s"});
    facts.push_back({"tokens", std::to_string(usage_.prompt.count) + " prompt + " +
                                   std::to_string(usage_.completion.count) + " completion"});
    const auto rate = per_million_tokens();
    facts.push_back({"price", rate ? unsettled(cost_) + ", " + base::to_string(*rate) +
                                         " for a million tokens of this mix"
                                   : "not reported"});
  }
  facts.push_back({"answered", std::to_string(answered_) + " of " +
                                   std::to_string(answered_ + failed_) + " in " +
                                   duration_text(elapsed)});
  for (const auto& [what, count] : failures_)
    facts.push_back({"failed", std::to_string(count) + " times: " + what});
  return fact_lines(facts, terminal);
}

json BenchFigures::document(base::Duration elapsed) const {
  json document{{"model", model_},
                {"answered", answered_},
                {"failed", failed_},
                {"seconds", seconds_of(elapsed)},
                {"first_token", times_json(to_first_token_)},
                {"answer", times_json(total_)},
                {"tokens_per_second_of_one", middle(speeds_)},
                {"tokens_per_second", tokens_per_second(elapsed)},
                {"answers_per_second", answers_per_second(elapsed)},
                {"prompt_tokens", usage_.prompt.count},
                {"completion_tokens", usage_.completion.count},
                {"cost_nanotons", cost_.count()},
                {"failures", failures_}};
  if (const auto rate = per_million_tokens())
    document["nanotons_per_million_tokens"] = rate->count();
  return document;
}

}  // namespace cocoon::app::commands
