// Wires: connections between simulated processes, made of the production session machine on either
// side.
//
// A wire is like TCP: what arrives arrives in order, in pieces of any size, late; or the wire is
// cut and what was under way is lost. A cut may be felt on both sides, or on neither until
// keep-alive notices. One direction alone may go dead. Delays differ from wire to wire, so that
// messages of different wires overtake each other.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "session/connection.h"
#include "session/link.h"
#include "sim/dice.h"
#include "sim/scheduler.h"

namespace cocoon::sim {

// A process that talks. Views end with the call; after calls that came from a peer, on_turn()
// follows.
class LinkOwner {
 public:
  virtual ~LinkOwner() = default;
  virtual void on_link_ready(session::LinkId link) = 0;
  virtual void on_link_message(session::LinkId link, base::BytesView object) = 0;
  virtual void on_link_query(session::LinkId link, std::int64_t query_id,
                             base::BytesView object) = 0;
  virtual void on_link_answer(session::LinkId link, session::QueryTag tag,
                              base::BytesView object) = 0;
  virtual void on_link_query_failed(session::LinkId link, session::QueryTag tag,
                                    std::string_view message) = 0;
  virtual void on_link_closed(session::LinkId link, std::string_view reason) = 0;
  virtual void on_turn() = 0;
};

struct Weather {
  base::Duration least_delay{std::chrono::milliseconds(1)};
  base::Duration most_delay{std::chrono::milliseconds(20)};
  // Of a thousand deaths, so many go unnoticed until keep-alive: a machine that loses its power
  // says nothing; a process that dies has its sockets closed by the kernel.
  std::int64_t silent_deaths = 200;
};

class Wires {
 public:
  Wires(Scheduler& scheduler, Dice dice, const Weather& weather);
  ~Wires();

  struct Ends {
    session::LinkId dialer;
    session::LinkId listener;
  };
  Ends dial(LinkOwner& dialer, LinkOwner& listener);
  void carry_out(session::LinkEffect&& effect);
  // Sends what was said, and closes what is to be closed; their owner has then heard of it and may
  // have more to say.
  enum class Flushed { Quiet, LinksClosed };
  Flushed flush();

  // The owner's process is gone: its ends vanish; the others notice at once, soon or by keep-alive.
  void vanish(const LinkOwner& owner);
  enum class Cut { Noticed, Silent };
  // One of the wires that exist, by chance. False if there is none.
  bool cut_any(Cut cut, Dice& dice);
  bool deafen_any(Dice& dice);
  // All wires between these two.
  void cut(const LinkOwner& one, const LinkOwner& other, Cut cut);
  std::size_t size() const { return wires_.size(); }

 private:
  class End;
  struct Wire;
  End* find(session::LinkId link);
  void send(Wire& wire, std::size_t from, base::Bytes bytes);
  void deliver(std::uint64_t wire, std::size_t to, const base::Bytes& bytes);
  void plan_close(Wire& wire, std::size_t end, base::Duration delay, const char* reason);
  void close(End& end, std::string reason);
  void remove(std::uint64_t wire, std::size_t end);
  Wire* any(Dice& dice);
  void cut_wire(Wire& wire, Cut cut, Dice& dice);

  Scheduler& scheduler_;
  Dice dice_;
  Weather weather_;
  std::uint64_t next_wire_ = 1;
  std::map<std::uint64_t, std::unique_ptr<Wire>> wires_;
  std::vector<session::LinkId> dirty_;
  Life life_ = new_life();
};

}  // namespace cocoon::sim
