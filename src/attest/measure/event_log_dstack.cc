// The log as JSON. Members that mean nothing here are passed over; a repeated member is refused, so
// that no two readers see different values.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "attest/measure/event_log.h"
#include "attest/measure/limits.h"
#include "base/encoding.h"

namespace cocoon::attest::measure {
namespace {

using nlohmann::json;

base::Error malformed(std::string_view what) {
  return {LogError::FieldMalformed, "The event log's " + std::string(what) + " is malformed."};
}

// Nothing if it isn't JSON, is nested too deep, or repeats a member.
std::optional<json> parse_strictly(std::string_view text) {
  std::vector<std::set<std::string>> names;
  bool repeated = false;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    const auto level = static_cast<std::size_t>(depth);
    if (event == json::parse_event_t::object_start || event == json::parse_event_t::array_start) {
      if (depth >= kEventLogDepthMax) repeated = true;
      names.resize(std::max(names.size(), level + 2));
      names[level + 1].clear();
    }
    if (event == json::parse_event_t::key) {
      repeated = repeated || !names[level].insert(parsed.get<std::string>()).second;
    }
    return !repeated;
  };
  json document = json::parse(text, watch, false);
  if (repeated || document.is_discarded()) return std::nullopt;
  return document;
}

std::optional<std::string> text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::uint32_t> number_of(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto value = found->get<std::uint64_t>();
  if (value > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

base::Result<LogEvent> read_event(const json& object) {
  if (!object.is_object()) return malformed("entry");
  LogEvent event;
  const auto rtmr = number_of(object, "imr");
  const auto type = number_of(object, "event_type");
  if (!rtmr || !type) return malformed("imr or event_type");
  if (*rtmr > 3) return base::Error(LogError::RegisterOutOfRange, "There is no such register.");
  if (*type != kEventNoAction) event.rtmr = static_cast<std::uint8_t>(*rtmr);
  event.type = *type;
  const auto name = text_of(object, "event");
  const auto payload = text_of(object, "event_payload");
  const auto digest = text_of(object, "digest");
  if (!name || !payload || !digest) return malformed("event, event_payload or digest");
  event.name = *name;
  auto data = base::from_hex(*payload);
  if (!data) return malformed("event_payload");
  event.data = *std::move(data);
  if (digest->empty() && *type == kEventDstackRuntime) {
    event.digest = runtime_digest(event.name, event.data);
    return event;
  }
  const auto bytes = base::from_hex(*digest);
  if (!bytes || bytes->size() != event.digest.size()) return malformed("digest");
  std::ranges::copy(*bytes, event.digest.begin());
  return event;
}

}  // namespace

base::Result<EventLog> parse_dstack_log(std::string_view text) {
  if (text.size() > kEventLogSizeMax) {
    return base::Error(LogError::Oversized, "The event log is larger than any log can be.");
  }
  const std::optional<json> document = parse_strictly(text);
  if (!document || !document->is_array()) {
    return base::Error(LogError::JsonMalformed, "The event log is not an array in strict JSON.");
  }
  if (document->size() > kEventsMax) {
    return base::Error(LogError::TooManyEvents, "The event log has too many events.");
  }
  EventLog log;
  for (const json& object : *document) log.events.push_back(TRY(read_event(object)));
  return log;
}

}  // namespace cocoon::attest::measure
