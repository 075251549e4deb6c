// MinuteRate: so many of something per minute, refilled evenly, with a whole minute's worth to
// start with. What is only known afterwards (an answer's tokens) may lead into debt, of an hour at
// most.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace cocoon::client {

class MinuteRate {
 public:
  // `per_minute` is at least 1.
  explicit MinuteRate(std::int64_t per_minute) : per_minute_(per_minute) {}

  // How long until `count` more are there; zero if they are there now.
  base::Duration wait(base::Instant now, std::int64_t count) const {
    const base::Duration debt = std::max(full_at_ - now, base::Duration{}) + time_of(count);
    return std::max(debt - kMinute, base::Duration{});
  }
  void take(base::Instant now, std::int64_t count) {
    full_at_ = std::min(std::max(full_at_, now) + time_of(count), now + kMostDebt);
  }
  // The same fullness under another limit.
  void set_limit(std::int64_t per_minute) { per_minute_ = per_minute; }

 private:
  static constexpr base::Duration kMinute = std::chrono::minutes(1);
  static constexpr base::Duration kMostDebt = std::chrono::hours(1);
  static constexpr std::int64_t kMostCount = 10'000'000'000;

  // Rounded up, so that no limit is exceeded by rounding.
  base::Duration time_of(std::int64_t count) const {
    const std::int64_t time = std::clamp<std::int64_t>(count, 0, kMostCount) * kMinute.count();
    return base::Duration(time / per_minute_ + (time % per_minute_ != 0 ? 1 : 0));
  }

  std::int64_t per_minute_;
  base::Instant full_at_{};
};

}  // namespace cocoon::client
