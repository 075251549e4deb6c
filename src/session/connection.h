// Connection: one connection of the protocol as a machine, for both sides (docs/protocol/wire.md
// [WIRE-30] on).
//
// Bytes of the peer, time and the owner's messages go in; events for the owner and bytes for the
// peer come out. It frames, opens, answers pings, keeps alive, matches answers to queries and
// watches deadlines; it refuses malformed packets, idle peers and unbounded backlogs. After a fault
// it stays failed: sends are dropped, nothing is read.
//
//   Opening --(the peer's first packet)--> Ready --(fault or close)--> Failed
//
// Frames are gathered in one output buffer, so that everything sent in one turn leaves in one
// write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "session/fault.h"
#include "session/frame.h"
#include "session/limits.h"
#include "tl/codec.h"

namespace cocoon::session {

enum class Role { Dialer, Listener };

// Chosen by the side that asks, at random; each direction has its own.
enum class QueryId : std::int64_t {};

enum class QueryFailureCause { PeerRefused, TimedOut, ConnectionLost };

struct QueryFailure {
  QueryFailureCause cause = QueryFailureCause::PeerRefused;
  // The peer's own words, or WireError::Timeout / Cancelled and ours. The view ends with the call.
  std::int32_t code = 0;
  std::string_view message;
};

// What a connection tells its owner, during handle_bytes(), handle_time() or close(). Views end
// with the call. From within, the owner may call the send_ functions of the connection, and nothing
// else of it.
class ConnectionEvents {
 public:
  virtual ~ConnectionEvents() = default;
  // Both sides have opened: from now on messages and queries may be sent. Comes first, and once.
  virtual void on_ready() = 0;
  // A one-way message: a boxed object.
  virtual void on_message(base::BytesView data) = 0;
  // To be answered by send_answer() or send_error(), once, now or later.
  virtual void on_query(QueryId id, base::BytesView data) = 0;
  // Each query sent comes back once, by one of these two.
  virtual void on_answer(QueryId id, base::BytesView data) = 0;
  virtual void on_query_failed(QueryId id, const QueryFailure& failure) = 0;
};

struct ConnectionTiming {
  // From construction until ready.
  base::Duration opening;
  // Without a sign of life from the peer: a whole frame, or kProgressBytes of a large one.
  base::Duration idle;
  // Dialer only: silence of either side after which it sends a ping.
  base::Duration ping;

  static ConnectionTiming of(Role role);
};

class Connection {
 public:
  // A dialer's tcp.connect is ready to be polled at once. `random` must outlive the connection.
  Connection(Role role, base::Random& random, base::Now now, const ConnectionTiming& timing);
  Connection(Role role, base::Random& random, base::Now now)
      : Connection(role, random, now, ConnectionTiming::of(role)) {}

  // An error is the connection's end; queries not answered have then been reported as failed.
  base::Result<void> handle_bytes(base::Now now, base::BytesView input, ConnectionEvents& events);
  // At or after poll_deadline(). An error is the connection's end, as above.
  base::Result<void> handle_time(base::Now now, ConnectionEvents& events);
  // The owner or the transport ended it: reports queries not answered as failed.
  void close(ConnectionEvents& events);

  // When to call handle_time() at the latest; none once failed. Changes with every other call.
  std::optional<base::Instant> poll_deadline() const;

  // Sends refuse with NotReady, MessageTooLarge or TooManyQueries, and then nothing is sent.
  // A boxed object as a one-way message, encoded straight into the output.
  template <class T>
  base::Result<void> send_message(const T& object) {
    return send_object(tl::TcpPacket::kId, std::nullopt, object);
  }
  base::Result<void> send_message_bytes(base::BytesView boxed_object);
  // `timeout` from `now`; then on_query_failed(TimedOut), and an answer that comes later is
  // ignored.
  template <class T>
  base::Result<QueryId> send_query(base::Now now, const T& object, base::Duration timeout) {
    const QueryId id = TRY(new_query());
    TRY(send_object(tl::TcpQuery::kId, id, object));
    queries_sent_.push_back({id, now.steady + timeout});
    return id;
  }
  base::Result<QueryId> send_query_bytes(base::Now now, base::BytesView boxed_object,
                                         base::Duration timeout);
  // UnknownQuery unless the query was received and not answered yet.
  template <class T>
  base::Result<void> send_answer(QueryId id, const T& object) {
    TRY(find_received(id));
    TRY(send_object(tl::TcpQueryAnswer::kId, id, object));
    forget_received(id);
    return {};
  }
  base::Result<void> send_answer_bytes(QueryId id, base::BytesView boxed_object);
  // `code`: a WireError, as its number.
  base::Result<void> send_error(QueryId id, std::int32_t code, std::string_view message);

  bool has_output() const { return !output_.empty(); }
  std::size_t output_size() const { return output_.size(); }
  // Everything to be written, in order. The second form reuses the memory of `into`, whose contents
  // it drops.
  base::Bytes poll_output();
  void poll_output(base::Bytes& into);

  bool is_ready() const { return state_ == State::Ready; }
  bool has_failed() const { return state_ == State::Failed; }
  std::size_t queries_sent() const { return queries_sent_.size(); }
  // Answers to no query in flight: late ones mostly. Ignored, counted.
  std::uint64_t unknown_answers() const { return unknown_answers_; }

 private:
  enum class State { Opening, Ready, Failed };
  struct SentQuery {
    QueryId id;
    base::Instant deadline;
  };

  template <class T>
  base::Result<void> send_object(std::uint32_t packet, std::optional<QueryId> id, const T& object) {
    const std::size_t size = tl::encoded_size(object);
    TRY(begin_packet(packet, id, size));
    tl::append_boxed(output_, object);
    end_packet(size);
    return {};
  }
  base::Result<void> send_bytes(std::uint32_t packet, std::optional<QueryId> id,
                                base::BytesView data);
  // Header and fields up to `data`, whose `size` bytes follow; then end_packet() with the same
  // size.
  base::Result<void> begin_packet(std::uint32_t packet, std::optional<QueryId> id,
                                  std::size_t size);
  void end_packet(std::size_t size);
  // For packets without an object in them.
  template <class Packet>
  void send_packet(const Packet& packet);

  base::Result<QueryId> new_query();
  base::Result<void> find_received(QueryId id) const;
  void forget_received(QueryId id);

  base::Result<void> handle_packet(base::BytesView payload, ConnectionEvents& events);
  base::Result<void> handle_opening(const tl::AnyTcpPacket& packet, ConnectionEvents& events);
  base::Result<void> handle_query(const tl::TcpQuery& query, ConnectionEvents& events);
  void handle_answer(const tl::TcpQueryAnswer& answer, ConnectionEvents& events);
  void handle_query_error(const tl::TcpQueryError& error, ConnectionEvents& events);
  // Removes a query in flight; false if there is none with this id.
  bool take_sent(QueryId id);
  void expire_queries(base::Now now, ConnectionEvents& events);
  void note_progress(base::Now now);
  void note_sent(base::Now now);
  // A ping may be sent: only the dialer does, one at a time.
  bool pings() const { return role_ == Role::Dialer && state_ == State::Ready && !ping_; }
  base::Instant next_ping() const;
  base::Result<void> check_output(ConnectionEvents& events);
  base::Error fail(base::Error error, ConnectionEvents& events);

  Role role_;
  base::Random* random_;
  ConnectionTiming timing_;
  State state_ = State::Opening;
  FrameReader reader_{kMaxOpeningFramePayload};
  FrameWriter writer_;
  base::Bytes output_;
  base::Instant opened_;              // when the machine was made
  base::Instant last_life_;           // the last sign of life
  std::size_t life_partial_ = 0;      // how much of a partial frame was there then
  base::Instant last_sent_;           // when frames sent were last noticed
  std::uint32_t sent_frames_ = 0;     // how many had been sent then
  std::optional<std::int64_t> ping_;  // of a ping not answered yet
  std::int64_t connect_id_ = 0;
  std::vector<SentQuery> queries_sent_;
  std::vector<QueryId> queries_received_;
  std::uint64_t unknown_answers_ = 0;
};

}  // namespace cocoon::session
