// Any bytes as an answer, cut anywhere: the same counts, all within their bounds, in linear time.
#include <algorithm>

#include "base/check.h"
#include "openai/limits.h"
#include "openai/usage.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  if (size < 1) return 0;
  const std::size_t chunk = data[0] % 32 + 1;
  const base::BytesView body(data + 1, size - 1);
  openai::UsageScanner whole;
  whole.feed(body);
  openai::UsageScanner cut;
  for (std::size_t at = 0; at < body.size(); at += chunk) {
    cut.feed(body.subspan(at, std::min(chunk, body.size() - at)));
  }
  const base::TokenUsage usage = whole.usage();
  CHECK(usage == cut.usage());
  CHECK(whole.reported() == cut.reported());
  CHECK(whole.content_events() == cut.content_events() &&
        whole.content_bytes() == cut.content_bytes());
  CHECK(usage.prompt.count >= 0 && usage.prompt.count <= openai::kMaxReportedTokens);
  CHECK(usage.completion.count >= 0 && usage.completion.count <= openai::kMaxReportedTokens);
  CHECK(usage.cached <= usage.prompt && usage.reasoning <= usage.completion);
  CHECK(whole.steps() <= 4 * body.size() + 4 && cut.steps() <= 4 * body.size() + 4);
  return 0;
}
