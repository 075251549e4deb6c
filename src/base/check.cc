#include "base/check.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace cocoon::base {
namespace {

// The two process-wide values of the project: what they count belongs to no object.
std::atomic<std::uint64_t> suspects{0};
std::atomic<SuspectMode> suspect_mode{SuspectMode::Count};

}  // namespace

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: invariant broken: %s\n", file, line, condition);
  std::abort();
}

void suspect_failed(const char* condition, const char* file, int line) {
  suspects.fetch_add(1, std::memory_order_relaxed);
  std::fprintf(stderr, "%s:%d: suspicious: %s does not hold\n", file, line, condition);
  if (suspect_mode.load() == SuspectMode::Abort) std::abort();
}

std::uint64_t suspect_count() { return suspects.load(); }
void set_suspect_mode(SuspectMode mode) { suspect_mode.store(mode); }

}  // namespace cocoon::base
