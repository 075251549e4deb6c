// OrderWait: an order on its way. Given to the wallet, then sent, then waited for until its effect
// is seen; given again when that takes too long, or some time after it could not be sent.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace cocoon::payment::chain {

// From the wallet's transaction until its effect is seen.
inline constexpr base::Duration kEffectTime = std::chrono::seconds(90);
// After an order that could not be sent.
inline constexpr base::Duration kOrderRest = std::chrono::seconds(30);
// A proxy's ledger begins an epoch so often, if anything has happened.
inline constexpr base::Duration kEpochTime = std::chrono::hours(1);

class OrderWait {
 public:
  explicit OrderWait(std::uint64_t id) : id_(id) {}

  std::uint64_t id() const { return id_; }
  bool is_sent() const { return stage_ == Stage::Sent; }
  // Whether it is too early to give the order again.
  bool waits(base::Now now) const { return stage_ == Stage::Given || now.steady < until_; }
  std::optional<base::Instant> deadline() const {
    return stage_ == Stage::Given ? std::nullopt : std::optional(until_);
  }

  void handle_sent(base::Now now) {
    stage_ = Stage::Sent;
    until_ = now.steady + kEffectTime;
  }
  void handle_not_sent(base::Now now) {
    stage_ = Stage::Resting;
    until_ = now.steady + kOrderRest;
  }
  void end_rest(base::Now now) {
    if (stage_ == Stage::Resting) until_ = now.steady;
  }

 private:
  enum class Stage { Given, Sent, Resting };
  std::uint64_t id_;
  Stage stage_ = Stage::Given;
  base::Instant until_{};
};

}  // namespace cocoon::payment::chain
