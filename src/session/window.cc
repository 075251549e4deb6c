#include "session/window.h"

#include <algorithm>

namespace cocoon::session {

bool ReceivingWindow::take(std::size_t bytes) {
  taken_ += static_cast<std::int64_t>(bytes);
  return taken_ <= end_;
}

std::optional<std::int64_t> ReceivingWindow::widen(std::int64_t most) {
  if (!is_narrow()) return std::nullopt;
  const std::int64_t wanted = std::min(taken_ + kAnswerWindow, most);
  if (wanted <= end_) return std::nullopt;
  end_ = wanted;
  return end_;
}

void SendingWindow::widen(std::int64_t end) { end_ = std::max(end_, end); }

}  // namespace cocoon::session
