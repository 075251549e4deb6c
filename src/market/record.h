// Record: how a worker has done lately, smoothed, and forgotten in time.
#pragma once

#include <optional>

#include "base/time.h"

namespace cocoon::market {

class Record {
 public:
  void note_success(base::Instant now, base::Duration duration);
  void note_failure(base::Instant now);

  // Share of requests that succeed, 0 to 1. Failures fade until they are forgiven after
  // kFailureMemory without another request: a worker that was down is not avoided for long once it
  // is back.
  double success(base::Instant now) const;
  // Nothing while no request has succeeded within kLatencyMemory.
  std::optional<base::Duration> latency(base::Instant now) const;

 private:
  void note_outcome(base::Instant now, double outcome);

  double success_ = 1.0;  // as of outcome_at_
  base::Instant outcome_at_{};
  std::optional<double> latency_us_;
  base::Instant latency_at_{};
};

}  // namespace cocoon::market
