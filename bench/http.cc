// See http.h.
#include "http.h"

#include <algorithm>
#include <charconv>

namespace bench {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> parse_number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Applies one header line to the head; false if it makes the head invalid.
bool apply_header(std::string_view line, Head& head) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (equal_ignoring_case(name, "content-length")) {
    head.content_length = parse_number(value, 10);
    return head.content_length.has_value();
  }
  if (equal_ignoring_case(name, "transfer-encoding")) {
    head.chunked = equal_ignoring_case(value, "chunked");
    return head.chunked;
  }
  if (equal_ignoring_case(name, "connection")) head.close = equal_ignoring_case(value, "close");
  if (equal_ignoring_case(name, "expect")) {
    head.expects_continue = equal_ignoring_case(value, "100-continue");
  }
  return true;
}

}  // namespace

Head parse_head(std::string_view buffer) {
  Head head;
  const std::size_t end = buffer.find("\r\n\r\n");
  if (end == std::string_view::npos) return head;
  head.size = end + 4;
  head.state = HeadState::Complete;
  std::string_view rest = buffer.substr(0, end);
  const std::size_t first = rest.find("\r\n");
  head.start_line = rest.substr(0, first);
  while (rest.size() > 0) {
    const std::size_t line_end = rest.find("\r\n");
    if (line_end == std::string_view::npos) break;
    rest.remove_prefix(line_end + 2);
    if (!apply_header(rest.substr(0, rest.find("\r\n")), head)) head.state = HeadState::Invalid;
  }
  return head;
}

int status_of(std::string_view start_line) {
  if (start_line.size() < 12 || !start_line.starts_with("HTTP/1.")) return 0;
  return static_cast<int>(parse_number(start_line.substr(9, 3), 10).value_or(0));
}

BodyReader::BodyReader(const Head& head, UnsizedBody unsized) {
  if (head.chunked) {
    state_ = State::ChunkSize;
  } else if (head.content_length) {
    left_ = *head.content_length;
    state_ = left_ == 0 ? State::Done : State::Sized;
  } else {
    state_ = unsized == UnsizedBody::Empty ? State::Done : State::UntilClose;
  }
}

BodyReader::Piece BodyReader::next(std::string_view input) {
  if (input.empty()) return {};
  switch (state_) {
    case State::Sized:
      return take_data(input, State::Done);
    case State::UntilClose:
      return {input.size(), input};
    case State::ChunkData:
      return take_data(input, State::ChunkEnd);
    case State::ChunkSize:
    case State::ChunkEnd:
    case State::Trailer:
      return take_line(input);
    case State::Done:
    case State::Failed:
      return {};
  }
  return {};
}

BodyReader::Piece BodyReader::take_data(std::string_view input, State after) {
  const std::size_t taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  left_ -= taken;
  if (left_ == 0) state_ = after;
  return {taken, input.substr(0, taken)};
}

BodyReader::Piece BodyReader::take_line(std::string_view input) {
  const std::size_t end = input.find("\r\n");
  if (end == std::string_view::npos) return {};
  const std::string_view line = input.substr(0, end);
  if (state_ == State::ChunkSize) {
    const auto size = parse_number(trimmed(line.substr(0, line.find(';'))), 16);
    left_ = size.value_or(0);
    state_ = !size ? State::Failed : left_ == 0 ? State::Trailer : State::ChunkData;
  } else if (state_ == State::ChunkEnd) {
    state_ = line.empty() ? State::ChunkSize : State::Failed;
  } else if (line.empty()) {
    state_ = State::Done;
  }
  return {end + 2, {}};
}

}  // namespace bench
