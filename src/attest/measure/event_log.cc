// Replay of a log, and which of its data can be believed.
#include "attest/measure/event_log.h"

#include <algorithm>

#include "attest/measure/little_endian.h"
#include "crypto/hash.h"

namespace cocoon::attest::measure {
namespace {

constexpr std::string_view kEndOfBoot = "system-ready";

// UEFI_VARIABLE_DATA: GUID, u64 letters of the name, u64 bytes of data, name in UTF-16, data.
std::optional<base::BytesView> variable_data(base::BytesView event) {
  FieldReader reader(event);
  if (!reader.take(16)) return std::nullopt;
  const auto letters = reader.integer<std::uint64_t>();
  const auto size = reader.integer<std::uint64_t>();
  if (!letters || !size || *letters > reader.left() / 2 || !reader.take(*letters * 2)) {
    return std::nullopt;
  }
  if (reader.left() != *size) return std::nullopt;
  return reader.rest();
}

DataCheck compare(const base::Bits384& a, const base::Bits384& b) {
  return a == b ? DataCheck::Matches : DataCheck::Differs;
}

}  // namespace

Registers replay(const EventLog& log) {
  Registers registers{};
  for (const LogEvent& event : log.events) {
    if (!event.rtmr) continue;
    base::Bits384& value = registers[*event.rtmr];
    value = crypto::sha384({value, event.digest});
  }
  return registers;
}

std::size_t extended_events(const EventLog& log) {
  return static_cast<std::size_t>(
      std::ranges::count_if(log.events, [](const LogEvent& event) { return !!event.rtmr; }));
}

DataCheck check_data(const LogEvent& event) {
  const base::Bits384 plain = crypto::sha384(event.data);
  switch (event.type) {
    case kEventSeparator:
    case kEventVariableDriverConfig:
    case kEventAction:
      return compare(plain, event.digest);
    case kEventVariableBoot: {
      // Firmware for TDX hashes the variable's value only, other firmware the whole event.
      const auto value = variable_data(event.data);
      if (value && crypto::sha384(*value) == event.digest) return DataCheck::Matches;
      return compare(plain, event.digest);
    }
    case kEventDstackRuntime:
      return compare(runtime_digest(event.name, event.data), event.digest);
    default:
      return plain == event.digest ? DataCheck::Matches : DataCheck::NotRecomputable;
  }
}

base::Bits384 runtime_digest(std::string_view name, base::BytesView payload) {
  base::Bytes type;
  append_integer(type, kEventDstackRuntime);
  return crypto::sha384(
      {type, base::as_bytes(":"), base::as_bytes(name), base::as_bytes(":"), payload});
}

base::Result<std::vector<std::pair<std::string, base::Bytes>>> boot_facts(const EventLog& log) {
  std::vector<std::pair<std::string, base::Bytes>> facts;
  for (const LogEvent& event : log.events) {
    if (event.type != kEventDstackRuntime || event.rtmr != 3) continue;
    if (event.name == kEndOfBoot) break;
    if (check_data(event) != DataCheck::Matches) {
      return base::Error(LogError::FieldMalformed,
                         "The payload of \"" + event.name + "\" is not what was measured.");
    }
    if (std::ranges::find(facts, event.name, &std::pair<std::string, base::Bytes>::first) !=
        facts.end()) {
      return base::Error(LogError::EventRepeated,
                         "The log names \"" + event.name + "\" twice before the system was ready.");
    }
    facts.emplace_back(event.name, event.data);
  }
  return facts;
}

}  // namespace cocoon::attest::measure
