#include "sim/script.h"

#include <algorithm>
#include <charconv>

namespace cocoon::sim {
namespace {

using base::Error;
using base::Result;

Error syntax(std::string_view wanted, std::string_view found) {
  const std::string instead =
      found.empty() ? "the line ends" : "it says '" + std::string(found) + "'";
  return Error(ScenarioFault::Syntax, std::string(wanted) + " should stand here, and " + instead);
}

}  // namespace

std::string_view reason_name(ScenarioFault fault) {
  switch (fault) {
    case ScenarioFault::Syntax:
      return "syntax";
    case ScenarioFault::Unexpected:
      return "unexpected";
    case ScenarioFault::Unsound:
      return "unsound";
  }
  return "unknown";
}

void ScriptLine::skip() {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r"), rest_.size()));
  if (rest_.starts_with('#')) rest_ = {};
}

std::string_view ScriptLine::peek() const { return rest_.substr(0, rest_.find_first_of(" \t\r")); }

bool ScriptLine::take(std::string_view words) {
  ScriptLine ahead = *this;
  for (ScriptLine wanted(words); !wanted.empty();) {
    const std::string_view next = wanted.peek();
    if (ahead.peek() != next) return false;
    ahead.rest_.remove_prefix(next.size());
    wanted.rest_.remove_prefix(next.size());
    ahead.skip();
    wanted.skip();
  }
  *this = ahead;
  return true;
}

Result<std::string> ScriptLine::word(std::string_view what) {
  const std::string found(peek());
  if (found.empty()) return syntax(what, found);
  rest_.remove_prefix(found.size());
  skip();
  return found;
}

Result<std::int64_t> ScriptLine::number(std::string_view what) {
  const std::string text = TRY(word(what));
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return syntax(what, text);
  return value;
}

Result<base::Duration> ScriptLine::time(std::string_view what) {
  const std::string text = TRY(word(what));
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end, text.data() + text.size());
  const bool known = unit == "ms" || unit == "s";
  if (fault != std::errc{} || !known || value < 0 || value > 1'000'000) return syntax(what, text);
  return unit == "s" ? base::Duration(std::chrono::seconds(value))
                     : base::Duration(std::chrono::milliseconds(value));
}

Result<std::string> ScriptLine::quoted(std::string_view what) {
  const std::size_t close = rest_.starts_with('"') ? rest_.find('"', 1) : std::string_view::npos;
  if (close == std::string_view::npos) return syntax(what, rest_);
  std::string text(rest_.substr(1, close - 1));
  rest_.remove_prefix(close + 1);
  skip();
  return text;
}

Result<void> ScriptLine::end() const {
  if (!rest_.empty()) return syntax("nothing more", rest_);
  return {};
}

}  // namespace cocoon::sim
