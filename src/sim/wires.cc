#include "sim/wires.h"

#include <algorithm>

namespace cocoon::sim {

using session::LinkId;
using std::chrono_literals::operator""s;

// One side of a wire.
class Wires::End final : public session::ConnectionEvents {
 public:
  End(Wires& wires, LinkOwner& owner, std::uint64_t wire, std::size_t side)
      : wires_(wires),
        owner_(owner),
        wire_(wire),
        side_(side),
        connection_(side == 0 ? session::Role::Dialer : session::Role::Listener, wires.dice_,
                    wires.scheduler_.now()),
        alarm_(wires.scheduler_, [this] { on_deadline(); }) {}

  LinkId id() const { return LinkId(wire_ * 2 + side_); }
  LinkOwner& owner() { return owner_; }
  std::uint64_t wire() const { return wire_; }
  std::size_t side() const { return side_; }
  session::Connection& connection() { return connection_; }
  const std::string& closing() const { return closing_; }
  bool dirty = false;

  void on_ready() override { owner_.on_link_ready(id()); }
  void on_message(base::BytesView data) override { owner_.on_link_message(id(), data); }
  void on_query(session::QueryId query, base::BytesView data) override {
    owner_.on_link_query(id(), static_cast<std::int64_t>(query), data);
  }
  void on_answer(session::QueryId query, base::BytesView data) override {
    owner_.on_link_answer(id(), take_tag(query), data);
  }
  void on_query_failed(session::QueryId query, const session::QueryFailure& failure) override {
    const auto tag = take_tag(query);
    if (failure.cause == session::QueryFailureCause::ConnectionLost) return;
    owner_.on_link_query_failed(id(), tag, failure.message);
  }

  void hear(base::BytesView bytes) {
    finish_turn(connection_.handle_bytes(wires_.scheduler_.now(), bytes, *this));
  }
  void say(const session::SendMessage& effect) {
    note(connection_.send_message_bytes(effect.object));
  }
  void say(const session::SendQuery& effect) {
    const auto query =
        connection_.send_query_bytes(wires_.scheduler_.now(), effect.object, effect.timeout);
    if (query) {
      asked_.emplace_back(*query, effect.tag);
    } else {
      closing_ = query.error().reason();
    }
  }
  void say(const session::SendAnswer& effect) {
    note(connection_.send_answer_bytes(session::QueryId(effect.query_id), effect.object));
  }
  void say(const session::SendError& effect) {
    note(connection_.send_error(session::QueryId(effect.query_id), effect.code, effect.message));
  }
  void say(const session::CloseLink& effect) { closing_ = effect.reason; }

  void arm() {
    const auto deadline = connection_.poll_deadline();
    if (deadline) {
      alarm_.arm(*deadline);
    } else {
      alarm_.disarm();
    }
  }

 private:
  void note(const base::Result<void>& sent) {
    if (!sent && closing_.empty()) closing_ = sent.error().reason();
  }
  void on_deadline() { finish_turn(connection_.handle_time(wires_.scheduler_.now(), *this)); }
  void finish_turn(const base::Result<void>& result) {
    if (!result) closing_ = result.error().reason();
    wires_.dirty_.push_back(id());
    owner_.on_turn();  // may be this end's end
  }
  session::QueryTag take_tag(session::QueryId query) {
    const auto found =
        std::ranges::find(asked_, query, [](const auto& entry) { return entry.first; });
    if (found == asked_.end()) return session::QueryTag{};
    const auto tag = found->second;
    asked_.erase(found);
    return tag;
  }

  Wires& wires_;
  LinkOwner& owner_;
  std::uint64_t wire_;
  std::size_t side_;
  session::Connection connection_;
  Alarm alarm_;
  std::vector<std::pair<session::QueryId, session::QueryTag>> asked_;
  std::string closing_;
};

struct Wires::Wire {
  std::uint64_t id = 0;
  std::array<std::unique_ptr<End>, 2> ends{};
  std::array<base::Instant, 2> last_arrival{};  // at each end
  std::array<bool, 2> is_deaf{};                // nothing arrives there any more
  base::Duration delay{};
  Life life = new_life();  // of what is under way
};

Wires::Wires(Scheduler& scheduler, Dice dice, const Weather& weather)
    : scheduler_(scheduler), dice_(dice), weather_(weather) {}

Wires::~Wires() = default;

Wires::Ends Wires::dial(LinkOwner& dialer, LinkOwner& listener) {
  const std::uint64_t id = next_wire_++;
  auto wire = std::make_unique<Wire>();
  wire->id = id;
  wire->delay = dice_.between(weather_.least_delay, weather_.most_delay);
  wire->ends[0] = std::make_unique<End>(*this, dialer, id, 0);
  wire->ends[1] = std::make_unique<End>(*this, listener, id, 1);
  for (const auto& end : wire->ends) dirty_.push_back(end->id());
  const Ends ends{wire->ends[0]->id(), wire->ends[1]->id()};
  wires_.emplace(id, std::move(wire));
  return ends;
}

Wires::End* Wires::find(LinkId link) {
  const auto number = static_cast<std::uint64_t>(link);
  const auto found = wires_.find(number / 2);
  return found == wires_.end() ? nullptr : found->second->ends[number % 2].get();
}

void Wires::carry_out(session::LinkEffect&& effect) {
  std::visit(
      [this](const auto& said) {
        End* end = find(said.link);
        if (!end) return;
        end->say(said);
        dirty_.push_back(said.link);
      },
      effect);
}

Wires::Flushed Wires::flush() {
  Flushed flushed = Flushed::Quiet;
  while (!dirty_.empty()) {
    for (const LinkId link : std::exchange(dirty_, {})) {
      End* end = find(link);
      if (!end) continue;
      if (end->connection().has_output()) {
        send(*wires_.at(end->wire()), end->side(), end->connection().poll_output());
      }
      end->arm();
      if (end->closing().empty()) continue;
      close(*end, end->closing());
      flushed = Flushed::LinksClosed;
    }
  }
  return flushed;
}

void Wires::send(Wire& wire, std::size_t from, base::Bytes bytes) {
  const std::size_t to = 1 - from;
  if (wire.is_deaf[to] || !wire.ends[to]) return;
  // Now and then a portion is torn into two.
  const std::size_t tear = dice_.chance(100) ? dice_.below(bytes.size()) : 0;
  for (const auto& [begin, end] :
       {std::pair(std::size_t{0}, tear), std::pair(tear, bytes.size())}) {
    if (begin == end) continue;
    base::Bytes portion(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                        bytes.begin() + static_cast<std::ptrdiff_t>(end));
    const base::Duration late = dice_.between(base::Duration(0), wire.delay / 4);
    const base::Instant arrival =
        std::max(wire.last_arrival[to], scheduler_.now().steady + wire.delay + late);
    wire.last_arrival[to] = arrival;
    scheduler_.at(arrival, wire.life, [this, id = wire.id, to, portion = std::move(portion)] {
      deliver(id, to, portion);
    });
  }
}

void Wires::deliver(std::uint64_t wire, std::size_t to, const base::Bytes& bytes) {
  const auto found = wires_.find(wire);
  if (found == wires_.end() || !found->second->ends[to] || found->second->is_deaf[to]) return;
  found->second->ends[to]->hear(bytes);
}

// The end on this side goes; the other side hears of it in order, after what was sent before.
void Wires::close(End& end, std::string reason) {
  const LinkId id = end.id();
  LinkOwner& owner = end.owner();
  Wire& wire = *wires_.at(end.wire());
  const std::size_t other = 1 - end.side();
  end.connection().close(end);
  if (wire.ends[other] && !wire.is_deaf[other]) {
    const base::Instant arrival =
        std::max(wire.last_arrival[other], scheduler_.now().steady + wire.delay);
    scheduler_.at(arrival, wire.life, [this, number = wire.id, other] {
      const auto found = wires_.find(number);
      if (found != wires_.end())
        plan_close(*found->second, other, base::Duration(0), "peer_closed");
    });
  }
  remove(wire.id, end.side());
  owner.on_link_closed(id, reason);
}

void Wires::plan_close(Wire& wire, std::size_t side, base::Duration delay, const char* reason) {
  if (!wire.ends[side]) return;
  const LinkId link = wire.ends[side]->id();
  // Not the wire's life: what is under way dies with it, and this comes after.
  scheduler_.after(delay, life_, [this, link, reason] {
    End* end = find(link);
    if (!end) return;
    LinkOwner& owner = end->owner();
    close(*end, reason);
    owner.on_turn();
  });
}

void Wires::remove(std::uint64_t wire, std::size_t side) {
  const auto found = wires_.find(wire);
  found->second->ends[side].reset();
  if (!found->second->ends[0] && !found->second->ends[1]) wires_.erase(found);
}

void Wires::vanish(const LinkOwner& owner) {
  std::vector<std::pair<std::uint64_t, std::size_t>> gone;
  for (const auto& [id, wire] : wires_) {
    for (std::size_t side = 0; side < 2; ++side) {
      if (wire->ends[side] && &wire->ends[side]->owner() == &owner) gone.emplace_back(id, side);
    }
  }
  for (const auto& [id, side] : gone) {
    Wire& wire = *wires_.at(id);
    const std::size_t other = 1 - side;
    if (!dice_.chance(weather_.silent_deaths)) plan_close(wire, other, wire.delay, "peer_reset");
    remove(id, side);
  }
}

Wires::Wire* Wires::any(Dice& dice) {
  if (wires_.empty()) return nullptr;
  auto it = wires_.begin();
  std::advance(it, static_cast<std::ptrdiff_t>(dice.below(wires_.size())));
  return it->second.get();
}

bool Wires::cut_any(Cut cut, Dice& dice) {
  Wire* wire = any(dice);
  if (wire) cut_wire(*wire, cut, dice);
  return wire != nullptr;
}

void Wires::cut(const LinkOwner& one, const LinkOwner& other, Cut cut) {
  for (const auto& [id, wire] : wires_) {
    const auto belongs = [&](const LinkOwner& owner) {
      return std::ranges::any_of(wire->ends,
                                 [&](const auto& end) { return end && &end->owner() == &owner; });
    };
    if (belongs(one) && belongs(other)) cut_wire(*wire, cut, dice_);
  }
}

void Wires::cut_wire(Wire& wire, Cut cut, Dice& dice) {
  wire.is_deaf = {true, true};
  wire.life = new_life();
  if (cut == Cut::Silent) return;
  for (std::size_t side = 0; side < 2; ++side) {
    plan_close(wire, side, dice.between(base::Duration(0), base::Duration(2s)), "connection_reset");
  }
}

bool Wires::deafen_any(Dice& dice) {
  Wire* wire = any(dice);
  if (!wire) return false;
  wire->is_deaf[dice.below(2)] = true;
  return true;
}

}  // namespace cocoon::sim
