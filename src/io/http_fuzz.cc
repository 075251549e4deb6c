// Both HTTP parsers, fed in two pieces, hold what they promise: no crash, no use beyond the input,
// and a request that is accepted is framed in one way only.
#include <cstdint>

#include "base/check.h"
#include "io/http_parser.h"

namespace {

using namespace cocoon;

void feed_request(base::BytesView input, std::size_t split) {
  io::HttpRequestParser parser(1000);
  std::size_t used = parser.handle_bytes(input.first(split));
  CHECK(used <= split);
  if (!parser.refusal() && !parser.done()) used += parser.handle_bytes(input.subspan(used));
  CHECK(used <= input.size());
  if (parser.refusal() || !parser.done()) return;
  const io::HttpRequest request = parser.take_request();
  CHECK(request.body.size() <= 1000);
  CHECK(request.headers.size() <= io::kHttpHeaderFieldsMax);
  CHECK(!request.headers.has("Content-Length") || !request.headers.has("Transfer-Encoding"));
}

void feed_response(base::BytesView input, std::size_t split) {
  io::HttpResponseParser parser(io::ResponseBody::Expected);
  std::size_t body = 0;
  parser.on_head = [](unsigned status, const io::HttpHeaders&) { CHECK(status >= 200); };
  parser.on_body = [&](base::BytesView bytes) { body += bytes.size(); };
  const std::size_t used = parser.handle_bytes(input.first(split));
  if (parser.failure().empty() && !parser.done()) parser.handle_bytes(input.subspan(used));
  if (parser.failure().empty() && !parser.done()) parser.handle_end();
  CHECK(body <= input.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::BytesView input(data + 1, size - 1);
  const std::size_t split = data[0] * input.size() / 255;
  feed_request(input, split);
  feed_response(input, split);
  return 0;
}
