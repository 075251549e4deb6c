// Any bytes as a form: no crash, and what is taken has a model and bounds.
#include <algorithm>

#include "base/check.h"
#include "openai/form.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  // The first line is the Content-Type, the rest the body.
  const std::string_view text = base::as_text({data, size});
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::vector<openai::Header> headers{{"Content-Type", std::string(text.substr(0, end))}};
  const std::string_view body = text.substr(std::min(end + 1, text.size()));
  const auto facts =
      openai::inspect_call("/v1/audio/transcriptions", headers, base::as_bytes(body));
  if (!facts) return 0;
  CHECK(!facts->model.empty() && facts->model.size() <= openai::kMaxModelNameBytes);
  CHECK(facts->edits.empty());
  return 0;
}
