// What the network must know about an OpenAI request, read from its body in one pass without
// changing it.
//
// The body is checked as a whole (RFC 8259 JSON, valid UTF-8, an object, bounded size and depth)
// and is otherwise opaque: tools, images, schemas and members invented tomorrow are the engine's
// business and pass untouched. A member that is read here and stands twice is refused, because the
// engine might believe the other one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "base/tokens.h"
#include "openai/limits.h"
#include "openai/options.h"

namespace cocoon::openai {

// The message of a fault about one member starts with the member's name and a colon.
enum class RequestFault {
  UnsupportedPath,
  TooLarge,
  InvalidJson,
  InvalidForm,
  TooDeep,
  NotAnObject,
  MissingModel,
  BadType,
  OutOfRange,
  DuplicateMember,
  UnknownOption,
};
std::string_view reason_name(RequestFault fault);

enum class Endpoint {
  ChatCompletions,
  Completions,
  Responses,
  Embeddings,
  Rerank,
  Score,
  Classify,
  Moderations,
  Transcriptions,
  Translations,
  Speech,
  Images,
  ImageEdits,
};
// Reads a request target; a query string is ignored. Only paths that infer are known: others of an
// engine change its state, and are its owner's.
std::optional<Endpoint> find_endpoint(std::string_view target);
std::string_view endpoint_path(Endpoint endpoint);
// For people: every path, with commas.
std::string endpoint_list();

// Bytes [begin, end) of the body are replaced.
struct BodyEdit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string replacement;
};

struct RequestFacts {
  Endpoint endpoint = Endpoint::ChatCompletions;
  std::string model;  // decoded; never empty
  bool stream = false;
  bool usage_requested = false;  // the caller itself asked for stream_options.include_usage
  // Limit of one choice: `max_completion_tokens`, else `max_tokens`, of Responses
  // `max_output_tokens`; else kDefaultMaxTokens. 0 where nothing is generated.
  base::TokenCount max_tokens;
  bool max_tokens_given = false;
  std::int64_t choices = 1;  // the larger of `n` and `best_of`
  // What may be generated at most, and so what is reserved: max_tokens for each choice. Fits 31
  // bits, as the wire wants.
  base::TokenCount output_limit;
  // They stand in a `cocoon` object or, as older clients write them, beside OpenAI's members
  // (`max_coefficient`, `timeout`, `enable_debug`, `request_guid`), and are cut out before the body
  // is forwarded.
  RequestOptions options;
  std::vector<BodyEdit> edits;  // ascending and disjoint; see edit.h
};

// Reads the body of a POST to `target`; `options` are what it does not say. Reasons: RequestFault.
base::Result<RequestFacts> inspect_request(std::string_view target, base::BytesView body,
                                           const RequestOptions& options = {});

}  // namespace cocoon::openai
