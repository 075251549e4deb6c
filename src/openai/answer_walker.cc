// The table of what is looked at in an answer, and the automaton that follows it.
#include "openai/answer_walker.h"

#include <algorithm>
#include <string_view>

#include "base/check.h"
#include "openai/limits.h"

namespace cocoon::openai {

enum class AnswerWalker::Node : std::uint8_t {
  Ignored,
  // Containers that are walked into.
  Root,
  Usage,
  PromptDetails,
  CompletionDetails,
  Choices,
  Choice,
  Message,
  ToolCalls,
  Response,
  // Values.
  PromptTokens,
  CachedTokens,
  CompletionTokens,
  ReasoningTokens,
  TotalTokens,
  GeneratedText,
  ToolCall,
  ErrorValue,
};

namespace {

using Node = AnswerWalker::Node;

struct Edge {
  Node parent;
  std::string_view key;
  Node child;
};
// `reasoning` and `reasoning_content` are how engines name the thinking; SGLang counts it beside
// the other totals. The Responses API has names of its own, and its streams carry text in a
// `delta` of the event and usage in the `response` of the last one. Rankings report a total only.
constexpr Edge kEdges[] = {
    {Node::Root, "usage", Node::Usage},
    {Node::Root, "choices", Node::Choices},
    {Node::Root, "error", Node::ErrorValue},
    {Node::Root, "delta", Node::GeneratedText},
    {Node::Root, "response", Node::Response},
    {Node::Response, "usage", Node::Usage},
    {Node::Response, "error", Node::ErrorValue},
    {Node::Usage, "prompt_tokens", Node::PromptTokens},
    {Node::Usage, "completion_tokens", Node::CompletionTokens},
    {Node::Usage, "input_tokens", Node::PromptTokens},
    {Node::Usage, "output_tokens", Node::CompletionTokens},
    {Node::Usage, "reasoning_tokens", Node::ReasoningTokens},
    {Node::Usage, "total_tokens", Node::TotalTokens},
    {Node::Usage, "input_tokens_details", Node::PromptDetails},
    {Node::Usage, "output_tokens_details", Node::CompletionDetails},
    {Node::Usage, "prompt_tokens_details", Node::PromptDetails},
    {Node::Usage, "completion_tokens_details", Node::CompletionDetails},
    {Node::PromptDetails, "cached_tokens", Node::CachedTokens},
    {Node::CompletionDetails, "reasoning_tokens", Node::ReasoningTokens},
    {Node::Choice, "delta", Node::Message},
    {Node::Choice, "message", Node::Message},
    {Node::Choice, "text", Node::GeneratedText},
    {Node::Message, "content", Node::GeneratedText},
    {Node::Message, "reasoning_content", Node::GeneratedText},
    {Node::Message, "reasoning", Node::GeneratedText},
    {Node::Message, "tool_calls", Node::ToolCalls},
};

Node child_of(Node parent, std::string_view key) {
  for (const Edge& edge : kEdges) {
    if (edge.parent == parent && edge.key == key) return edge.child;
  }
  return Node::Ignored;
}

bool is_array(Node node) { return node == Node::Choices || node == Node::ToolCalls; }
bool is_container(Node node) { return node >= Node::Root && node <= Node::Response; }
bool is_space(std::uint8_t byte) {
  return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}
bool is_open(std::uint8_t byte) { return byte == '{' || byte == '['; }
bool is_close(std::uint8_t byte) { return byte == '}' || byte == ']'; }

// Where a run of a string's bytes ends: at a quote, a backslash or a control character.
std::size_t find_text_end(base::BytesView bytes, std::size_t at) {
  while (at < bytes.size() && bytes[at] != '"' && bytes[at] != '\\' && bytes[at] >= 0x20) ++at;
  return at;
}

void raise(base::TokenCount& maximum, base::TokenCount seen) { maximum = std::max(maximum, seen); }

}  // namespace

std::optional<AnswerMark> AnswerWalker::walk(base::BytesView bytes, std::size_t& at) {
  while (at < bytes.size()) {
    const std::size_t before = at;
    std::optional<AnswerMark> mark;
    switch (state_) {
      case State::Between:
        mark = walk_between(bytes[at++]);
        break;
      case State::Key:
        walk_key(bytes, at);
        break;
      case State::Text:
      case State::TextEscape:
        mark = walk_text(bytes, at);
        break;
      case State::Scalar:
        walk_scalar(bytes, at);
        break;
      case State::Skipping:
        walk_skipping(bytes, at);
        break;
      case State::Broken:
        walk_broken(bytes, at);
        break;
    }
    // A state that only finds out it has ended looks at the byte once more in the next one.
    steps_ += std::max<std::size_t>(at - before, 1);
    if (mark) return mark;
  }
  return std::nullopt;
}

// Between tokens of a walked container, or outside of any object.
std::optional<AnswerMark> AnswerWalker::walk_between(std::uint8_t byte) {
  if (is_space(byte)) return std::nullopt;
  if (path_size_ == 0) {
    // Between objects anything may stand; what isn't a container is stepped over.
    value_node_ = byte == '{' ? Node::Root : Node::Ignored;
    if (is_open(byte)) open_container(byte);
    if (byte == '"') state_ = State::Text;
    return std::nullopt;
  }
  const bool wants_key = expect_ == Expect::Key || expect_ == Expect::KeyOrEnd;
  const bool may_end =
      expect_ != Expect::Key && expect_ != Expect::Value && expect_ != Expect::Colon;
  if (byte == '"' && wants_key) {
    state_ = State::Key;
    key_size_ = 0;
    key_unknown_ = false;
  } else if (byte == ':' && expect_ == Expect::Colon) {
    expect_ = Expect::Value;
    const std::string_view key(key_.data(), key_size_);
    value_node_ = key_unknown_ ? Node::Ignored : child_of(path_[path_size_ - 1], key);
  } else if (byte == ',' && expect_ == Expect::CommaOrEnd) {
    expect_ = is_array(path_[path_size_ - 1]) ? Expect::Value : Expect::Key;
  } else if (is_close(byte) && may_end) {
    return close_container(byte);
  } else if (expect_ == Expect::Value || expect_ == Expect::ValueOrEnd) {
    return begin_value(byte);
  } else {
    break_off();
  }
  return std::nullopt;
}

std::optional<AnswerMark> AnswerWalker::begin_value(std::uint8_t byte) {
  const Node parent = path_[path_size_ - 1];
  if (parent == Node::Choices) value_node_ = Node::Choice;
  if (parent == Node::ToolCalls) value_node_ = Node::ToolCall;
  if (value_node_ == Node::ErrorValue && (is_open(byte) || byte == '"')) sighting_.error = true;
  const bool tool_call = value_node_ == Node::ToolCall;
  if (byte == '"') {
    state_ = State::Text;
  } else if (is_open(byte)) {
    open_container(byte);
  } else if (is_close(byte) || byte == ',' || byte == ':') {
    break_off();
    return std::nullopt;
  } else {
    begin_scalar(byte);
  }
  return tool_call ? note_content() : std::nullopt;
}

void AnswerWalker::begin_scalar(std::uint8_t byte) {
  state_ = State::Scalar;
  number_ = 0;
  number_digits_ = 0;
  number_whole_ = true;
  std::size_t at = 0;
  walk_scalar({&byte, 1}, at);
}

void AnswerWalker::open_container(std::uint8_t bracket) {
  const bool walked = is_container(value_node_) && is_array(value_node_) == (bracket == '[');
  if (!walked) {
    skip_depth_ = 1;
    state_ = State::Skipping;
    return;
  }
  CHECK(path_size_ < kMaxPath);
  path_[path_size_++] = value_node_;
  expect_ = bracket == '[' ? Expect::ValueOrEnd : Expect::KeyOrEnd;
  state_ = State::Between;
  if (value_node_ == Node::Usage) usage_empty_ = true;
  if (value_node_ == Node::Root) ++objects_begun_;
}

std::optional<AnswerMark> AnswerWalker::close_container(std::uint8_t bracket) {
  const Node closed = path_[path_size_ - 1];
  if (is_array(closed) != (bracket == ']')) {
    break_off();
    return std::nullopt;
  }
  --path_size_;
  end_value();
  if (closed == Node::Usage) return AnswerMark::UsageEnd;
  if (closed != Node::Root) return std::nullopt;
  if (!sighting_.tokens && sighting_.total.count > 0) {
    sighting_.usage.prompt = sighting_.total;
    sighting_.tokens = true;
  }
  raise(maxima_.prompt, sighting_.usage.prompt);
  raise(maxima_.cached, sighting_.usage.cached);
  raise(maxima_.completion, sighting_.usage.completion);
  raise(maxima_.reasoning, sighting_.usage.reasoning);
  reported_ = reported_ || sighting_.tokens;
  content_events_ += sighting_.content ? 1 : 0;
  error_events_ += sighting_.error ? 1 : 0;
  reset_document();
  return AnswerMark::ObjectEnd;
}

void AnswerWalker::end_value() {
  state_ = State::Between;
  expect_ = Expect::CommaOrEnd;
}

void AnswerWalker::walk_key(base::BytesView bytes, std::size_t& at) {
  for (; at < bytes.size(); ++at) {
    const std::uint8_t byte = bytes[at];
    if (byte < 0x20) {
      break_off();
      return;
    }
    if (byte == '"' && !key_escape_) {
      ++at;
      state_ = State::Between;
      expect_ = Expect::Colon;
      if (path_[path_size_ - 1] == Node::Usage) usage_empty_ = false;
      return;
    }
    key_escape_ = byte == '\\' && !key_escape_;
    if (key_escape_ || key_size_ == kMaxKey) {
      key_unknown_ = true;
    } else {
      key_[key_size_++] = static_cast<char>(byte);
    }
  }
}

std::optional<AnswerMark> AnswerWalker::walk_text(base::BytesView bytes, std::size_t& at) {
  const std::size_t begin = at;
  if (state_ == State::TextEscape && bytes[at] >= 0x20) {
    ++at;
    state_ = State::Text;
  }
  at = find_text_end(bytes, at);
  const bool generated = value_node_ == Node::GeneratedText;
  const bool fresh = generated && at > begin;
  if (generated) content_bytes_ += at - begin;
  if (at < bytes.size()) {
    const std::uint8_t byte = bytes[at];
    if (byte < 0x20) {
      break_off();
    } else if (byte == '\\') {
      ++at;
      state_ = State::TextEscape;
    } else {
      ++at;
      if (skip_depth_ > 0) {
        state_ = State::Skipping;
      } else {
        end_value();
      }
    }
  }
  return fresh ? note_content() : std::nullopt;
}

void AnswerWalker::walk_scalar(base::BytesView bytes, std::size_t& at) {
  for (; at < bytes.size(); ++at) {
    const std::uint8_t byte = bytes[at];
    if (is_space(byte) || byte == ',' || is_close(byte)) {
      note_number();
      end_value();
      return;
    }
    if (byte < '0' || byte > '9') {
      number_whole_ = false;
      continue;
    }
    // A leading zero is no JSON number.
    if (number_digits_ > 0 && number_ == 0) number_whole_ = false;
    ++number_digits_;
    number_ = std::min(number_ * 10 + (byte - '0'), kMaxReportedTokens);
  }
}

void AnswerWalker::note_number() {
  if (!number_whole_ || number_digits_ == 0) return;
  const base::TokenCount count{number_};
  base::TokenUsage& usage = sighting_.usage;
  switch (value_node_) {
    case Node::PromptTokens:
      raise(usage.prompt, count);
      sighting_.tokens = true;
      return;
    case Node::CompletionTokens:
      raise(usage.completion, count);
      sighting_.tokens = true;
      return;
    case Node::CachedTokens:
      raise(usage.cached, count);
      return;
    case Node::ReasoningTokens:
      raise(usage.reasoning, count);
      return;
    case Node::TotalTokens:
      raise(sighting_.total, count);
      return;
    case Node::Ignored:
    case Node::Root:
    case Node::Usage:
    case Node::PromptDetails:
    case Node::CompletionDetails:
    case Node::Choices:
    case Node::Choice:
    case Node::Message:
    case Node::ToolCalls:
    case Node::Response:
    case Node::GeneratedText:
    case Node::ToolCall:
    case Node::ErrorValue:
      return;
  }
}

std::optional<AnswerMark> AnswerWalker::note_content() {
  if (sighting_.content) return std::nullopt;
  sighting_.content = true;
  return AnswerMark::Content;
}

// Inside containers of no interest: only strings and brackets matter.
void AnswerWalker::walk_skipping(base::BytesView bytes, std::size_t& at) {
  while (at < bytes.size()) {
    const std::uint8_t byte = bytes[at++];
    if (byte == '"') {
      state_ = State::Text;
      value_node_ = Node::Ignored;
      return;
    }
    if (is_open(byte)) {
      ++skip_depth_;
    } else if (is_close(byte) && --skip_depth_ == 0) {
      end_value();
      return;
    }
  }
}

// One object per line is how engines separate them: after a fault the next line is a fresh start.
void AnswerWalker::walk_broken(base::BytesView bytes, std::size_t& at) {
  while (at < bytes.size()) {
    if (bytes[at++] == '\n') {
      reset_document();
      return;
    }
  }
}

void AnswerWalker::handle_line_break() {
  if (state_ == State::Scalar) {
    note_number();
    end_value();
  } else if (state_ == State::Key || state_ == State::Text || state_ == State::TextEscape) {
    break_off();
  }
}

void AnswerWalker::handle_document_end() { reset_document(); }

void AnswerWalker::break_off() {
  reset_document();
  state_ = State::Broken;
}

void AnswerWalker::reset_document() {
  state_ = State::Between;
  expect_ = Expect::Value;
  path_size_ = 0;
  skip_depth_ = 0;
  key_escape_ = false;
  sighting_ = {};
}

}  // namespace cocoon::openai
