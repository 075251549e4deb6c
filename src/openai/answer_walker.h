// Walks JSON texts byte by byte and notes the few members that matter: `usage`, generated text,
// `error`.
//
// A table of paths (answer_walker.cc) says what is looked at; everything else is skipped by
// counting brackets, so depth and length cost nothing. Text that isn't JSON breaks the current
// object, which then counts nothing. Keys written with escapes are not recognised: no engine writes
// its own member names so.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/tokens.h"

namespace cocoon::openai {

// What was just completed by the byte before the position.
enum class AnswerMark {
  Content,    // first sign of generated text or a tool call in this object
  UsageEnd,   // the closing brace of a `usage` object, top-level or of `response`
  ObjectEnd,  // the closing brace of a top-level object
};

class AnswerWalker {
 public:
  // Reads on from bytes[at], up to the next mark or the end.
  std::optional<AnswerMark> walk(base::BytesView bytes, std::size_t& at);
  // The line ended inside an event: white space between tokens, a fault within a string.
  void handle_line_break();
  // The event ended: an object that isn't closed by now never will be.
  void handle_document_end();

  bool usage_empty() const { return usage_empty_; }  // of the last UsageEnd
  std::uint64_t objects_begun() const { return objects_begun_; }
  bool reported() const { return reported_; }
  const base::TokenUsage& maxima() const { return maxima_; }
  std::uint64_t content_events() const { return content_events_; }
  std::uint64_t content_bytes() const { return content_bytes_; }
  std::uint64_t error_events() const { return error_events_; }
  std::uint64_t steps() const { return steps_; }

  enum class Node : std::uint8_t;

 private:
  enum class State : std::uint8_t { Between, Key, Text, TextEscape, Scalar, Skipping, Broken };
  enum class Expect : std::uint8_t { KeyOrEnd, Key, Colon, Value, ValueOrEnd, CommaOrEnd };
  // What one object has shown so far; it counts when the object is closed.
  struct Sighting {
    base::TokenUsage usage;
    base::TokenCount total;  // counts as prompt where nothing else is reported
    bool tokens = false;
    bool content = false;
    bool error = false;
  };

  std::optional<AnswerMark> walk_between(std::uint8_t byte);
  std::optional<AnswerMark> walk_text(base::BytesView bytes, std::size_t& at);
  void walk_key(base::BytesView bytes, std::size_t& at);
  void walk_scalar(base::BytesView bytes, std::size_t& at);
  void walk_skipping(base::BytesView bytes, std::size_t& at);
  void walk_broken(base::BytesView bytes, std::size_t& at);
  std::optional<AnswerMark> begin_value(std::uint8_t byte);
  void begin_scalar(std::uint8_t byte);
  void open_container(std::uint8_t bracket);
  std::optional<AnswerMark> close_container(std::uint8_t bracket);
  void end_value();
  void note_number();
  std::optional<AnswerMark> note_content();
  void break_off();
  void reset_document();

  static constexpr std::size_t kMaxPath = 5;
  static constexpr std::size_t kMaxKey = 32;

  State state_ = State::Between;
  Expect expect_ = Expect::Value;
  Node value_node_{};
  std::array<Node, kMaxPath> path_{};  // containers of interest that are open
  std::size_t path_size_ = 0;
  std::uint64_t skip_depth_ = 0;  // containers open below path_ that are of no interest
  std::array<char, kMaxKey> key_{};
  std::size_t key_size_ = 0;
  bool key_escape_ = false;   // the next byte of the key is escaped
  bool key_unknown_ = false;  // too long, or with an escape
  std::int64_t number_ = 0;
  std::size_t number_digits_ = 0;
  bool number_whole_ = false;  // so far only digits, without a leading zero
  bool usage_empty_ = true;
  Sighting sighting_;

  bool reported_ = false;
  base::TokenUsage maxima_;
  std::uint64_t objects_begun_ = 0;
  std::uint64_t content_events_ = 0;
  std::uint64_t content_bytes_ = 0;
  std::uint64_t error_events_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace cocoon::openai
