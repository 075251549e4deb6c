// Reads an answer body in any of its shapes: server-sent events, one JSON object, or JSON objects
// one after another.
//
// The first byte that isn't white space decides: a brace or bracket means JSON, anything else
// events (WHATWG HTML, section 9.2: fields, comments, any of the three line endings, data over
// several lines).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "openai/answer_walker.h"

namespace cocoon::openai {

class AnswerReader {
 public:
  // Reads on from bytes[at] up to the next mark (`at` is then one past the byte that made it) or
  // the end.
  std::optional<AnswerMark> next(base::BytesView bytes, std::size_t& at);

  bool usage_empty() const { return walker_.usage_empty(); }
  // Top-level objects that were opened so far: tells whether two marks belong to one object.
  std::uint64_t objects_begun() const { return walker_.objects_begun(); }
  bool reported() const { return walker_.reported(); }
  const base::TokenUsage& maxima() const { return walker_.maxima(); }
  std::uint64_t content_events() const { return walker_.content_events(); }
  std::uint64_t content_bytes() const { return walker_.content_bytes(); }
  std::uint64_t error_events() const { return walker_.error_events(); }
  std::uint64_t steps() const { return steps_ + walker_.steps(); }

 private:
  enum class Shape : std::uint8_t { Unknown, Json, Events };
  enum class Line : std::uint8_t { Name, Space, Data, Other };  // where in an event's line we are

  void find_shape(base::BytesView bytes, std::size_t& at);
  std::optional<AnswerMark> next_in_events(base::BytesView bytes, std::size_t& at);
  void find_line_end(base::BytesView bytes, std::size_t at);
  void read_name(std::uint8_t byte);
  void end_line();

  Shape shape_ = Shape::Unknown;
  Line line_ = Line::Name;
  std::size_t name_matched_ = 0;  // bytes of "data" seen at the start of the line
  bool after_cr_ = false;         // a line feed now belongs to the line that just ended
  std::size_t clear_ahead_ = 0;   // bytes from the position on that are known to hold no line end
  AnswerWalker walker_;
  std::uint64_t steps_ = 0;
};

}  // namespace cocoon::openai
