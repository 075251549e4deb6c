// One answer message in the client's own terms, whatever form the proxy sends it in. Errors are
// understood in both families at every version, because existing proxies send legacy errors in
// newer sessions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "tl/types.h"

namespace cocoon::client {

enum class AnswerKind { Head, Part, Failure };

struct NetworkAnswer {
  AnswerKind kind = AnswerKind::Part;
  base::Bits256 request_id{};
  base::BytesView body;                  // Head: boxed http.response; Part: raw body bytes
  std::int32_t error_code = 0;           // Failure only
  std::string_view error;                // Failure only
  std::optional<tl::TokensUsed> tokens;  // set on the last message: what is charged, price-adjusted
};

// Nothing when `object` is no answer message; an error when it is a malformed one.
std::optional<base::Result<NetworkAnswer>> decode_network_answer(base::BytesView object);

}  // namespace cocoon::client
