// What a role machine says to its peers. A link is one ready session with one peer; the shell owns
// sockets and sessions and carries these effects out in the order in which the machine gives them.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/time.h"

namespace cocoon::session {

// Given by the shell, unique within a process, never used twice.
enum class LinkId : std::uint64_t {};

// Whether more waits for a link's peer to read than its stream takes.
enum class Congestion { Begun, Ended };

// The machine's own name for a query that it asked, so that it can tell the answers apart.
enum class QueryTag : std::uint64_t {};

struct SendMessage {
  LinkId link;
  base::Bytes object;  // boxed TL object, goes out as tcp.packet
};
struct SendQuery {
  LinkId link;
  QueryTag tag;
  base::Bytes object;  // boxed TL function, goes out as tcp.query
  base::Duration timeout;
};
struct SendAnswer {
  LinkId link;
  std::int64_t query_id;
  base::Bytes object;
};
struct SendError {
  LinkId link;
  std::int64_t query_id;
  std::int32_t code;  // a wire error code, docs/protocol/wire.md
  std::string message;
};
// Everything said before goes out first, then the link is closed.
struct CloseLink {
  LinkId link;
  std::string reason;
};

// client.requestEnd's `state` (docs/protocol/v5.md [WIRE-120]).
enum class RequestEnd : std::int32_t { Free = 0, Charged = 1, Running = 2 };

using LinkEffect = std::variant<SendMessage, SendQuery, SendAnswer, SendError, CloseLink>;

}  // namespace cocoon::session
