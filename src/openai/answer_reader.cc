// Takes the lines of server-sent events apart, and hands what they carry to the walker.
#include "openai/answer_reader.h"

#include <string_view>

namespace cocoon::openai {
namespace {

constexpr std::string_view kDataField = "data";

bool ends_line(std::uint8_t byte) { return byte == '\n' || byte == '\r'; }

}  // namespace

std::optional<AnswerMark> AnswerReader::next(base::BytesView bytes, std::size_t& at) {
  if (shape_ == Shape::Unknown) find_shape(bytes, at);
  switch (shape_) {
    case Shape::Unknown:
      return std::nullopt;
    case Shape::Json:
      return walker_.walk(bytes, at);
    case Shape::Events:
      return next_in_events(bytes, at);
  }
  return std::nullopt;
}

void AnswerReader::find_shape(base::BytesView bytes, std::size_t& at) {
  for (; at < bytes.size(); ++at, ++steps_) {
    const std::uint8_t byte = bytes[at];
    const bool space = byte == ' ' || byte == '\t' || ends_line(byte);
    const bool byte_order_mark = byte == 0xef || byte == 0xbb || byte == 0xbf;
    if (space || byte_order_mark) continue;
    shape_ = byte == '{' || byte == '[' ? Shape::Json : Shape::Events;
    return;
  }
}

std::optional<AnswerMark> AnswerReader::next_in_events(base::BytesView bytes, std::size_t& at) {
  while (at < bytes.size()) {
    const std::uint8_t byte = bytes[at];
    if (after_cr_ && byte == '\n') {
      after_cr_ = false;
      ++at;
      continue;
    }
    after_cr_ = false;
    if (ends_line(byte)) {
      end_line();
      after_cr_ = byte == '\r';
      ++at;
    } else if (line_ == Line::Name) {
      read_name(byte);
      ++at;
    } else if (line_ == Line::Space && byte == ' ') {
      line_ = Line::Data;
      ++at;
    } else {
      if (line_ == Line::Space) line_ = Line::Data;
      if (clear_ahead_ == 0) find_line_end(bytes, at);
      const std::size_t begin = at;
      const std::size_t end = begin + clear_ahead_;
      std::optional<AnswerMark> mark;
      if (line_ == Line::Data) mark = walker_.walk(bytes.first(end), at);
      if (!mark) at = end;
      clear_ahead_ -= at - begin;
      if (mark) return mark;
    }
    ++steps_;
  }
  return std::nullopt;
}

// A line may hold many marks, and is searched for its end only once.
void AnswerReader::find_line_end(base::BytesView bytes, std::size_t at) {
  std::size_t end = at;
  while (end < bytes.size() && !ends_line(bytes[end])) ++end;
  clear_ahead_ = end - at;
  steps_ += clear_ahead_;
}

void AnswerReader::read_name(std::uint8_t byte) {
  if (name_matched_ < kDataField.size() &&
      byte == static_cast<std::uint8_t>(kDataField[name_matched_])) {
    ++name_matched_;
  } else if (name_matched_ == kDataField.size() && byte == ':') {
    line_ = Line::Space;
  } else {
    line_ = Line::Other;
  }
}

void AnswerReader::end_line() {
  const bool blank = line_ == Line::Name && name_matched_ == 0;
  if (blank) {
    walker_.handle_document_end();
  } else if (line_ == Line::Data) {
    walker_.handle_line_break();
  }
  line_ = Line::Name;
  name_matched_ = 0;
}

}  // namespace cocoon::openai
