// CHECK: an invariant of our own, tested in every build; its failure ends the process. Never on an
// outside value. SUSPECT: should hold and it is safe to go on; fatal in tests and simulation,
// counted in production.
#pragma once

#include <cstdint>

namespace cocoon::base {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);
void suspect_failed(const char* condition, const char* file, int line);

// How often a SUSPECT did not hold since the process started.
std::uint64_t suspect_count();
enum class SuspectMode { Count, Abort };
// Tests and the simulator choose Abort; programs keep the default, Count.
void set_suspect_mode(SuspectMode mode);

}  // namespace cocoon::base

#define CHECK(condition)              \
  ((condition) ? static_cast<void>(0) \
               : ::cocoon::base::check_failed(#condition, __FILE__, __LINE__))
#define SUSPECT(condition)            \
  ((condition) ? static_cast<void>(0) \
               : ::cocoon::base::suspect_failed(#condition, __FILE__, __LINE__))
