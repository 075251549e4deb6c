// Reads the members of request.h out of a body, and plans the edits that forwarded_body() carries
// out.
#include "openai/request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "openai/form.h"
#include "openai/json_reader.h"

namespace cocoon::openai {
namespace {

using base::BytesView;
using base::Error;
using base::Result;

enum class Field {
  Model,
  Stream,
  StreamOptions,
  MaxTokens,
  MaxCompletionTokens,
  MaxOutputTokens,
  N,
  BestOf,
  Cocoon,
  MaxCoefficient,
  Timeout,
  EnableDebug,
  RequestGuid,
  Prefer,
  LeastTier,
};
constexpr std::size_t kFieldCount = 15;

struct FieldName {
  std::string_view name;
  Field field;
};
// In the order of the enum. Those from `cocoon` on are the network's own, and cut; those from
// `prefer` on stand in `cocoon` only.
constexpr std::array<FieldName, kFieldCount> kBodyFields{{
    {"model", Field::Model},
    {"stream", Field::Stream},
    {"stream_options", Field::StreamOptions},
    {"max_tokens", Field::MaxTokens},
    {"max_completion_tokens", Field::MaxCompletionTokens},
    {"max_output_tokens", Field::MaxOutputTokens},
    {"n", Field::N},
    {"best_of", Field::BestOf},
    {"cocoon", Field::Cocoon},
    {"max_coefficient", Field::MaxCoefficient},
    {"timeout", Field::Timeout},
    {"enable_debug", Field::EnableDebug},
    {"request_guid", Field::RequestGuid},
    {"prefer", Field::Prefer},
    {"least_tier", Field::LeastTier},
}};
constexpr std::size_t kLongestName = 32;

struct EndpointFacts {
  Endpoint endpoint;
  std::string_view path;
  // Whether it answers with generated text, and by which names its request limits that.
  enum class Answer { Choices, Response, Numbers, Media } answer;
  enum class Body { Json, Form } body = Body::Json;
};
constexpr EndpointFacts kEndpoints[] = {
    {Endpoint::ChatCompletions, "/v1/chat/completions", EndpointFacts::Answer::Choices},
    {Endpoint::Completions, "/v1/completions", EndpointFacts::Answer::Choices},
    {Endpoint::Responses, "/v1/responses", EndpointFacts::Answer::Response},
    {Endpoint::Embeddings, "/v1/embeddings", EndpointFacts::Answer::Numbers},
    {Endpoint::Rerank, "/v1/rerank", EndpointFacts::Answer::Numbers},
    {Endpoint::Score, "/v1/score", EndpointFacts::Answer::Numbers},
    {Endpoint::Classify, "/v1/classify", EndpointFacts::Answer::Numbers},
    {Endpoint::Moderations, "/v1/moderations", EndpointFacts::Answer::Numbers},
    {Endpoint::Transcriptions, "/v1/audio/transcriptions", EndpointFacts::Answer::Media,
     EndpointFacts::Body::Form},
    {Endpoint::Translations, "/v1/audio/translations", EndpointFacts::Answer::Media,
     EndpointFacts::Body::Form},
    {Endpoint::Speech, "/v1/audio/speech", EndpointFacts::Answer::Media},
    {Endpoint::Images, "/v1/images/generations", EndpointFacts::Answer::Media},
    {Endpoint::ImageEdits, "/v1/images/edits", EndpointFacts::Answer::Media,
     EndpointFacts::Body::Form},
};

EndpointFacts::Answer answer_of(Endpoint endpoint) {
  for (const EndpointFacts& facts : kEndpoints) {
    if (facts.endpoint == endpoint) return facts.answer;
  }
  return EndpointFacts::Answer::Choices;
}

// Members that mean something else, or nothing, to an endpoint are the engine's business there.
bool is_read_by(EndpointFacts::Answer answer, Field field) {
  using Answer = EndpointFacts::Answer;
  switch (field) {
    case Field::StreamOptions:
    case Field::MaxTokens:
    case Field::MaxCompletionTokens:
    case Field::BestOf:
      return answer == Answer::Choices;
    case Field::N:
      return answer == Answer::Choices || answer == Answer::Media;
    case Field::MaxOutputTokens:
      return answer == Answer::Response;
    case Field::Stream:
      return answer != Answer::Numbers;
    case Field::Model:
    case Field::Cocoon:
    case Field::MaxCoefficient:
    case Field::Timeout:
    case Field::EnableDebug:
    case Field::RequestGuid:
      return true;
    case Field::Prefer:
    case Field::LeastTier:
      return false;
  }
  return true;
}

bool is_option(Field field) { return field >= Field::MaxCoefficient; }
bool is_ours(Field field) { return field >= Field::Cocoon; }

std::optional<Field> find_field(std::string_view name) {
  for (const FieldName& entry : kBodyFields) {
    if (entry.name == name) return entry.field;
  }
  return std::nullopt;
}

// The key as the engine will read it, whether or not it is written with escapes. Nothing if it is
// none of ours anyway.
std::optional<std::string> decode_key(BytesView body, JsonSpan key) {
  // An escape is at most six bytes for one.
  if (key.end - key.begin > kLongestName * 6) return std::nullopt;
  return decode_json_string(body, key);
}

std::string_view span_text(BytesView body, JsonSpan span) {
  return base::as_text(body.subspan(span.begin, span.end - span.begin));
}

Error fault_about(RequestFault fault, std::string_view member, std::string_view what) {
  return Error(fault, std::string(member) + ": " + std::string(what));
}

Error json_fault(JsonFault fault) {
  switch (fault) {
    case JsonFault::Syntax:
      return Error(RequestFault::InvalidJson, "the request body is not valid JSON");
    case JsonFault::TooDeep:
      return Error(RequestFault::TooDeep, "the request body is nested deeper than " +
                                              std::to_string(kMaxJsonDepth) + " levels");
  }
  return Error(RequestFault::InvalidJson, "the request body is not valid JSON");
}

// A non-negative integer written without fraction or exponent, in least..most.
Result<std::int64_t> read_integer(BytesView body, const JsonMember& member, std::string_view name,
                                  std::int64_t least, std::int64_t most) {
  const std::string_view text = span_text(body, member.value);
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const bool negative =
      text.starts_with('-') && text.find_first_of(".eE") == std::string_view::npos;
  if (member.kind != JsonKind::Number || (!digits && !negative)) {
    return fault_about(RequestFault::BadType, name, "must be an integer");
  }
  std::int64_t value = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || value < least || value > most) {
    return fault_about(RequestFault::OutOfRange, name,
                       "must be in " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

Result<bool> read_bool(const JsonMember& member, std::string_view name) {
  if (member.kind == JsonKind::True) return true;
  if (member.kind == JsonKind::False) return false;
  return fault_about(RequestFault::BadType, name, "must be true or false");
}

Result<std::string> read_string(BytesView body, const JsonMember& member, std::string_view name,
                                std::size_t max_bytes) {
  if (member.kind != JsonKind::String)
    return fault_about(RequestFault::BadType, name, "must be a string");
  auto text = decode_json_string(body, {member.value.begin + 1, member.value.end - 1});
  if (!text) return fault_about(RequestFault::BadType, name, "must be a string of valid Unicode");
  if (text->size() > max_bytes) {
    return fault_about(RequestFault::OutOfRange, name,
                       "must have at most " + std::to_string(max_bytes) + " bytes");
  }
  return *std::move(text);
}

Result<base::Duration> read_seconds(BytesView body, const JsonMember& member,
                                    std::string_view name) {
  if (member.kind != JsonKind::Number)
    return fault_about(RequestFault::BadType, name, "must be a number of seconds");
  const auto duration = timeout_from_text(span_text(body, member.value));
  if (!duration)
    return fault_about(RequestFault::OutOfRange, name, "must be in 0.1 to 3600 seconds");
  return *duration;
}

// "cocoon.sealed"; without what can't be read or shown.
std::string unknown_option_name(const std::optional<std::string>& key) {
  const bool shown = key && key->size() <= kLongestName && key->find(':') == std::string::npos;
  return shown ? "cocoon." + *key : "cocoon";
}

class Inspection {
 public:
  Inspection(BytesView body, const RequestOptions& options) : body_(body) {
    facts_.options = options;
  }
  Result<RequestFacts> run(Endpoint endpoint);

 private:
  struct Found {
    Field field;
    JsonMember member;
    bool cut = false;
  };

  Result<void> note(const JsonMember& member);
  Result<void> mark_seen(Field field, std::string_view name);
  Result<void> read_field(Field field, const JsonMember& member, std::string_view name);
  Result<void> read_option(Field field, const JsonMember& member, std::string_view name);
  Result<void> read_cocoon(const JsonMember& member);
  Result<void> read_stream_options(const JsonMember& member);
  Result<void> conclude();
  void plan_cuts();
  void plan_usage(std::size_t body_start);

  BytesView body_;
  RequestFacts facts_;
  std::array<bool, kFieldCount> seen_{};
  std::vector<Found> found_;  // members that are read, at most kFieldCount
  std::optional<std::int64_t> max_tokens_;
  std::optional<std::int64_t> max_completion_tokens_;
  std::int64_t n_ = 1;
  std::int64_t best_of_ = 1;
  std::optional<JsonMember> include_usage_;
  bool stream_options_empty_ = true;
};

Result<RequestFacts> Inspection::run(Endpoint endpoint) {
  facts_.endpoint = endpoint;
  JsonReader outside(body_, 0, 0);
  outside.skip_space();
  if (outside.peek() != '{') {
    // Say which of the two it is: not JSON at all, or JSON of another kind.
    const bool json = outside.skip_value().has_value();
    outside.skip_space();
    if (!json || outside.at() != body_.size()) return json_fault(outside.fault());
    return Error(RequestFault::NotAnObject, "the request body must be a JSON object");
  }
  const std::size_t start = outside.at() + 1;
  JsonObjectReader members(body_, outside.at(), 0);
  // A body that isn't JSON is called that, whatever its members said before the fault.
  std::optional<Error> first_fault;
  while (const auto member = members.next()) {
    if (first_fault) continue;
    if (auto noted = note(*member); !noted) first_fault = std::move(noted).error();
  }
  if (!members.ended()) return json_fault(members.fault());
  JsonReader rest(body_, members.at(), 0);
  rest.skip_space();
  if (rest.at() != body_.size()) return json_fault(JsonFault::Syntax);
  if (first_fault) return *std::move(first_fault);
  TRY(conclude());
  plan_cuts();
  // Other endpoints report usage by themselves.
  if (facts_.stream && answer_of(endpoint) == EndpointFacts::Answer::Choices) plan_usage(start);
  std::sort(facts_.edits.begin(), facts_.edits.end(), [](const BodyEdit& a, const BodyEdit& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  return std::move(facts_);
}

Result<void> Inspection::mark_seen(Field field, std::string_view name) {
  bool& seen = seen_[static_cast<std::size_t>(field)];
  if (seen) return fault_about(RequestFault::DuplicateMember, name, "stands more than once");
  seen = true;
  return {};
}

Result<void> Inspection::note(const JsonMember& member) {
  const auto key = decode_key(body_, member.key);
  const auto field = key ? find_field(*key) : std::nullopt;
  if (!field || !is_read_by(answer_of(facts_.endpoint), *field)) return {};
  TRY(mark_seen(*field, *key));
  found_.push_back({*field, member, is_ours(*field)});
  if (member.kind == JsonKind::Null && *field != Field::Model) return {};  // as if it were absent
  return read_field(*field, member, *key);
}

Result<void> Inspection::read_field(Field field, const JsonMember& member, std::string_view name) {
  switch (field) {
    case Field::Model:
      facts_.model = TRY(read_string(body_, member, name, kMaxModelNameBytes));
      return {};
    case Field::Stream:
      facts_.stream = TRY(read_bool(member, name));
      return {};
    case Field::StreamOptions:
      return read_stream_options(member);
    case Field::MaxTokens:
      max_tokens_ = TRY(read_integer(body_, member, name, 0, kMaxTokensPerChoice));
      return {};
    case Field::MaxOutputTokens:
    case Field::MaxCompletionTokens:
      max_completion_tokens_ = TRY(read_integer(body_, member, name, 0, kMaxTokensPerChoice));
      return {};
    case Field::N:
      n_ = TRY(read_integer(body_, member, name, 1, kMaxChoices));
      return {};
    case Field::BestOf:
      best_of_ = TRY(read_integer(body_, member, name, 1, kMaxChoices));
      return {};
    case Field::Cocoon:
      return read_cocoon(member);
    case Field::MaxCoefficient:
    case Field::Timeout:
    case Field::EnableDebug:
    case Field::RequestGuid:
    case Field::Prefer:
    case Field::LeastTier:
      return read_option(field, member, name);
  }
  return {};
}

Result<void> Inspection::read_option(Field field, const JsonMember& member, std::string_view name) {
  RequestOptions& options = facts_.options;
  if (field == Field::MaxCoefficient) {
    options.max_coefficient = TRY(read_integer(body_, member, name, 0, kMaxCoefficient));
  } else if (field == Field::Timeout) {
    options.timeout = TRY(read_seconds(body_, member, name));
  } else if (field == Field::EnableDebug) {
    options.enable_debug = TRY(read_bool(member, name));
  } else if (field == Field::Prefer) {
    const auto prefer = preference_from_name(TRY(read_string(body_, member, name, kLongestName)));
    if (!prefer)
      return fault_about(RequestFault::OutOfRange, name, "must be price, latency or throughput");
    options.prefer = *prefer;
  } else if (field == Field::LeastTier) {
    const auto tier = tier_from_option(TRY(read_string(body_, member, name, kLongestName)));
    if (!tier) return fault_about(RequestFault::OutOfRange, name, "must be T0, T1, T2, T3 or T4");
    options.least_tier = *tier;
  } else {
    options.request_guid = TRY(read_string(body_, member, name, kMaxRequestGuidBytes));
  }
  return {};
}

// The reader has validated the object already, so it is read to its end.
Result<void> Inspection::read_cocoon(const JsonMember& cocoon) {
  if (cocoon.kind != JsonKind::Object)
    return fault_about(RequestFault::BadType, "cocoon", "must be an object");
  JsonObjectReader members(body_, cocoon.value.begin, 1);
  while (const auto member = members.next()) {
    const auto key = decode_key(body_, member->key);
    const auto field = key ? find_field(*key) : std::nullopt;
    if (!field || !is_option(*field)) {
      return fault_about(RequestFault::UnknownOption, unknown_option_name(key),
                         "is not known; known options are max_coefficient, timeout, prefer, "
                         "least_tier, enable_debug and request_guid");
    }
    const std::string name = "cocoon." + *key;
    TRY(mark_seen(*field, name));
    if (member->kind != JsonKind::Null) TRY(read_option(*field, *member, name));
  }
  return {};
}

Result<void> Inspection::read_stream_options(const JsonMember& options) {
  if (options.kind != JsonKind::Object) {
    return fault_about(RequestFault::BadType, "stream_options", "must be an object");
  }
  JsonObjectReader members(body_, options.value.begin, 1);
  while (const auto member = members.next()) {
    stream_options_empty_ = false;
    if (decode_key(body_, member->key) != "include_usage") continue;
    constexpr std::string_view kName = "stream_options.include_usage";
    if (include_usage_)
      return fault_about(RequestFault::DuplicateMember, kName, "stands more than once");
    include_usage_ = *member;
    if (member->kind != JsonKind::Null) facts_.usage_requested = TRY(read_bool(*member, kName));
  }
  return {};
}

Result<void> Inspection::conclude() {
  if (facts_.model.empty())
    return fault_about(RequestFault::MissingModel, "model", "is required and must not be empty");
  const auto limit = max_completion_tokens_ ? max_completion_tokens_ : max_tokens_;
  facts_.max_tokens_given = limit.has_value();
  const bool generates = answer_of(facts_.endpoint) != EndpointFacts::Answer::Numbers;
  facts_.max_tokens = {limit.value_or(generates ? kDefaultMaxTokens : 0)};
  facts_.choices = std::max(n_, best_of_);
  static_assert(kMaxTokensPerChoice * kMaxChoices <= INT32_MAX);
  facts_.output_limit = {facts_.max_tokens.count * facts_.choices};
  return {};
}

// A member is cut with the comma after it; the last one, with the comma before it and all cut
// members before that.
void Inspection::plan_cuts() {
  for (std::size_t i = 0; i < found_.size(); ++i) {
    Found& found = found_[i];
    if (found.field == Field::MaxTokens && max_completion_tokens_) found.cut = true;
    if (!found.cut) continue;
    if (found.member.next_begin) {
      facts_.edits.push_back({found.member.begin, *found.member.next_begin, ""});
      continue;
    }
    std::size_t first = i;
    while (first > 0 && found_[first - 1].cut &&
           found_[first - 1].member.next_begin == found_[first].member.begin) {
      --first;
      facts_.edits.pop_back();
    }
    facts_.edits.push_back({found_[first].member.previous_end, found.member.value.end, ""});
  }
}

void Inspection::plan_usage(std::size_t body_start) {
  if (facts_.usage_requested) return;
  const std::string member = R"("include_usage":true)";
  const auto options = std::find_if(found_.begin(), found_.end(), [](const Found& found) {
    return found.field == Field::StreamOptions;
  });
  if (options == found_.end()) {
    // `model` stays in the body, so a member always follows.
    facts_.edits.push_back({body_start, body_start, R"("stream_options":{)" + member + "},"});
  } else if (options->member.kind == JsonKind::Null) {
    facts_.edits.push_back(
        {options->member.value.begin, options->member.value.end, "{" + member + "}"});
  } else if (include_usage_) {
    facts_.edits.push_back({include_usage_->value.begin, include_usage_->value.end, "true"});
  } else {
    const std::size_t inside = options->member.value.begin + 1;
    facts_.edits.push_back({inside, inside, member + (stream_options_empty_ ? "" : ",")});
  }
}

}  // namespace

std::string_view reason_name(RequestFault fault) {
  switch (fault) {
    case RequestFault::UnsupportedPath:
      return "unsupported_path";
    case RequestFault::TooLarge:
      return "too_large";
    case RequestFault::InvalidJson:
      return "invalid_json";
    case RequestFault::InvalidForm:
      return "invalid_form";
    case RequestFault::TooDeep:
      return "too_deep";
    case RequestFault::NotAnObject:
      return "not_an_object";
    case RequestFault::MissingModel:
      return "missing_model";
    case RequestFault::BadType:
      return "bad_type";
    case RequestFault::OutOfRange:
      return "out_of_range";
    case RequestFault::DuplicateMember:
      return "duplicate_member";
    case RequestFault::UnknownOption:
      return "unknown_option";
  }
  return "unknown";
}

std::string_view endpoint_path(Endpoint endpoint) {
  for (const EndpointFacts& facts : kEndpoints) {
    if (facts.endpoint == endpoint) return facts.path;
  }
  return "";
}

bool takes_form(Endpoint endpoint) {
  for (const EndpointFacts& facts : kEndpoints) {
    if (facts.endpoint == endpoint) return facts.body == EndpointFacts::Body::Form;
  }
  return false;
}

std::optional<Endpoint> find_endpoint(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  for (const EndpointFacts& facts : kEndpoints) {
    if (path == facts.path) return facts.endpoint;
  }
  return std::nullopt;
}

std::string endpoint_list() {
  std::string list;
  for (const EndpointFacts& facts : kEndpoints) {
    list += (list.empty() ? "" : ", ") + std::string(facts.path);
  }
  return list;
}

Result<RequestFacts> inspect_request(std::string_view target, BytesView body,
                                     const RequestOptions& options) {
  const auto endpoint = find_endpoint(target);
  if (!endpoint) return Error(RequestFault::UnsupportedPath, "this path is not served here");
  if (body.size() > kMaxRequestBytes) {
    return Error(RequestFault::TooLarge,
                 "the request body has more than " + std::to_string(kMaxRequestBytes) + " bytes");
  }
  return Inspection(body, options).run(*endpoint);
}

}  // namespace cocoon::openai
