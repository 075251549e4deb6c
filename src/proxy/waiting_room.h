// WaitingRoom: which requests wait for a worker while all of their model are busy: one line for
// each model, found again by client and id, with an end to everyone's patience.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "market/waiting_line.h"
#include "session/link.h"

namespace cocoon::proxy {

class WaitingRoom {
 public:
  struct Entry {
    session::LinkId client{};
    base::Bits256 id{};  // the client's
    market::FlowId flow = 0;
    std::string model;
    std::size_t bytes = 0;
    base::Instant until{};
  };

  // Reasons: market::LineRefusal.
  base::Result<market::Ticket> enter(Entry entry);
  void leave(market::Ticket ticket);
  // Calls those who wait for the model, in their order (WaitingLine::serve).
  void serve(std::string_view model, const std::function<market::Called(market::Ticket)>& call);

  bool anyone_for(std::string_view model) const { return lines_.find(model) != lines_.end(); }
  std::optional<market::Ticket> find(session::LinkId client, const base::Bits256& id) const;
  std::vector<market::Ticket> of(session::LinkId client) const;
  std::vector<market::Ticket> out_of_patience(base::Instant now) const;
  std::optional<base::Instant> poll_deadline() const;

 private:
  std::map<std::string, market::WaitingLine, std::less<>> lines_;  // by model; none is empty
  std::map<market::Ticket, Entry> entries_;
  std::map<std::pair<session::LinkId, base::Bits256>, market::Ticket> by_client_;
  std::set<std::pair<base::Instant, market::Ticket>> patience_;
  std::size_t bytes_ = 0;
  std::uint64_t next_ticket_ = 1;
};

}  // namespace cocoon::proxy
