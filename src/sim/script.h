// ScriptLine: one line of a scenario, read word by word. A line is words, numbers, times ("200ms",
// "5s") and texts in quotes; what follows a '#' is for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace cocoon::sim {

enum class ScenarioFault {
  Syntax,      // the line can't be understood, or names what there is not
  Unexpected,  // an `expect` that does not hold
  Unsound,     // the audit found something wrong
};
std::string_view reason_name(ScenarioFault fault);

class ScriptLine {
 public:
  explicit ScriptLine(std::string_view text) : rest_(text) { skip(); }

  bool empty() const { return rest_.empty(); }
  // The next word, without moving on; empty at the end.
  std::string_view peek() const;
  // Moves on if the next words are these ("broken off").
  bool take(std::string_view words);
  base::Result<std::string> word(std::string_view what);
  base::Result<std::int64_t> number(std::string_view what);
  base::Result<base::Duration> time(std::string_view what);
  base::Result<std::string> quoted(std::string_view what);
  // Nothing may be left.
  base::Result<void> end() const;

 private:
  void skip();
  std::string_view rest_;
};

}  // namespace cocoon::sim
