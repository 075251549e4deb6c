// For tests and fuzzing of this module: seeded randomness, a clock to turn by hand, a record of
// events.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "base/random.h"
#include "base/time.h"
#include "session/connection.h"

namespace cocoon::session {

class SeededRandom : public base::Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

// Seconds after the beginning of the test's world.
inline base::Now at(double seconds) {
  const auto since =
      std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds));
  return {base::Instant(since), base::WallTime(std::chrono::seconds(1'700'000'000) + since)};
}

// Writes every event down as one line: "message 0102", "query 5 0102", "failed 5 652 timed_out
// text".
class EventRecord : public ConnectionEvents {
 public:
  void on_ready() override { lines.emplace_back("ready"); }
  void on_message(base::BytesView data) override {
    lines.push_back("message " + base::to_hex(data));
  }
  void on_query(QueryId id, base::BytesView data) override {
    queries.push_back(id);
    lines.push_back("query " + number(id) + " " + base::to_hex(data));
  }
  void on_answer(QueryId id, base::BytesView data) override {
    lines.push_back("answer " + number(id) + " " + base::to_hex(data));
  }
  void on_query_failed(QueryId id, const QueryFailure& failure) override {
    static constexpr const char* kCauses[] = {"peer_refused", "timed_out", "connection_lost"};
    lines.push_back("failed " + number(id) + " " + std::to_string(failure.code) + " " +
                    kCauses[static_cast<int>(failure.cause)] + " " + std::string(failure.message));
  }
  // What was recorded since the last call.
  std::vector<std::string> take() { return std::exchange(lines, {}); }

  std::vector<std::string> lines;
  std::vector<QueryId> queries;

  static std::string number(QueryId id) { return std::to_string(static_cast<std::int64_t>(id)); }
};

// One packet as a frame.
template <class Packet>
base::Bytes framed(FrameWriter& writer, const Packet& packet) {
  base::Bytes out;
  writer.append(out, tl::encode_boxed(packet));
  return out;
}

}  // namespace cocoon::session
