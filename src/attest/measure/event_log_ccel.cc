// The binary log of the firmware. Each length is compared with what is left before it is used.
#include <algorithm>

#include "attest/measure/event_log.h"
#include "attest/measure/limits.h"
#include "attest/measure/little_endian.h"

namespace cocoon::attest::measure {
namespace {

constexpr std::uint16_t kSha384 = 0x000c;
constexpr std::string_view kSpecIdSignature{"Spec ID Event03\0", 16};
constexpr std::uint32_t kPadding = 0xffff'ffff;

struct Algorithm {
  std::uint16_t id = 0;
  std::uint16_t digest_size = 0;
};

base::Error truncated() { return {LogError::Truncated, "The event log ends within an event."}; }
base::Error header_missing() {
  return {LogError::HeaderMissing, "The event log does not begin with a Spec ID event."};
}

base::Result<std::vector<Algorithm>> read_header(FieldReader& reader) {
  const auto register_index = reader.integer<std::uint32_t>();
  const auto type = reader.integer<std::uint32_t>();
  const auto digest = reader.take(20);
  const auto size = reader.integer<std::uint32_t>();
  if (!register_index || !type || !digest || !size) return truncated();
  if (*type != kEventNoAction) return header_missing();
  const auto body = reader.take(*size);
  if (!body) return truncated();
  FieldReader fields(*body);
  const auto signature = fields.take(kSpecIdSignature.size());
  if (!signature || base::as_text(*signature) != kSpecIdSignature) return header_missing();
  if (!fields.take(8)) return truncated();  // platform class, versions, size of a pointer
  const auto count = fields.integer<std::uint32_t>();
  if (!count) return truncated();
  if (*count == 0 || *count > kLogAlgorithmsMax) {
    return base::Error(LogError::DigestCount,
                       "The event log announces " + std::to_string(*count) + " hash algorithms.");
  }
  std::vector<Algorithm> algorithms;
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto id = fields.integer<std::uint16_t>();
    const auto digest_size = fields.integer<std::uint16_t>();
    if (!id || !digest_size) return truncated();
    algorithms.push_back({*id, *digest_size});
  }
  const auto sha384 = std::ranges::find(algorithms, kSha384, &Algorithm::id);
  if (sha384 == algorithms.end() || sha384->digest_size != sizeof(base::Bits384)) {
    return base::Error(LogError::Sha384Missing, "The event log has no SHA-384 digests.");
  }
  return algorithms;
}

base::Result<std::optional<base::Bits384>> read_digests(FieldReader& reader,
                                                        const std::vector<Algorithm>& algorithms) {
  const auto count = reader.integer<std::uint32_t>();
  if (!count) return truncated();
  if (*count > algorithms.size()) {
    return base::Error(LogError::DigestCount,
                       "An event has more digests than the log has hash algorithms.");
  }
  std::optional<base::Bits384> sha384;
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto id = reader.integer<std::uint16_t>();
    if (!id) return truncated();
    const auto algorithm = std::ranges::find(algorithms, *id, &Algorithm::id);
    if (algorithm == algorithms.end()) {
      return base::Error(LogError::AlgorithmUnknown,
                         "An event has a digest of a kind that the log does not announce.");
    }
    const auto digest = reader.take(algorithm->digest_size);
    if (!digest) return truncated();
    if (*id != kSha384) continue;
    if (sha384) return base::Error(LogError::DigestCount, "An event has two SHA-384 digests.");
    std::ranges::copy(*digest, sha384.emplace().begin());
  }
  return sha384;
}

bool is_padding(const FieldReader& reader) {
  if (reader.left() == 0) return true;
  if (reader.left() >= 4 && integer_at<std::uint32_t>(reader.rest(), 0) == kPadding) return true;
  return std::ranges::all_of(reader.rest(), [](std::uint8_t byte) { return byte == 0; });
}

base::Result<LogEvent> read_event(FieldReader& reader, const std::vector<Algorithm>& algorithms) {
  LogEvent event;
  const auto register_index = reader.integer<std::uint32_t>();
  const auto type = reader.integer<std::uint32_t>();
  if (!register_index || !type) return truncated();
  event.type = *type;
  const auto digest = TRY(read_digests(reader, algorithms));
  const auto size = reader.integer<std::uint32_t>();
  if (!size) return truncated();
  const auto data = reader.take(*size);
  if (!data) return truncated();
  event.data = base::to_bytes(*data);
  if (digest) event.digest = *digest;
  if (*register_index < 1 || *register_index > 4 || *type == kEventNoAction) return event;
  if (!digest) {
    return base::Error(LogError::Sha384Missing, "An event of an RTMR has no SHA-384 digest.");
  }
  event.rtmr = static_cast<std::uint8_t>(*register_index - 1);
  return event;
}

}  // namespace

base::Result<EventLog> parse_ccel(base::BytesView bytes) {
  if (bytes.size() > kEventLogSizeMax) {
    return base::Error(LogError::Oversized, "The event log is larger than any log can be.");
  }
  FieldReader reader(bytes);
  const std::vector<Algorithm> algorithms = TRY(read_header(reader));
  EventLog log;
  while (!is_padding(reader)) {
    if (log.events.size() == kEventsMax) {
      return base::Error(LogError::TooManyEvents, "The event log has too many events.");
    }
    log.events.push_back(TRY(read_event(reader, algorithms)));
  }
  return log;
}

}  // namespace cocoon::attest::measure
