// One answer message in the proxy's own terms, whatever version the worker speaks and whatever
// version the client does.
//
// The wire has two families: the legacy messages of version 0 and the Ex messages since version 1,
// each with a head, a part and an error form. Errors of the legacy family are understood at every
// version, because existing proxies and workers send them so. Views point into the decoded message.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "tl/types.h"

namespace cocoon::proxy {

enum class AnswerKind { Head, Part, Failure };

// What comes with the last message of an answer. Times are unix seconds, present since version 2.
struct AnswerEnd {
  tl::TokensUsed tokens{};  // price-adjusted token numbers
  std::string_view worker_debug{};
  double worker_start_time = 0;
  double worker_end_time = 0;
};

struct Answer {
  AnswerKind kind = AnswerKind::Part;
  base::Bits256 request_id{};
  base::BytesView body{};          // Head: boxed http.response; Part: raw body bytes
  std::int32_t error_code = 0;     // Failure only
  std::string_view error{};        // Failure only
  std::optional<AnswerEnd> end{};  // set on the last message
};

// Nothing when `object` is no answer message; an error when it is a malformed one.
std::optional<base::Result<Answer>> decode_worker_answer(base::BytesView object);

// What the proxy adds for the client to the end of an answer.
struct ClientEnd {
  std::string_view proxy_debug{};  // sent only when the client asked for debug output
  double proxy_start_time = 0;
  double proxy_end_time = 0;
};
enum class Debug { Off, On };

// `answer` for a client that speaks `version`, under the client's own request id.
base::Bytes encode_client_answer(const Answer& answer, const ClientEnd& end, Debug debug,
                                 std::int32_t version);

}  // namespace cocoon::proxy
