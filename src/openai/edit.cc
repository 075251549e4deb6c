// Applies the planned edits in one pass.
#include "openai/edit.h"

#include "base/check.h"

namespace cocoon::openai {

std::optional<base::Bytes> forwarded_body(base::BytesView body, const RequestFacts& facts) {
  if (facts.edits.empty()) return std::nullopt;
  base::Bytes out;
  std::size_t size = body.size();
  for (const BodyEdit& edit : facts.edits) size += edit.replacement.size();
  out.reserve(size);
  std::size_t copied = 0;
  const auto copy_up_to = [&](std::size_t end) {
    const auto part = body.subspan(copied, end - copied);
    out.insert(out.end(), part.begin(), part.end());
  };
  for (const BodyEdit& edit : facts.edits) {
    CHECK(edit.begin >= copied && edit.end >= edit.begin && edit.end <= body.size());
    copy_up_to(edit.begin);
    out.insert(out.end(), edit.replacement.begin(), edit.replacement.end());
    copied = edit.end;
  }
  copy_up_to(body.size());
  return out;
}

}  // namespace cocoon::openai
