#include "proxy/waiting_room.h"

#include "proxy/limits.h"

namespace cocoon::proxy {

using market::Ticket;
using session::LinkId;

base::Result<Ticket> WaitingRoom::enter(Entry entry) {
  const auto full = [](market::LineRefusal refusal) {
    return base::Error(refusal,
                       "all workers are busy and too many requests are waiting; wait for some to "
                       "end");
  };
  if (bytes_ + entry.bytes > kMaxWaitingBytes) return full(market::LineRefusal::LineFull);
  const Ticket ticket{next_ticket_++};
  market::WaitingLine& line = lines_[entry.model];
  if (const auto refusal = line.join(entry.flow, ticket)) {
    if (line.empty()) lines_.erase(entry.model);
    return full(*refusal);
  }
  bytes_ += entry.bytes;
  by_client_.emplace(std::pair(entry.client, entry.id), ticket);
  patience_.emplace(entry.until, ticket);
  entries_.emplace(ticket, std::move(entry));
  return ticket;
}

void WaitingRoom::leave(Ticket ticket) {
  const auto found = entries_.find(ticket);
  if (found == entries_.end()) return;
  const Entry& entry = found->second;
  const auto line = lines_.find(entry.model);
  line->second.leave(ticket);
  if (line->second.empty()) lines_.erase(line);
  bytes_ -= entry.bytes;
  by_client_.erase({entry.client, entry.id});
  patience_.erase({entry.until, ticket});
  entries_.erase(found);
}

void WaitingRoom::serve(std::string_view model, const std::function<market::Called(Ticket)>& call) {
  const auto line = lines_.find(model);
  if (line == lines_.end()) return;
  std::vector<Ticket> placed;
  line->second.serve([&](Ticket ticket) {
    const market::Called called = call(ticket);
    if (called == market::Called::Placed) placed.push_back(ticket);
    return called;
  });
  for (const Ticket ticket : placed) leave(ticket);
}

std::optional<Ticket> WaitingRoom::find(LinkId client, const base::Bits256& id) const {
  const auto found = by_client_.find({client, id});
  return found == by_client_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Ticket> WaitingRoom::of(LinkId client) const {
  std::vector<Ticket> tickets;
  for (auto it = by_client_.lower_bound({client, base::Bits256{}});
       it != by_client_.end() && it->first.first == client; ++it) {
    tickets.push_back(it->second);
  }
  return tickets;
}

std::vector<Ticket> WaitingRoom::out_of_patience(base::Instant now) const {
  std::vector<Ticket> tickets;
  for (auto it = patience_.begin(); it != patience_.end() && it->first <= now; ++it) {
    tickets.push_back(it->second);
  }
  return tickets;
}

std::optional<base::Instant> WaitingRoom::poll_deadline() const {
  if (patience_.empty()) return std::nullopt;
  return patience_.begin()->first;
}

}  // namespace cocoon::proxy
