// Counts what an engine reports it used, from the raw bytes of its answer as they pass.
//
// Any chunking gives the same result; time is linear in the bytes, memory constant, nothing is
// allocated. Bytes that aren't an answer (garbage, half events, no newline for a gigabyte) count
// nothing and do no harm.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/tokens.h"
#include "openai/answer_reader.h"

namespace cocoon::openai {

class UsageScanner {
 public:
  void feed(base::BytesView bytes);

  // Whether any complete object carried a `usage` with a token count.
  bool reported() const { return reader_.reported(); }
  // The largest number seen of each kind, each at most kMaxReportedTokens; cached never above
  // prompt, reasoning never above completion. Zeros if nothing was reported.
  base::TokenUsage usage() const;

  // Cross-checks that don't rely on the report: objects that carried generated text or tool calls,
  // and the bytes of that text. A token is at least one byte of text unless the engine hides it.
  std::uint64_t content_events() const { return reader_.content_events(); }
  std::uint64_t content_bytes() const { return reader_.content_bytes(); }
  // Objects with an `error` member: the engine failed after its status line.
  std::uint64_t error_events() const { return reader_.error_events(); }
  // Bytes looked at, for tests of linearity.
  std::uint64_t steps() const { return reader_.steps(); }

 private:
  AnswerReader reader_;
};

}  // namespace cocoon::openai
