// LogSink: log lines on standard error, as text for people or as one JSON object a line for
// programs.
#pragma once

#include <functional>

#include "base/log.h"
#include "base/time.h"

namespace cocoon::app {

enum class LogFormat { Text, Json };

class LogSink final : public base::Log {
 public:
  LogSink(LogFormat format, base::LogLevel least, std::function<base::WallTime()> clock)
      : format_(format), least_(least), clock_(std::move(clock)) {}
  void write(base::LogLevel level, std::string_view event,
             std::initializer_list<base::LogField> fields) override;

 private:
  LogFormat format_;
  base::LogLevel least_;
  std::function<base::WallTime()> clock_;
};

// "2026-01-31T12:00:00.123Z".
std::string utc_text(base::WallTime time);

}  // namespace cocoon::app
