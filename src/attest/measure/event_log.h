// Event logs of trust domains: what was hashed into the run-time registers (RTMR0 to RTMR3), in
// order.
//
// A log is only as good as its registers: replay() says what they must hold, and a genuine quote
// says what they do hold. Even then the replay proves digests only; before the data of an event is
// used it has to match its digest (check_data).
// Formats: TCG PC Client Platform Firmware Profile (crypto-agile log) as the ACPI table CCEL points
// to it (UEFI 2.10, 38.4: registers 1 to 4 are RTMR0 to RTMR3); JSON as dstack writes it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "attest/measure/error.h"
#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::attest::measure {

using Registers = std::array<base::Bits384, 4>;

inline constexpr std::uint32_t kEventNoAction = 3;
inline constexpr std::uint32_t kEventSeparator = 4;
inline constexpr std::uint32_t kEventVariableDriverConfig = 0x8000'0001;
inline constexpr std::uint32_t kEventVariableBoot = 0x8000'0002;
inline constexpr std::uint32_t kEventAction = 0x8000'0007;
inline constexpr std::uint32_t kEventDstackRuntime = 0x0800'0001;

struct LogEvent {
  // Which RTMR, 0 to 3; nothing for what extends none (MRTD, EV_NO_ACTION, unknown registers).
  std::optional<std::uint8_t> rtmr;
  std::uint32_t type = 0;
  base::Bits384 digest{};
  std::string name;  // runtime events of dstack only
  base::Bytes data;
};

struct EventLog {
  std::vector<LogEvent> events;
};

// Padding (zeros or 0xff) may follow the last event. Linear; LogError.
base::Result<EventLog> parse_ccel(base::BytesView bytes);
// An array of {imr, event_type, digest, event, event_payload}. Unknown members are passed over,
// repeated ones refused. The digest of a runtime event may be left empty.
base::Result<EventLog> parse_dstack_log(std::string_view json);

Registers replay(const EventLog& log);
// How many events went into the registers.
std::size_t extended_events(const EventLog& log);

enum class DataCheck { Matches, Differs, NotRecomputable };
// Whether the data of an event is what was hashed. Of some events the log holds a label only.
DataCheck check_data(const LogEvent& event);

// The digest of a runtime event of dstack.
base::Bits384 runtime_digest(std::string_view name, base::BytesView payload);

// Facts that dstack's boot recorded in RTMR3 before "system-ready", by name: "compose-hash",
// "app-id". What an application appended later doesn't count. EventRepeated if a name comes twice,
// FieldMalformed if a payload is not what was hashed.
base::Result<std::vector<std::pair<std::string, base::Bytes>>> boot_facts(const EventLog& log);

}  // namespace cocoon::attest::measure
