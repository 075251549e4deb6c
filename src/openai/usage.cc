// Runs the reader over every byte; what it finds it keeps itself.
#include "openai/usage.h"

#include <algorithm>

namespace cocoon::openai {

void UsageScanner::feed(base::BytesView bytes) {
  std::size_t at = 0;
  while (reader_.next(bytes, at)) {
  }
}

base::TokenUsage UsageScanner::usage() const {
  base::TokenUsage usage = reader_.maxima();
  usage.cached = std::min(usage.cached, usage.prompt);
  usage.reasoning = std::min(usage.reasoning, usage.completion);
  return usage;
}

}  // namespace cocoon::openai
