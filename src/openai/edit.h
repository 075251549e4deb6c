// The body as it goes to the engine: the caller's own bytes, less our options, plus the usage
// report we bill by.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "openai/request.h"

namespace cocoon::openai {

// `facts` must come from inspect_request() of this very `body`. Changed are: members for the
// network (cut), `max_tokens` where `max_completion_tokens` overrides it (cut, because engines
// disagree about which one wins), and for a stream `stream_options.include_usage` (set to true).
// Every other byte stays as it is. Nothing if nothing changes: forward the body itself.
std::optional<base::Bytes> forwarded_body(base::BytesView body, const RequestFacts& facts);

}  // namespace cocoon::openai
