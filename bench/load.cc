// bench_load: asks one HTTP server the same question again and again and says how fast, how late
// and how wrong the answers are. Closed loop (each connection asks again when answered) or open
// loop (requests start at random times at a given rate; their latency counts from that time, so a
// stalled server can't hide it). One thread.
//
// An answer is good when its status is 200, its body is whole, and it holds "choices" or, for a
// stream, every chunk and [DONE]. Everything else is an error, by kind. Answers missing at the end
// are "unanswered".
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "http.h"
#include "load_options.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr auto kLongestWait = std::chrono::milliseconds(100);
constexpr std::uint64_t kMostErrors =
    10'000;  // a broken server is reported soon instead of being hammered

double milliseconds(Clock::duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

// Measured times in ms, kept whole so that percentiles are exact.
class Samples {
 public:
  void add(Clock::duration d) { values_.push_back(static_cast<float>(milliseconds(d))); }
  void print(const char* name) {
    std::sort(values_.begin(), values_.end());
    std::printf(",\"%s\":{\"count\":%zu", name, values_.size());
    if (!values_.empty()) {
      double sum = 0;
      for (float value : values_) sum += value;
      std::printf(",\"mean\":%.4f,\"p50\":%.4f,\"p90\":%.4f,\"p99\":%.4f,\"max\":%.4f",
                  sum / static_cast<double>(values_.size()), at(0.5), at(0.9), at(0.99), at(1));
    }
    std::printf("}");
  }

 private:
  double at(double share) const {
    const auto rank =
        static_cast<std::size_t>(std::ceil(share * static_cast<double>(values_.size())));
    return static_cast<double>(values_[std::max<std::size_t>(rank, 1) - 1]);
  }
  std::vector<float> values_;
};

struct Errors {
  std::uint64_t connect = 0;
  std::uint64_t closed = 0;
  std::uint64_t status = 0;
  std::uint64_t malformed = 0;
  std::uint64_t unanswered = 0;
  std::uint64_t total() const { return connect + closed + status + malformed + unanswered; }
};

// Counts the events of an SSE body as it passes, in any split, and remembers its end.
class EventCounter {
 public:
  void feed(std::string_view data) {
    for (std::size_t at = 0; (at = data.find('\n', at)) != std::string_view::npos; ++at) {
      const char before = at > 0 ? data[at - 1] : tail_.empty() ? '\0' : tail_.back();
      if (before == '\n') ++events_;
    }
    tail_.append(data.substr(data.size() > 16 ? data.size() - 16 : 0));
    if (tail_.size() > 16) tail_.erase(0, tail_.size() - 16);
  }
  std::uint64_t events() const { return events_; }
  bool has_ended() const { return tail_.ends_with("data: [DONE]\n\n"); }

 private:
  std::uint64_t events_ = 0;
  std::string tail_;
};

struct Connection {
  int fd = -1;
  bool busy = false;
  std::string in;
  std::size_t sent = 0;
  Clock::time_point start;
  bool has_head = false;
  bool closes = false;
  int status = 0;
  BodyReader body;
  std::string json;
  EventCounter events;
  bool has_first_byte = false;
  Clock::time_point first_byte;
};

enum class Outcome { Unfinished, Finished, Failed };

class Load {
 public:
  explicit Load(LoadOptions options);
  void run();
  void print();
  bool has_failed() const { return errors_.total() > 0 || completed_ == 0; }

 private:
  bool open(Connection& connection);
  void start_due_requests(Clock::time_point now);
  void begin(Connection& connection, Clock::time_point start);
  void send_rest(Connection& connection);
  void handle_input(Connection& connection);
  Outcome read_answer(Connection& connection);
  void take_body(Connection& connection, std::string_view data);
  void finish(Connection& connection);
  void drop(Connection& connection, std::uint64_t& counter);
  void wait(Clock::duration most);
  bool may_start(Clock::time_point now) const;
  bool measures(Clock::time_point at) const { return at >= measure_from_ && at < measure_to_; }
  bool is_stream() const { return options_.chunks > 0; }

  LoadOptions options_;
  std::string request_;
  int epoll_ = -1;
  std::vector<Connection> connections_;
  std::vector<std::size_t> idle_;
  std::deque<Clock::time_point> waiting_;  // open loop: due requests that found no idle connection
  std::mt19937_64 random_;
  Clock::time_point next_arrival_;
  Clock::time_point measure_from_;
  Clock::time_point measure_to_;
  std::uint64_t started_ = 0;
  std::uint64_t completed_ = 0;  // within the measured time
  std::uint64_t chunks_ = 0;
  std::uint64_t bytes_ = 0;
  std::size_t busy_ = 0;
  Errors errors_;
  Samples latency_;
  Samples first_byte_;
  Samples lateness_;
  std::vector<char> read_buffer_ = std::vector<char>(kReadBytes);
};

Load::Load(LoadOptions options)
    : options_(std::move(options)), request_(request_text(options_)), random_(options_.seed) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  connections_.resize(options_.connections);
}

bool Load::open(Connection& connection) {
  connection = Connection{};
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options_.port);
  if (inet_pton(AF_INET, options_.host.c_str(), &address.sin_addr) != 1 ||
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(fd);
    ++errors_.connect;
    return false;
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  connection.fd = fd;
  epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  return true;
}

bool Load::may_start(Clock::time_point now) const {
  if (errors_.total() >= kMostErrors) return false;
  return options_.requests > 0 ? started_ < options_.requests : now < measure_to_;
}

void Load::begin(Connection& connection, Clock::time_point start) {
  if (connection.fd < 0 && !open(connection)) {
    idle_.insert(idle_.begin(), static_cast<std::size_t>(&connection - connections_.data()));
    return;
  }
  ++started_;
  ++busy_;
  connection.busy = true;
  connection.start = start;
  connection.sent = 0;
  connection.has_head = false;
  connection.has_first_byte = false;
  connection.json.clear();
  connection.events = EventCounter{};
  send_rest(connection);
}

void Load::send_rest(Connection& connection) {
  while (connection.sent < request_.size()) {
    const ssize_t size = send(connection.fd, request_.data() + connection.sent,
                              request_.size() - connection.sent, MSG_NOSIGNAL);
    if (size < 0 && errno != EAGAIN) return drop(connection, errors_.closed);
    const bool blocked = size < 0;
    if (!blocked) connection.sent += static_cast<std::size_t>(size);
    if (blocked || connection.sent == request_.size()) {
      if (!blocked && request_.size() < kReadBytes) return;  // never was blocked: nothing to change
      epoll_event event{.events = blocked ? EPOLLIN | EPOLLOUT : EPOLLIN,
                        .data = {.ptr = &connection}};
      epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
      return;
    }
  }
}

void Load::drop(Connection& connection, std::uint64_t& counter) {
  ++counter;
  --busy_;
  close(connection.fd);
  connection.fd = -1;
  connection.busy = false;
  idle_.push_back(static_cast<std::size_t>(&connection - connections_.data()));
}

void Load::take_body(Connection& connection, std::string_view data) {
  if (data.empty()) return;
  const Clock::time_point now = Clock::now();
  if (!connection.has_first_byte) {
    connection.has_first_byte = true;
    connection.first_byte = now;
  }
  bytes_ += data.size();
  if (!is_stream() || connection.status != 200) {
    connection.json.append(data);
    return;
  }
  const std::uint64_t before = connection.events.events();
  connection.events.feed(data);
  const std::uint64_t after = std::min(connection.events.events(), options_.chunks);
  if (measures(now) && after > before) chunks_ += after - before;
  if (options_.pace_ms == 0 || !measures(connection.start)) return;
  for (std::uint64_t i = before; i < after; ++i) {
    const auto due = connection.first_byte +
                     std::chrono::milliseconds(options_.pace_ms) * static_cast<std::int64_t>(i);
    lateness_.add(std::max(now - due, Clock::duration::zero()));
  }
}

Outcome Load::read_answer(Connection& connection) {
  if (!connection.has_head) {
    const Head head = parse_head(connection.in);
    if (head.state == HeadState::Incomplete) return Outcome::Unfinished;
    if (head.state == HeadState::Invalid) return Outcome::Failed;
    connection.has_head = true;
    connection.status = status_of(head.start_line);
    connection.closes = head.close;
    connection.body = BodyReader(head, UnsizedBody::UntilClose);
    connection.in.erase(0, head.size);
  }
  std::size_t used = 0;
  while (true) {
    const BodyReader::Piece piece =
        connection.body.next(std::string_view(connection.in).substr(used));
    if (piece.consumed == 0) break;
    take_body(connection, piece.data);
    used += piece.consumed;
  }
  connection.in.erase(0, used);
  if (connection.body.failed()) return Outcome::Failed;
  return connection.body.done() ? Outcome::Finished : Outcome::Unfinished;
}

void Load::handle_input(Connection& connection) {
  const ssize_t size = read(connection.fd, read_buffer_.data(), read_buffer_.size());
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {
    if (!connection.busy) {  // an idle connection was closed: reopened when next needed
      close(connection.fd);
      connection.fd = -1;
      return;
    }
    const bool ended = connection.has_head && connection.body.ends_with_connection();
    if (!ended) return drop(connection, errors_.closed);
    connection.closes = true;
    return finish(connection);
  }
  connection.in.append(read_buffer_.data(), static_cast<std::size_t>(size));
  if (!connection.busy) return drop(connection, errors_.malformed);
  const Outcome outcome = read_answer(connection);
  if (outcome == Outcome::Failed) drop(connection, errors_.malformed);
  if (outcome == Outcome::Finished) finish(connection);
}

void Load::finish(Connection& connection) {
  const Clock::time_point now = Clock::now();
  const bool whole =
      is_stream() ? connection.events.has_ended() && connection.events.events() >= options_.chunks
                  : connection.json.find("\"choices\"") != std::string::npos;
  if (connection.status != 200) return drop(connection, errors_.status);
  if (!whole) return drop(connection, errors_.malformed);
  --busy_;
  connection.busy = false;
  if (options_.requests > 0 || measures(now)) {
    ++completed_;
    latency_.add(now - connection.start);
    first_byte_.add(connection.first_byte - connection.start);
  }
  if (connection.closes) {
    close(connection.fd);
    connection.fd = -1;
  }
  if (options_.rate == 0 && may_start(now)) return begin(connection, now);
  idle_.push_back(static_cast<std::size_t>(&connection - connections_.data()));
}

// Open loop: starts every request whose time has come, on an idle connection or, without one,
// later. Closed loop: starts on connections that fell idle through an error.
void Load::start_due_requests(Clock::time_point now) {
  if (options_.rate > 0) {
    std::exponential_distribution<double> gap(options_.rate);
    while (next_arrival_ <= now && may_start(next_arrival_)) {
      waiting_.push_back(next_arrival_);
      next_arrival_ +=
          std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(gap(random_)));
    }
  }
  for (std::size_t tries = idle_.size(); tries > 0 && !idle_.empty(); --tries) {
    if (options_.rate > 0 ? waiting_.empty() : !may_start(now)) return;
    Connection& connection = connections_[idle_.back()];
    idle_.pop_back();
    const Clock::time_point start = options_.rate > 0 ? waiting_.front() : now;
    if (options_.rate > 0) waiting_.pop_front();
    begin(connection, start);
  }
}

void Load::wait(Clock::duration most) {
  static epoll_event events[1024];
  const auto nanoseconds =
      std::chrono::nanoseconds(std::max(most, Clock::duration::zero())).count();
  const timespec timeout{.tv_sec = nanoseconds / 1'000'000'000,
                         .tv_nsec = nanoseconds % 1'000'000'000};
  const int count = epoll_pwait2(epoll_, events, 1024, &timeout, nullptr);
  for (int i = 0; i < count; ++i) {
    auto& connection = *static_cast<Connection*>(events[i].data.ptr);
    if (connection.fd >= 0 && (events[i].events & EPOLLOUT) != 0) send_rest(connection);
    if (connection.fd >= 0 && (events[i].events & ~EPOLLOUT) != 0) handle_input(connection);
  }
}

void Load::run() {
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    if (open(connections_[i])) idle_.push_back(i);
  }
  if (idle_.empty()) return;
  const Clock::time_point begin_at = Clock::now();
  const auto span = [](double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  };
  next_arrival_ = begin_at;
  measure_from_ = options_.requests > 0 ? begin_at : begin_at + span(options_.warmup_seconds);
  measure_to_ =
      options_.requests > 0 ? Clock::time_point::max() : measure_from_ + span(options_.seconds);
  for (Clock::time_point now = begin_at; may_start(now); now = Clock::now()) {
    start_due_requests(now);
    const bool waits_for_arrival = options_.rate > 0;
    wait(waits_for_arrival ? std::min<Clock::duration>(next_arrival_ - Clock::now(), kLongestWait)
                           : kLongestWait);
  }
  const Clock::time_point end = Clock::now();
  if (options_.requests == 0) measure_to_ = std::min(measure_to_, end);
  const Clock::time_point limit = end + span(options_.drain_seconds);
  while ((busy_ > 0 || !waiting_.empty()) && Clock::now() < limit &&
         errors_.total() < kMostErrors) {
    start_due_requests(Clock::now());
    wait(kLongestWait);
  }
  errors_.unanswered = busy_ + waiting_.size();
  if (options_.requests > 0) measure_to_ = Clock::now();
}

void Load::print() {
  const double seconds = std::chrono::duration<double>(measure_to_ - measure_from_).count();
  const auto per_second = [&](std::uint64_t count) {
    return seconds > 0 ? static_cast<double>(count) / seconds : 0;
  };
  std::printf(
      "{\"connections\":%u,\"seconds\":%.3f,\"started\":%llu,\"completed\":%llu,\"per_second\":%."
      "1f",
      options_.connections, seconds, static_cast<unsigned long long>(started_),
      static_cast<unsigned long long>(completed_), per_second(completed_));
  if (is_stream()) std::printf(",\"chunks_per_second\":%.1f", per_second(chunks_));
  latency_.print("latency_ms");
  first_byte_.print("first_byte_ms");
  if (options_.pace_ms > 0) lateness_.print("chunk_lateness_ms");
  const auto count = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      ",\"errors\":{\"connect\":%llu,\"closed\":%llu,\"status\":%llu,\"malformed\":%llu,"
      "\"unanswered\":%llu}}\n",
      count(errors_.connect), count(errors_.closed), count(errors_.status),
      count(errors_.malformed), count(errors_.unanswered));
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  prctl(PR_SET_TIMERSLACK, 1);  // open-loop requests start on time, not up to 50 us late
  bench::Load load(bench::parse_load_options(argc, argv));
  load.run();
  load.print();
  return load.has_failed() ? 1 : 0;
}
