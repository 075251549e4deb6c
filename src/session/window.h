// How much of one answer may be sent before its receiver has room for more (docs/protocol/v5.md,
// [WIRE-110] on), for both ends. Counted are the bytes of answer parts; what a head carries is not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace cocoon::session {

// Every answer may begin with these many bytes.
inline constexpr std::int64_t kAnswerWindow = std::int64_t{256} << 10;

class ReceivingWindow {
 public:
  // False: the sender has gone beyond what it was allowed.
  bool take(std::size_t bytes);
  // At most half of the window is left: it is time to widen it.
  bool is_narrow() const { return end_ - taken_ <= kAnswerWindow / 2; }
  // The new end of the window, to be told to the sender; nothing while it is not narrow. `most`:
  // where it may end, for whoever passes on what it receives.
  std::optional<std::int64_t> widen(std::int64_t most = INT64_MAX);

 private:
  std::int64_t end_ = kAnswerWindow;
  std::int64_t taken_ = 0;
};

class SendingWindow {
 public:
  // What may be sent now, in bytes.
  std::size_t room() const { return static_cast<std::size_t>(end_ - sent_); }
  // `bytes` are sent; at most room().
  void spend(std::size_t bytes) { sent_ += static_cast<std::int64_t>(bytes); }
  // What the receiver said. A window never shrinks: a smaller end is an older word.
  void widen(std::int64_t end);

 private:
  std::int64_t end_ = kAnswerWindow;
  std::int64_t sent_ = 0;
};

}  // namespace cocoon::session
