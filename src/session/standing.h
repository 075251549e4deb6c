// Standing: whether the peer of a link has proven itself as this side's policy demands, inside the
// session (docs/protocol/v5.md). The shell judges; role machines only heed it.
#pragma once

namespace cocoon::session {

enum class Standing {
  Awaited,  // not yet: no request is given to the peer, and none is taken from it
  Good,
  Lapsed,  // not any more: what runs may end, nothing new begins, then the link is closed
};

}  // namespace cocoon::session
