// BenchFigures: what the answers of a measurement amount to. Pure: the command fills it, reports
// read it.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/commands/chat_stream.h"
#include "app/commands/terminal.h"
#include "base/nanoton.h"
#include "base/time.h"
#include "base/tokens.h"

namespace cocoon::app::commands {

// Measured times; the share asked for lies between 0 and 1.
class Times {
 public:
  void add(base::Duration time) { times_.push_back(time); }
  bool empty() const { return times_.empty(); }
  // The time that at least this share of all did not exceed; zero if there are none.
  base::Duration at(double share) const;

 private:
  std::vector<base::Duration> times_;
};

class BenchFigures {
 public:
  void add(const ChatAnswer& answer);
  void add_failure(const base::Error& error);

  std::int64_t answered() const { return answered_; }
  std::int64_t failed() const { return failed_; }
  // What the answers cost for a million of their tokens, prompt and completion together; nothing
  // if no answer named its price.
  std::optional<base::Nanoton> per_million_tokens() const;

  // `elapsed` is from the first request to the last answer.
  std::string summary(base::Duration elapsed, const Terminal& terminal) const;
  nlohmann::json document(base::Duration elapsed) const;

 private:
  double answers_per_second(base::Duration elapsed) const;
  double tokens_per_second(base::Duration elapsed) const;

  std::string model_;
  std::int64_t answered_ = 0;
  std::int64_t failed_ = 0;
  std::map<std::string, std::int64_t> failures_;  // by what the network said
  Times to_first_token_;
  Times total_;
  std::vector<double> speeds_;  // tokens per second of each answer that was long enough to tell
  base::TokenUsage usage_;
  std::int64_t priced_tokens_ = 0;
  base::Nanoton cost_;
};

}  // namespace cocoon::app::commands
