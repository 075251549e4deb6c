// Opening: what the application brings to the opening of one connection, dialled or accepted: byte
// machines to run first, how to judge the peer, limits, and who hears of the outcome. Connection is
// the good outcome.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "io/limits.h"
#include "io/preamble.h"
#include "io/stream.h"
#include "io/tls.h"

namespace cocoon::io {

struct Connection {
  std::unique_ptr<Stream> stream;                    // not started
  std::vector<std::unique_ptr<Preamble>> preambles;  // those of the Opening, all done
};

struct OpeningLimits {
  base::Duration preamble = kPreambleTimeout;  // each
  base::Duration tls = kTlsTimeout;
  base::Duration total = kOpeningTimeout;
  base::Duration connect = kConnectTimeout;  // dialling only: each address of the name
};

struct Opening {
  std::vector<std::unique_ptr<Preamble>> preambles;  // in this order
  std::shared_ptr<TlsContext> tls;                   // none: the stream stays plain TCP
  PeerVerifier verify_peer;                          // must be set if `tls` is
  // Optional. The part of judging the peer that takes long: runs on the runtime's helper thread
  // once the handshake is complete, while nothing is read. An error refuses the peer as
  // verify_peer's does.
  std::function<base::Result<void>()> judge_aside = {};
  // Once, on the loop's thread; an error of a preamble or of verify_peer comes through unchanged.
  std::function<void(base::Result<Connection>)> on_outcome;
  OpeningLimits limits = {};
};

}  // namespace cocoon::io
