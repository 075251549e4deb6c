#include "app/commands/sse.h"

#include <utility>

namespace cocoon::app::commands {

bool SseReader::feed(std::string_view bytes, const OnData& on_data) {
  for (const char c : bytes) {
    if (broken_) return false;
    if (c == '\n' && std::exchange(after_return_, false)) continue;
    after_return_ = c == '\r';
    if (c == '\n' || c == '\r') {
      take_line(line_, on_data);
      line_.clear();
      continue;
    }
    line_ += c;
    broken_ = line_.size() + data_.size() > kEventBytesMax;
  }
  return !broken_;
}

void SseReader::take_line(std::string_view line, const OnData& on_data) {
  if (line.empty()) {
    const std::string data = std::exchange(data_, {});
    if (std::exchange(has_data_, false)) on_data(data);
    return;
  }
  constexpr std::string_view kField = "data:";
  if (!line.starts_with(kField)) return;
  line.remove_prefix(kField.size());
  if (line.starts_with(' ')) line.remove_prefix(1);
  if (has_data_) data_ += '\n';
  has_data_ = true;
  data_ += line;
}

}  // namespace cocoon::app::commands
