// Any bytes as a log, binary or JSON: never more than a refusal, and every register of its length.
#include "attest/measure/event_log.h"
#include "attest/measure/limits.h"

namespace {

void use(const cocoon::base::Result<cocoon::attest::measure::EventLog>& log) {
  using namespace cocoon::attest::measure;
  if (!log) return;
  if (log->events.size() > kEventsMax) __builtin_trap();
  (void)replay(*log);
  (void)boot_facts(*log).ok();
  for (const LogEvent& event : log->events) (void)check_data(event);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const cocoon::base::BytesView bytes(data, size);
  use(cocoon::attest::measure::parse_ccel(bytes));
  use(cocoon::attest::measure::parse_dstack_log(cocoon::base::as_text(bytes)));
  return 0;
}
