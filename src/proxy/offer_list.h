// OfferList: what the proxy's workers offer, as clients of version 5 are told it: workers of one
// model at one price on the same terms stand together, each with its load only. Who they are is
// not told.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/time.h"
#include "proxy/core.h"
#include "proxy/worker_sessions.h"

namespace cocoon::proxy {

class OfferList {
 public:
  OfferList(const Core& core, const WorkerSessions& workers) : core_(core), workers_(workers) {}

  // A boxed client.offers, at most kOffersAge old: many clients ask, and many workers answer.
  const base::Bytes& encoded(base::Now now);

 private:
  base::Bytes encode(base::Now now) const;

  const Core& core_;
  const WorkerSessions& workers_;
  std::optional<base::Instant> made_at_;
  base::Bytes encoded_;
};

}  // namespace cocoon::proxy
