#include "app/log_sink.h"

#include <cstdio>
#include <ctime>

#include "openai/json_text.h"

namespace cocoon::app {

std::string utc_text(base::WallTime time) {
  const auto micros = time.time_since_epoch().count();
  const std::time_t seconds = static_cast<std::time_t>(micros / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  std::snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(micros % 1'000'000 / 1000));
  return text;
}

// Values may come from a peer: both forms quote and escape them, so that no value can forge a line.
void LogSink::write(base::LogLevel level, std::string_view event,
                    std::initializer_list<base::LogField> fields) {
  if (level < least_) return;
  std::string line;
  if (format_ == LogFormat::Json) {
    line = R"({"time":")" + utc_text(clock_()) + R"(","level":")" +
           std::string(base::log_level_name(level)) + R"(","event":)" + openai::json_string(event);
    for (const auto& field : fields) {
      line += "," + openai::json_string(field.name) + ":" + openai::json_string(field.value);
    }
    line += "}\n";
  } else {
    line = utc_text(clock_()) + " " + std::string(base::log_level_name(level)) + ": " +
           std::string(event);
    for (const auto& field : fields) {
      line += " " + std::string(field.name) + "=" + openai::json_string(field.value);
    }
    line += "\n";
  }
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace cocoon::app
