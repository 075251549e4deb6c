// Recorded logs lead to the registers of recorded quotes; changed ones don't.
#include "attest/measure/event_log.h"

#include "attest/measure/limits.h"
#include "attest/measure/little_endian.h"
#include "attest/measure/vectors_lab.h"

namespace cocoon::attest::measure {
namespace {

using nlohmann::json;

base::Result<EventLog> parse_vector(const json& vector) {
  if (vector.at("kind") == "ccel") return parse_ccel(file_of(vector, "log"));
  const base::Bytes text = file_of(vector, "events");
  return parse_dstack_log(base::as_text(text));
}

// All of these quotes are of version 4: RTMR0 stands at this offset.
Registers quoted_registers(const json& vector) {
  constexpr std::size_t kRtmr0 = 48 + 328;
  const base::Bytes quote = file_of(vector, "quote");
  Registers registers{};
  EXPECT_GE(quote.size(), kRtmr0 + 4 * 48);
  if (quote.size() < kRtmr0 + 4 * 48) return registers;
  for (std::size_t i = 0; i < 4; ++i) {
    std::copy_n(quote.begin() + static_cast<std::ptrdiff_t>(kRtmr0 + 48 * i), 48,
                registers[i].begin());
  }
  return registers;
}

std::vector<std::string> altered_payloads(const EventLog& log) {
  std::vector<std::string> names;
  for (const LogEvent& event : log.events) {
    if (event.type == kEventDstackRuntime && check_data(event) == DataCheck::Differs) {
      names.push_back(event.name);
    }
  }
  return names;
}

void check_vector(const json& vector) {
  const json& expect = vector.at("expect");
  const auto log = parse_vector(vector);
  if (expect.at("result") == "rejected") {
    ASSERT_FALSE(log.ok());
    const std::map<std::string, std::string_view> reasons = {
        {"TRUNCATED", "event_log_truncated"},
        {"DIGEST_COUNT", "event_log_digest_count"},
        {"NO_ACTION_HEADER", "event_log_header_missing"}};
    EXPECT_EQ(log.error().reason(), reasons.at(expect.at("reason")));
    return;
  }
  ASSERT_TRUE(log.ok()) << log.error().message();
  const Registers registers = replay(*log);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(registers[i], bits384(expect.at("rtmr").at(i)));
  if (expect.contains("events_extended")) {
    EXPECT_EQ(extended_events(*log), expect.at("events_extended").get<std::size_t>());
  }
  const std::vector<std::string> altered = altered_payloads(*log);
  if (expect.contains("event_payload_mismatch")) {
    EXPECT_EQ(json(altered), expect.at("event_payload_mismatch"));
  }
  if (!expect.contains("verdict")) return;
  const Registers quoted = quoted_registers(vector);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(registers[i] == quoted[i], expect.at("match").at(i).get<bool>()) << "RTMR" << i;
  }
  EXPECT_EQ(registers == quoted && altered.empty(), expect.at("verdict") == "match");
}

TEST(EventLog, Vectors) {
  std::size_t count = 0;
  for (const json& vector : vectors_of("eventlog")) {
    SCOPED_TRACE(vector.at("id").get<std::string>());
    check_vector(vector);
    ++count;
  }
  EXPECT_EQ(count, 20u);
}

TEST(EventLog, DataThatIsNotCoveredIsNeverCalledGood) {
  const auto honest = parse_vector(vector_of("eventlog", "ubuntu-2510"));
  const auto altered = parse_vector(vector_of("eventlog", "m-data-flip"));
  ASSERT_TRUE(honest && altered);
  EXPECT_EQ(replay(*honest), replay(*altered));
  std::size_t changed = 0;
  for (std::size_t i = 0; i < honest->events.size(); ++i) {
    EXPECT_NE(check_data(honest->events[i]), DataCheck::Differs) << i;
    if (honest->events[i].data == altered->events[i].data) continue;
    EXPECT_NE(check_data(altered->events[i]), DataCheck::Matches) << i;
    ++changed;
  }
  EXPECT_EQ(changed, 1u);
}

TEST(EventLog, AlteredDataIsNoticedThoughTheReplayHolds) {
  auto log = parse_vector(vector_of("eventlog", "ubuntu-2510"));
  ASSERT_TRUE(log.ok());
  const Registers before = replay(*log);
  std::size_t covered = 0;
  for (LogEvent& event : log->events) {
    if (check_data(event) != DataCheck::Matches) continue;
    event.data.back() ^= 1;
    EXPECT_EQ(check_data(event), DataCheck::Differs) << event.type;
    ++covered;
  }
  EXPECT_EQ(covered, 12u);
  EXPECT_EQ(replay(*log), before);
}

TEST(EventLog, EveryCutOfARecordedLog) {
  const base::Bytes whole = file_of(vector_of("eventlog", "ubuntu-2510"), "log");
  const auto log = parse_ccel(whole);
  ASSERT_TRUE(log.ok());
  std::size_t accepted = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = parse_ccel(base::BytesView(whole).first(size));
    if (!cut) continue;
    // Between two events, or within the padding: never an event that isn't there.
    ASSERT_LE(cut->events.size(), log->events.size());
    accepted += cut->events.size() < log->events.size();
  }
  EXPECT_EQ(accepted, log->events.size());
}

TEST(EventLog, BoundsOfTheBinaryLog) {
  EXPECT_EQ(parse_ccel(base::Bytes(kEventLogSizeMax + 1)).error().reason(), "event_log_oversized");
  EXPECT_EQ(parse_ccel({}).error().reason(), "event_log_truncated");
  base::Bytes log = file_of(vector_of("eventlog", "ubuntu-2510"), "log");
  base::Bytes other = log;
  put_integer<std::uint16_t>(other, 0x3c, 0x0b);  // SHA-256 in the place of SHA-384
  EXPECT_EQ(parse_ccel(other).error().reason(), "event_log_sha384_missing");
  other = log;
  put_integer<std::uint32_t>(other, 0x38, 9);
  EXPECT_EQ(parse_ccel(other).error().reason(), "event_log_digest_count");
  other = log;
  put_integer<std::uint16_t>(other, 0x4d, 0x0b);
  EXPECT_EQ(parse_ccel(other).error().reason(), "event_log_algorithm_unknown");
  other = log;
  put_integer<std::uint32_t>(other, 0x49, 0);  // an event of RTMR0 without any digest
  EXPECT_NE(parse_ccel(other).ok(), true);
}

TEST(EventLog, TooManyEvents) {
  const base::Bytes recorded = file_of(vector_of("eventlog", "ubuntu-2510"), "log");
  base::Bytes log(recorded.begin(), recorded.begin() + 0x41);
  for (std::size_t i = 0; i <= kEventsMax; ++i) {
    append_integer<std::uint32_t>(log, 1);
    append_integer<std::uint32_t>(log, kEventNoAction);
    append_integer<std::uint32_t>(log, 0);
    append_integer<std::uint32_t>(log, 0);
  }
  EXPECT_EQ(parse_ccel(log).error().reason(), "event_log_too_many_events");
}

std::string entry(std::string_view name, std::string_view payload, std::string_view digest = "") {
  return R"({"imr":3,"event_type":134217729,"digest":")" + std::string(digest) + R"(","event":")" +
         std::string(name) + R"(","event_payload":")" + std::string(payload) + R"("})";
}

std::string_view reason_of(const std::string& text) {
  const auto log = parse_dstack_log(text);
  return log ? "parsed" : log.error().reason();
}

TEST(DstackLog, Refusals) {
  EXPECT_EQ(reason_of(""), "event_log_json_malformed");
  EXPECT_EQ(reason_of("{}"), "event_log_json_malformed");
  EXPECT_EQ(reason_of("[] []"), "event_log_json_malformed");
  EXPECT_EQ(reason_of("[" + entry("a", "00") + "]"), "parsed");
  EXPECT_EQ(reason_of("[" + entry("a", "0") + "]"), "event_log_field_malformed");
  EXPECT_EQ(reason_of("[" + entry("a", "00", "ab") + "]"), "event_log_field_malformed");
  EXPECT_EQ(reason_of("[1]"), "event_log_field_malformed");
  EXPECT_EQ(reason_of(R"([{"imr":4,"event_type":4,"digest":"","event":"","event_payload":""}])"),
            "event_log_register_out_of_range");
  EXPECT_EQ(reason_of(R"([{"imr":1,"event_type":4,"digest":"","event":"","event_payload":""}])"),
            "event_log_field_malformed");
  EXPECT_EQ(reason_of(R"([{"imr":-1,"event_type":4,"digest":"","event":"","event_payload":""}])"),
            "event_log_field_malformed");
  EXPECT_EQ(reason_of(R"([{"imr":0,"imr":3,"event_type":4}])"), "event_log_json_malformed");
  EXPECT_EQ(reason_of(std::string(100'000, '[')), "event_log_json_malformed");
  EXPECT_EQ(reason_of(std::string(kEventLogSizeMax + 1, ' ')), "event_log_oversized");
}

TEST(DstackLog, FactsOfTheBootOnly) {
  const auto log = parse_vector(vector_of("eventlog", "near-mpc"));
  ASSERT_TRUE(log.ok());
  const auto facts = boot_facts(*log);
  ASSERT_TRUE(facts.ok());
  const auto payload = [&](std::string_view name) -> std::string {
    const auto found = std::ranges::find(*facts, name, &std::pair<std::string, base::Bytes>::first);
    return found == facts->end() ? "absent" : base::to_hex(found->second).substr(0, 16);
  };
  EXPECT_EQ(payload("compose-hash"), "2911e1f733466216");
  EXPECT_EQ(payload("mpc-image-digest"), "absent");  // appended by the application, after the boot
}

TEST(DstackLog, FactsThatAreRepeatedOrAltered) {
  const auto facts_of = [](const std::string& text) {
    const auto log = parse_dstack_log(text);
    EXPECT_TRUE(log.ok());
    const auto facts = boot_facts(*log);
    return facts ? std::to_string(facts->size()) : std::string(facts.error().reason());
  };
  const std::string a = entry("compose-hash", "aa");
  const std::string b = entry("compose-hash", "bb");
  const std::string ready = entry("system-ready", "");
  EXPECT_EQ(facts_of("[" + a + "," + ready + "," + b + "]"), "1");
  EXPECT_EQ(facts_of("[" + a + "," + b + "," + ready + "]"), "event_log_event_repeated");
  const auto altered = parse_vector(vector_of("eventlog", "m-payload"));
  ASSERT_TRUE(altered.ok());
  EXPECT_EQ(boot_facts(*altered).error().reason(), "event_log_field_malformed");
}

}  // namespace
}  // namespace cocoon::attest::measure
