// Logging as an interface: an event name and fields. The program decides where lines go and how
// they look.
//
// Prompts, answers, keys and tokens are never fields. Values that a peer controls are escaped by
// the sink.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace cocoon::base {

enum class LogLevel { Debug, Info, Warning, Error };

std::string_view log_level_name(LogLevel level);

struct LogField {
  LogField(std::string_view name_in, std::string_view value_in) : name(name_in), value(value_in) {}
  LogField(std::string_view name_in, const char* value_in) : name(name_in), value(value_in) {}
  LogField(std::string_view name_in, std::int64_t number)
      : name(name_in), value(std::to_string(number)) {}
  std::string_view name;
  std::string value;
};

class Log {
 public:
  virtual ~Log() = default;
  // `event` is a short fixed phrase ("peer refused"); what varies stands in the fields.
  virtual void write(LogLevel level, std::string_view event,
                     std::initializer_list<LogField> fields) = 0;

  void debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::Debug, event, fields);
  }
  void info(std::string_view event, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::Info, event, fields);
  }
  void warning(std::string_view event, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::Warning, event, fields);
  }
  void error(std::string_view event, std::initializer_list<LogField> fields = {}) {
    write(LogLevel::Error, event, fields);
  }
};

}  // namespace cocoon::base
