// Exponentially weighted means, one step per request.
#include "market/record.h"

#include <algorithm>

#include "market/limits.h"

namespace cocoon::market {
namespace {

double share(base::Duration part, base::Duration whole) {
  return static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

}  // namespace

double Record::success(base::Instant now) const {
  // Time given in is never trusted to be ordered.
  const base::Duration age = std::max(now - outcome_at_, base::Duration::zero());
  const double remembered = std::max(0.0, 1.0 - share(age, kFailureMemory));
  return 1.0 - (1.0 - success_) * remembered;
}

std::optional<base::Duration> Record::latency(base::Instant now) const {
  if (!latency_us_ || now - latency_at_ > kLatencyMemory) return std::nullopt;
  return base::Duration(static_cast<base::Duration::rep>(*latency_us_));
}

void Record::note_success(base::Instant now, base::Duration duration) {
  const double fresh = static_cast<double>(std::max(duration, base::Duration::zero()).count());
  const auto known = latency(now);
  latency_us_ = known ? *latency_us_ + (fresh - *latency_us_) * kLatencyWeight : fresh;
  latency_at_ = now;
  note_outcome(now, 1.0);
}

void Record::note_failure(base::Instant now) { note_outcome(now, 0.0); }

void Record::note_outcome(base::Instant now, double outcome) {
  const double before = success(now);
  success_ = before + (outcome - before) * kSuccessWeight;
  outcome_at_ = now;
}

}  // namespace cocoon::market
