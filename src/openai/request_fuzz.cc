// Any bytes as a body: no crash, agreement with another JSON parser, and an output that is taken
// again unchanged.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "openai/edit.h"
#include "openai/request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  const base::BytesView body(data, size);
  const auto facts = openai::inspect_request("/v1/chat/completions", body);
  if (!facts) {
    // What another parser takes as JSON may be refused for other reasons, but not as JSON. Alone
    // among readers of bytes, that one skips a byte order mark and stops at a zero byte.
    const bool odd = (size > 0 && data[0] == 0xef) || std::count(data, data + size, 0) > 0;
    if (facts.error().is(openai::RequestFault::InvalidJson) && !odd) {
      CHECK(!nlohmann::json::accept(data, data + size));
    }
    return 0;
  }
  const auto edited = openai::forwarded_body(body, *facts);
  const base::Bytes out = edited ? *edited : base::to_bytes(body);
  const auto again = openai::inspect_request("/v1/chat/completions", out);
  CHECK(again);
  CHECK(again->edits.empty());
  CHECK(again->model == facts->model);
  CHECK(again->output_limit == facts->output_limit);
  return 0;
}
