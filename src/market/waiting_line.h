// WaitingLine: requests that wait for a worker of one model, fairly between those who sent them.
//
// Each flow (a client) waits in its own order, and flows take turns: whoever sends a thousand
// requests delays others by one. What is first in its flow and can't be placed now (its price
// ceiling excludes the free workers) doesn't hold up other flows. Sizes are bounded for each flow
// and in all; how long anything waits is the caller's to bound.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <string_view>

#include "market/limits.h"

namespace cocoon::market {

// The caller's name for what waits.
enum class Ticket : std::uint64_t {};
using FlowId = std::uint64_t;

enum class LineRefusal { FlowFull, LineFull };
std::string_view reason_name(LineRefusal refusal);

// What became of a ticket that was called. Stop: nothing is free, for nobody.
enum class Called { Placed, Kept, Stop };

class WaitingLine {
 public:
  // At the end of its flow, with a ticket that isn't in the line; or why there is no room.
  std::optional<LineRefusal> join(FlowId flow, Ticket ticket);
  // Leaves without being called; nothing happens if the ticket isn't there.
  void leave(Ticket ticket);
  // Calls tickets in their order until nobody is placed any more, or `call` says Stop, or
  // kMaxCalls were kept. `call` must not change the line.
  void serve(const std::function<Called(Ticket)>& call);

  std::size_t size() const { return flow_of_.size(); }
  bool empty() const { return flow_of_.empty(); }

 private:
  struct Flow {
    FlowId id = 0;
    std::deque<Ticket> tickets;
  };
  using Flows = std::list<Flow>;

  Flows flows_;  // none is empty; the first has its turn
  std::map<FlowId, Flows::iterator> by_id_;
  std::map<Ticket, FlowId> flow_of_;
};

}  // namespace cocoon::market
