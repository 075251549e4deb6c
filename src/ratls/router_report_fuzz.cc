// Any bytes as a router's report: what is read is written back to the same bytes.
#include <algorithm>

#include "ratls/router_report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  const base::BytesView body(data, size);
  const auto report = ratls::parse_router_report(body);
  if (!report) return 0;
  const base::Bytes written = ratls::serialize_router_report(*report);
  if (!std::ranges::equal(base::BytesView(written).subspan(4), body)) __builtin_trap();
  return 0;
}
