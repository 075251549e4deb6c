#include "market/waiting_line.h"

#include <algorithm>
#include <iterator>

namespace cocoon::market {

std::string_view reason_name(LineRefusal refusal) {
  switch (refusal) {
    case LineRefusal::FlowFull:
      return "client_queue_full";
    case LineRefusal::LineFull:
      return "queue_full";
  }
  return "unknown";
}

std::optional<LineRefusal> WaitingLine::join(FlowId flow, Ticket ticket) {
  if (size() >= kMaxWaiting) return LineRefusal::LineFull;
  auto found = by_id_.find(flow);
  if (found != by_id_.end() && found->second->tickets.size() >= kMaxWaitingPerFlow) {
    return LineRefusal::FlowFull;
  }
  if (found == by_id_.end()) {
    flows_.push_back({.id = flow, .tickets = {}});
    found = by_id_.emplace(flow, std::prev(flows_.end())).first;
  }
  found->second->tickets.push_back(ticket);
  flow_of_.emplace(ticket, flow);
  return std::nullopt;
}

void WaitingLine::leave(Ticket ticket) {
  const auto found = flow_of_.find(ticket);
  if (found == flow_of_.end()) return;
  const auto flow = by_id_.find(found->second);
  std::erase(flow->second->tickets, ticket);
  if (flow->second->tickets.empty()) {
    flows_.erase(flow->second);
    by_id_.erase(flow);
  }
  flow_of_.erase(found);
}

// A flow whose first was placed or kept goes behind the others. Kept ones go there, too, so that
// the bound on calls can't hide those behind them for good.
void WaitingLine::serve(const std::function<Called(Ticket)>& call) {
  std::size_t kept_in_a_row = 0;
  std::size_t kept = 0;
  while (!flows_.empty() && kept_in_a_row < flows_.size() && kept < kMaxCalls) {
    const auto flow = flows_.begin();
    const Ticket ticket = flow->tickets.front();
    const Called called = call(ticket);
    if (called == Called::Stop) return;
    flows_.splice(flows_.end(), flows_, flow);
    if (called == Called::Kept) {
      ++kept_in_a_row;
      ++kept;
      continue;
    }
    kept_in_a_row = 0;
    leave(ticket);
  }
}

}  // namespace cocoon::market
