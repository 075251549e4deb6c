// The connection's rules; each is named by its id in docs/protocol/wire.md.
#include "session/connection.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"

namespace cocoon::session {

using base::Bytes;
using base::BytesView;
using base::Error;
using base::Instant;
using base::Now;
using base::Result;

namespace {

std::int64_t random_id(base::Random& random) {
  return static_cast<std::int64_t>(random.next_u64());
}

std::int64_t raw(QueryId id) { return static_cast<std::int64_t>(id); }

}  // namespace

// [WIRE-40], [WIRE-41]
ConnectionTiming ConnectionTiming::of(Role role) {
  using std::chrono::seconds;
  switch (role) {
    case Role::Dialer:
      return {.opening = seconds(20), .idle = seconds(20), .ping = seconds(10)};
    case Role::Listener:
      return {.opening = seconds(20), .idle = seconds(60), .ping = seconds(0)};
  }
  return {};
}

Connection::Connection(Role role, base::Random& random, Now now, const ConnectionTiming& timing)
    : role_(role),
      random_(&random),
      timing_(timing),
      opened_(now.steady),
      last_life_(now.steady),
      last_sent_(now.steady) {
  if (role_ == Role::Dialer) {
    connect_id_ = random_id(random);
    send_packet(tl::TcpConnect{connect_id_});
  }
}

// ---- input --------------------------------------------------------------------------------------

Result<void> Connection::handle_bytes(Now now, BytesView input, ConnectionEvents& events) {
  if (state_ == State::Failed) return Error(SessionFault::Closed, "the connection has ended");
  for (;;) {
    auto payload = reader_.next(input);
    if (!payload) return fail(std::move(payload).error(), events);
    if (!payload->has_value()) break;
    life_partial_ = 0;
    last_life_ = now.steady;
    auto handled = handle_packet(**payload, events);
    if (!handled) return fail(std::move(handled).error(), events);
  }
  note_progress(now);
  note_sent(now);
  return check_output(events);
}

// [WIRE-41]: a large frame on a slow line is alive as long as it moves; single bytes are not
// enough.
void Connection::note_progress(Now now) {
  if (reader_.partial_size() < life_partial_ + kProgressBytes) return;
  life_partial_ = reader_.partial_size();
  last_life_ = now.steady;
}

Result<void> Connection::handle_packet(BytesView payload, ConnectionEvents& events) {
  const auto packet = tl::decode_boxed<tl::AnyTcpPacket>(payload);
  if (!packet) return Error(SessionFault::MalformedPacket, packet.error().message());
  if (state_ == State::Opening) return handle_opening(*packet, events);
  if (const auto* message = std::get_if<tl::TcpPacket>(&*packet)) {
    events.on_message(message->data);
  } else if (const auto* query = std::get_if<tl::TcpQuery>(&*packet)) {
    return handle_query(*query, events);
  } else if (const auto* answer = std::get_if<tl::TcpQueryAnswer>(&*packet)) {
    handle_answer(*answer, events);
  } else if (const auto* error = std::get_if<tl::TcpQueryError>(&*packet)) {
    handle_query_error(*error, events);
  } else if (const auto* ping = std::get_if<tl::TcpPing>(&*packet)) {
    send_packet(tl::TcpPong{ping->id});  // [WIRE-42]
  } else if (const auto* pong = std::get_if<tl::TcpPong>(&*packet)) {
    if (ping_ == pong->id) ping_.reset();
  }
  // What is left are later tcp.connect and tcp.connected: ignored ([WIRE-32]).
  return {};
}

// [WIRE-30], [WIRE-31]
Result<void> Connection::handle_opening(const tl::AnyTcpPacket& packet, ConnectionEvents& events) {
  if (role_ == Role::Listener) {
    const auto* connect = std::get_if<tl::TcpConnect>(&packet);
    if (connect == nullptr) {
      return Error(SessionFault::UnexpectedOpening, "the peer's first packet is not tcp.connect");
    }
    send_packet(tl::TcpConnected{connect->id});
  } else {
    const auto* connected = std::get_if<tl::TcpConnected>(&packet);
    if (connected == nullptr) {
      return Error(SessionFault::UnexpectedOpening, "the peer's first packet is not tcp.connected");
    }
    if (connected->id != connect_id_) {
      return Error(SessionFault::WrongConnectId, "the peer answers another tcp.connect");
    }
  }
  state_ = State::Ready;
  reader_.set_max_payload(kMaxFramePayload);
  events.on_ready();
  return {};
}

// [WIRE-34], [WIRE-36]
Result<void> Connection::handle_query(const tl::TcpQuery& query, ConnectionEvents& events) {
  const auto id = QueryId{query.id};
  if (std::ranges::find(queries_received_, id) != queries_received_.end()) {
    return Error(SessionFault::DuplicateQuery,
                 "the peer used a query's id again before its answer");
  }
  if (queries_received_.size() >= kMaxQueriesReceived) {
    send_packet(tl::TcpQueryError{
        .id = query.id, .code = code_of(WireError::Error), .message = "too many queries at once"});
    return {};
  }
  queries_received_.push_back(id);
  events.on_query(id, query.data);
  return {};
}

void Connection::handle_answer(const tl::TcpQueryAnswer& answer, ConnectionEvents& events) {
  if (take_sent(QueryId{answer.id})) events.on_answer(QueryId{answer.id}, answer.data);
}

void Connection::handle_query_error(const tl::TcpQueryError& error, ConnectionEvents& events) {
  if (!take_sent(QueryId{error.id})) return;
  events.on_query_failed(
      QueryId{error.id},
      {.cause = QueryFailureCause::PeerRefused, .code = error.code, .message = error.message});
}

// [WIRE-35]
bool Connection::take_sent(QueryId id) {
  const auto found = std::ranges::find(queries_sent_, id, &SentQuery::id);
  if (found == queries_sent_.end()) {
    ++unknown_answers_;
    return false;
  }
  queries_sent_.erase(found);
  return true;
}

// ---- time ---------------------------------------------------------------------------------------

Result<void> Connection::handle_time(Now now, ConnectionEvents& events) {
  if (state_ == State::Failed) return Error(SessionFault::Closed, "the connection has ended");
  if (state_ == State::Opening && now.steady >= opened_ + timing_.opening) {
    return fail(Error(SessionFault::OpeningTimeout, "the peer did not open the connection in time"),
                events);
  }
  if (state_ == State::Ready && now.steady >= last_life_ + timing_.idle) {
    return fail(Error(SessionFault::IdleTimeout, "the peer was silent for too long"), events);
  }
  expire_queries(now, events);
  note_sent(now);
  if (pings() && now.steady >= next_ping()) {
    ping_ = random_id(*random_);
    send_packet(tl::TcpPing{*ping_});
  }
  note_sent(now);
  return check_output(events);
}

// [WIRE-42], [WIRE-43]
Instant Connection::next_ping() const { return std::min(last_life_, last_sent_) + timing_.ping; }

// Sends do not know the time; it is enough to notice them at the next input.
void Connection::note_sent(Now now) {
  if (writer_.frames() == sent_frames_) return;
  sent_frames_ = writer_.frames();
  last_sent_ = now.steady;
}

void Connection::expire_queries(Now now, ConnectionEvents& events) {
  for (;;) {
    const auto due = std::ranges::find_if(
        queries_sent_, [&](const SentQuery& query) { return now.steady >= query.deadline; });
    if (due == queries_sent_.end()) return;
    const QueryId id = due->id;
    queries_sent_.erase(due);
    events.on_query_failed(id, {.cause = QueryFailureCause::TimedOut,
                                .code = code_of(WireError::Timeout),
                                .message = "no answer in time"});
  }
}

std::optional<Instant> Connection::poll_deadline() const {
  switch (state_) {
    case State::Opening:
      return opened_ + timing_.opening;
    case State::Ready:
      break;
    case State::Failed:
      return std::nullopt;
  }
  Instant deadline = last_life_ + timing_.idle;
  if (pings()) deadline = std::min(deadline, next_ping());
  for (const SentQuery& query : queries_sent_) deadline = std::min(deadline, query.deadline);
  return deadline;
}

// ---- end ----------------------------------------------------------------------------------------

void Connection::close(ConnectionEvents& events) {
  if (state_ == State::Failed) return;
  state_ = State::Failed;
  queries_received_.clear();
  for (const SentQuery& query : std::exchange(queries_sent_, {})) {
    events.on_query_failed(query.id, {.cause = QueryFailureCause::ConnectionLost,
                                      .code = code_of(WireError::Cancelled),
                                      .message = "the connection is gone"});
  }
}

Error Connection::fail(Error error, ConnectionEvents& events) {
  close(events);
  return error;
}

// [WIRE-44]
Result<void> Connection::check_output(ConnectionEvents& events) {
  if (output_.size() <= kMaxOutput) return {};
  return fail(Error(SessionFault::OutputOverflow, "the peer does not read what it is sent"),
              events);
}

// ---- output -------------------------------------------------------------------------------------

Result<void> Connection::begin_packet(std::uint32_t packet, std::optional<QueryId> id,
                                      std::size_t size) {
  if (state_ != State::Ready) {
    return Error(SessionFault::NotReady, "the connection is not open");
  }
  if (size > kMaxMessageSize) {
    return Error(SessionFault::MessageTooLarge,
                 "a message of " + std::to_string(size) + " bytes does not fit into a frame");
  }
  if (output_.size() > kMaxOutput) {
    return Error(SessionFault::OutputOverflow, "the peer does not read what it is sent");
  }
  const std::size_t payload = sizeof(packet) + (id ? sizeof(*id) : 0) + tl::string_size(size);
  tl::Writer writer(output_);
  writer.reserve(kFrameHeaderSize + payload);
  writer_.append_header(output_, payload);
  writer.u32(packet);
  if (id) writer.i64(raw(*id));
  writer.bytes_begin(size);
  return {};
}

void Connection::end_packet(std::size_t size) { tl::Writer(output_).bytes_end(size); }

template <class Packet>
void Connection::send_packet(const Packet& packet) {
  writer_.append_header(output_, tl::encoded_size(packet));
  tl::append_boxed(output_, packet);
}

Result<void> Connection::send_bytes(std::uint32_t packet, std::optional<QueryId> id,
                                    BytesView data) {
  TRY(begin_packet(packet, id, data.size()));
  tl::Writer(output_).raw(data);
  end_packet(data.size());
  return {};
}

Result<void> Connection::send_message_bytes(BytesView boxed_object) {
  return send_bytes(tl::TcpPacket::kId, std::nullopt, boxed_object);
}

Result<QueryId> Connection::send_query_bytes(Now now, BytesView boxed_object,
                                             base::Duration timeout) {
  const QueryId id = TRY(new_query());
  TRY(send_bytes(tl::TcpQuery::kId, id, boxed_object));
  queries_sent_.push_back({id, now.steady + timeout});
  return id;
}

Result<void> Connection::send_answer_bytes(QueryId id, BytesView boxed_object) {
  TRY(find_received(id));
  TRY(send_bytes(tl::TcpQueryAnswer::kId, id, boxed_object));
  forget_received(id);
  return {};
}

Result<void> Connection::send_error(QueryId id, std::int32_t code, std::string_view message) {
  TRY(find_received(id));
  send_packet(tl::TcpQueryError{
      .id = raw(id), .code = code, .message = message.substr(0, kMaxErrorMessage)});
  forget_received(id);
  return {};
}

// [WIRE-33]
Result<QueryId> Connection::new_query() {
  if (queries_sent_.size() >= kMaxQueriesSent) {
    return Error(SessionFault::TooManyQueries, "too many queries without an answer");
  }
  QueryId id{random_id(*random_)};
  while (std::ranges::find(queries_sent_, id, &SentQuery::id) != queries_sent_.end()) {
    id = QueryId{random_id(*random_)};
  }
  return id;
}

Result<void> Connection::find_received(QueryId id) const {
  if (std::ranges::find(queries_received_, id) != queries_received_.end()) return {};
  return Error(SessionFault::UnknownQuery, "no query with this id waits for an answer");
}

void Connection::forget_received(QueryId id) { std::erase(queries_received_, id); }

Bytes Connection::poll_output() { return std::exchange(output_, {}); }

void Connection::poll_output(Bytes& into) {
  into.clear();
  if (into.capacity() > kKeptBuffer) into = Bytes();
  std::swap(into, output_);
}

}  // namespace cocoon::session
