// Links: the open sessions of a role. Each one joins an io::Stream to a session::Connection; what
// the peer says goes to the role's owner, what the role's machine wants said is carried out here.
//
// One turn: bytes of a peer are read into the machine, then the owner drains the machine's effects,
// then everything that was said in the turn leaves in one write per link.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/random.h"
#include "io/runtime.h"
#include "io/stream.h"
#include "session/connection.h"
#include "session/link.h"

namespace cocoon::app {

// The role program. Views end with the call. After each call that came from a peer, on_turn()
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
  virtual void on_link_query_failed(session::LinkId link, session::QueryTag tag, std::int32_t code,
                                    std::string_view message) = 0;
  // The last event of a link; `reason` is a name or a sentence.
  virtual void on_link_closed(session::LinkId link, std::string_view reason) = 0;
  // More waits for the peer to read than its stream takes, or no more. on_turn() follows.
  virtual void on_link_congestion(session::LinkId, session::Congestion) {}
  // Drain the machine.
  virtual void on_turn() = 0;
};

class Links {
 public:
  Links(io::Runtime& runtime, base::Random& random, LinkOwner& owner);
  ~Links();

  // Takes over an established stream; the session opens from here.
  session::LinkId add(std::unique_ptr<io::Stream> stream, session::Role role);
  // Effects for links that are gone are dropped.
  void carry_out(session::LinkEffect&& effect);
  // Writes out what was said in this turn, and closes what is to be closed.
  enum class Flushed {
    Quiet,
    OwnerHeard  // of links that closed or are congested: the machine may have more to say
  };
  Flushed flush();
  std::size_t size() const { return links_.size(); }
  // Empty if it is gone.
  std::string peer_address(session::LinkId id) const;
  base::Instant opened_at(session::LinkId id) const;

 private:
  class Link;
  friend class Link;
  void mark_dirty(Link& link);
  // Ends a link; its object lives until the turn is over.
  void end(Link& link, std::string reason);

  io::Runtime& runtime_;
  base::Random& random_;
  LinkOwner& owner_;
  std::uint64_t next_id_ = 1;
  std::unordered_map<session::LinkId, std::unique_ptr<Link>> links_;
  std::vector<session::LinkId> dirty_;
  std::vector<std::unique_ptr<Link>> ended_;
};

}  // namespace cocoon::app
