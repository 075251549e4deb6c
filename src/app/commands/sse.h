// Server-sent events (WHATWG HTML, section 9.2) as OpenAI streams use them: the data of each event,
// whatever the chunking. Fields other than data are skipped.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace cocoon::app::commands {

inline constexpr std::size_t kEventBytesMax = 4 << 20;

class SseReader {
 public:
  using OnData = std::function<void(std::string_view data)>;
  // False once an event is longer than kEventBytesMax; nothing is read after that.
  bool feed(std::string_view bytes, const OnData& on_data);

 private:
  void take_line(std::string_view line, const OnData& on_data);

  std::string line_;
  std::string data_;
  bool has_data_ = false;
  bool after_return_ = false;  // a line feed right behind a carriage return belongs to it
  bool broken_ = false;
};

}  // namespace cocoon::app::commands
