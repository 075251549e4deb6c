// The first byte chooses the side, then pieces follow: a byte of what happens, a byte of length,
// bytes. Frames are numbered correctly so that the fuzzer gets behind them. Whatever happens, every
// query sent comes back exactly once, deadlines lie ahead, and output stays bounded.
#include <algorithm>
#include <map>

#include "base/check.h"
#include "session/connection.h"
#include "session/testing.h"

namespace {

using namespace cocoon;

class Counter : public session::ConnectionEvents {
 public:
  void on_ready() override { CHECK(++ready == 1); }
  void on_message(base::BytesView) override { CHECK(ready == 1); }
  void on_query(session::QueryId id, base::BytesView data) override {
    CHECK(ready == 1);
    last_query = id;
    // Some are answered at once, some never.
    if (data.empty()) CHECK(connection->send_answer_bytes(id, data).ok());
  }
  void on_answer(session::QueryId id, base::BytesView) override { come_back(id); }
  void on_query_failed(session::QueryId id, const session::QueryFailure&) override {
    come_back(id);
  }
  void come_back(session::QueryId id) { CHECK(in_flight.erase(id) == 1); }

  session::Connection* connection = nullptr;
  int ready = 0;
  std::map<session::QueryId, int> in_flight;
  session::QueryId last_query{};
};

// Random ids of 0 to 255, so that the fuzzer can guess them.
class SmallIds : public base::Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    std::ranges::fill(out, std::uint8_t{0});
    out[0] = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto role = (data[0] & 1U) != 0 ? session::Role::Dialer : session::Role::Listener;
  base::BytesView script(data + 1, size - 1);
  SmallIds ids;
  double second = 0;
  session::Connection connection(role, ids, session::at(second));
  Counter events;
  events.connection = &connection;
  session::FrameWriter peer;
  while (script.size() >= 2) {
    const std::uint8_t action = script[0];
    const std::size_t length = std::min<std::size_t>(script[1], script.size() - 2);
    const base::BytesView bytes = script.subspan(2, length);
    script = script.subspan(2 + length);
    switch (action % 6) {
      case 0:
        (void)connection.handle_bytes(session::at(second), bytes, events).ok();
        break;
      case 1:
        if (bytes.size() >= session::kMinFramePayload) {
          base::Bytes frame;
          peer.append(frame, bytes);
          (void)connection.handle_bytes(session::at(second), frame, events).ok();
        }
        break;
      case 2:
        second += static_cast<double>(length) / 4;
        (void)connection.handle_time(session::at(second), events).ok();
        break;
      case 3: {
        const auto id =
            connection.send_query_bytes(session::at(second), bytes, std::chrono::seconds(length));
        if (id.ok()) CHECK(events.in_flight.emplace(*id, 1).second);
        break;
      }
      case 4:
        (void)connection.send_message_bytes(bytes).ok();
        (void)connection.send_error(events.last_query, 601, base::as_text(bytes)).ok();
        break;
      case 5:
        (void)connection.poll_output();
        break;
      default:
        break;
    }
    CHECK(connection.queries_sent() == events.in_flight.size());
    CHECK(connection.has_failed() != connection.poll_deadline().has_value());
    CHECK(connection.is_ready() ? events.ready == 1 : true);
  }
  connection.close(events);
  CHECK(events.in_flight.empty());
  return 0;
}
