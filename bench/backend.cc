// bench_backend: an OpenAI-like engine that answers at once, so that a benchmark sees only the hops
// in front of it. One thread, keep-alive. It answers POST /v1/chat/completions (and
// /v1/completions) with a JSON answer or, with "stream":true, with server-sent events; GET
// /v1/models and GET /health. It computes nothing and checks little.
//
// A request's body may set, beside "stream" and "max_tokens" (the number of chunks):
// "bench_pace_ms" (time between chunks, 0: as fast as the socket takes them), "bench_chunk_bytes"
// and "bench_answer_bytes".
#include <arpa/inet.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "http.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kFloodBytes =
    64 * 1024;  // how far an unpaced stream runs ahead of the socket
constexpr std::uint64_t kMaxChunks = 10'000'000;
constexpr std::uint64_t kMaxPieceBytes = 64U << 20U;

struct Options {
  std::uint16_t port = 0;  // 0: any free one; the one taken is printed
  std::string model = "bench";
  std::uint64_t pace_ms = 0;
  std::uint64_t chunks = 200;
  std::uint64_t chunk_bytes = 160;
  std::uint64_t answer_bytes = 300;
};

// The number after "name": in a JSON text, wherever it stands; enough for the requests that we send
// ourselves.
std::optional<std::uint64_t> find_number(std::string_view body, std::string_view quoted_name) {
  std::size_t at = body.find(quoted_name);
  if (at == std::string_view::npos) return std::nullopt;
  at += quoted_name.size();
  while (at < body.size() && (body[at] == ' ' || body[at] == ':')) ++at;
  std::uint64_t value = 0;
  const auto result = std::from_chars(body.data() + at, body.data() + body.size(), value);
  if (result.ec != std::errc{}) return std::nullopt;
  return value;
}

bool asks_for_stream(std::string_view body) {
  std::size_t at = body.find("\"stream\"");
  if (at == std::string_view::npos) return false;
  at += 8;
  while (at < body.size() && (body[at] == ' ' || body[at] == ':')) ++at;
  return body.substr(at).starts_with("true");
}

std::string usage_json(std::uint64_t completion) {
  const std::uint64_t prompt = 25;
  return "\"usage\":{\"prompt_tokens\":" + std::to_string(prompt) +
         ",\"completion_tokens\":" + std::to_string(completion) +
         ",\"total_tokens\":" + std::to_string(prompt + completion) + "}";
}

// `text` with its '@' replaced by filler so that the whole has the wanted size (or is as short as
// it can be).
std::string padded(std::string text, std::uint64_t size) {
  const std::size_t filler =
      size > text.size() ? static_cast<std::size_t>(size) - text.size() + 1 : 1;
  return text.replace(text.find('@'), 1, std::string(filler, 'x'));
}

std::string json_response(std::string_view status, std::string_view body) {
  std::string out = "HTTP/1.1 ";
  out.append(status).append("\r\nContent-Type: application/json\r\nContent-Length: ");
  out.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  return out;
}

void append_chunk(std::string& out, std::string_view data) {
  char size[24];
  const int length = std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  out.append(size, static_cast<std::size_t>(length)).append(data).append("\r\n");
}

// A streamed answer that is not finished yet.
struct Stream {
  std::string event;  // one chunk, ready to send
  std::string ending;
  std::uint64_t left = 0;
  Clock::duration pace{};
  Clock::time_point due;
};

struct Connection {
  int fd = -1;
  std::uint64_t generation = 0;
  std::string in;
  std::string out;
  std::size_t written = 0;
  std::optional<BodyReader> body;
  std::string request_line;
  std::string request_body;
  std::optional<Stream> stream;
  bool waits_for_socket = false;
};

struct Alarm {
  Clock::time_point due;
  int fd;
  std::uint64_t generation;
  bool operator>(const Alarm& other) const { return due > other.due; }
};

class Backend {
 public:
  explicit Backend(Options options);
  int listen_port() const { return port_; }
  [[noreturn]] void run();

 private:
  void accept_all();
  void close_connection(Connection& connection);
  void handle_input(Connection& connection);
  void handle_requests(Connection& connection);
  bool take_request(Connection& connection);
  void answer(Connection& connection);
  void start_stream(Connection& connection);
  void continue_stream(Connection& connection);
  void flush(Connection& connection);
  void watch(Connection& connection, bool for_output);
  void fire_alarms();

  Options options_;
  int epoll_ = -1;
  int listener_ = -1;
  int port_ = 0;
  std::uint64_t generations_ = 0;
  std::vector<std::unique_ptr<Connection>> connections_;  // by file descriptor
  std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;
  std::string chat_answer_;
  std::string models_answer_;
  std::vector<char> read_buffer_ = std::vector<char>(kReadBytes);
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

Backend::Backend(Options options) : options_(std::move(options)) {
  chat_answer_ = json_response(
      "200 OK",
      padded(
          "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"" +
              options_.model +
              "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"@\"},"
              "\"finish_reason\":\"stop\"}]," +
              usage_json(20) + "}",
          options_.answer_bytes));
  models_answer_ = json_response(
      "200 OK", "{\"object\":\"list\",\"data\":[{\"id\":\"" + options_.model +
                    "\",\"object\":\"model\",\"created\":1,\"owned_by\":\"bench\"}]}");
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options_.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0) fail("bind");
  if (listen(listener_, 65535) != 0) fail("listen");
  if (getsockname(listener_, generic, &size) != 0) fail("getsockname");
  port_ = ntohs(address.sin_port);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener_}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event) != 0) fail("epoll_ctl");
}

void Backend::accept_all() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto slot = static_cast<std::size_t>(fd);
    if (connections_.size() <= slot) connections_.resize(slot + 1);
    connections_[slot] = std::make_unique<Connection>();
    connections_[slot]->fd = fd;
    connections_[slot]->generation = ++generations_;
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  }
}

void Backend::close_connection(Connection& connection) {
  const int fd = connection.fd;
  connections_[static_cast<std::size_t>(fd)].reset();
  close(fd);
}

void Backend::handle_input(Connection& connection) {
  const ssize_t size = read(connection.fd, read_buffer_.data(), read_buffer_.size());
  if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
    return close_connection(connection);
  if (size < 0) return;
  connection.in.append(read_buffer_.data(), static_cast<std::size_t>(size));
  handle_requests(connection);
}

void Backend::handle_requests(Connection& connection) {
  while (!connection.stream && take_request(connection)) answer(connection);
  flush(connection);
}

// Moves a whole request out of the input; false while it is incomplete. A broken one is answered by
// take_request itself.
bool Backend::take_request(Connection& connection) {
  if (!connection.body) {
    const Head head = parse_head(connection.in);
    if (head.state == HeadState::Incomplete) return false;
    connection.request_line = head.state == HeadState::Invalid ? "" : std::string(head.start_line);
    connection.request_body.clear();
    connection.body.emplace(head.state == HeadState::Invalid ? Head{} : head, UnsizedBody::Empty);
    if (head.expects_continue) connection.out += "HTTP/1.1 100 Continue\r\n\r\n";
    connection.in.erase(0, head.size);
  }
  std::size_t used = 0;
  while (true) {
    const BodyReader::Piece piece =
        connection.body->next(std::string_view(connection.in).substr(used));
    if (piece.consumed == 0) break;
    connection.request_body.append(piece.data);
    used += piece.consumed;
  }
  connection.in.erase(0, used);
  if (connection.body->failed()) connection.request_line.clear();
  if (!connection.body->done() && !connection.body->failed()) return false;
  connection.body.reset();
  return true;
}

void Backend::answer(Connection& connection) {
  const std::string_view line = connection.request_line;
  const std::string_view target = line.substr(0, line.rfind(' '));
  if (target == "POST /v1/chat/completions" || target == "POST /v1/completions") {
    if (asks_for_stream(connection.request_body)) return start_stream(connection);
    const auto size = find_number(connection.request_body, "\"bench_answer_bytes\"");
    if (!size) {
      connection.out += chat_answer_;
      return;
    }
    connection.out += json_response(
        "200 OK",
        padded("{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"@\"},"
               "\"finish_reason\":\"stop\"}]," +
                   usage_json(20) + "}",
               std::min(*size, kMaxPieceBytes)));
  } else if (target == "GET /v1/models") {
    connection.out += models_answer_;
  } else if (target == "GET /health") {
    connection.out += json_response("200 OK", "{\"status\":\"ok\"}");
  } else if (target.empty()) {
    connection.out += json_response("400 Bad Request", "{\"error\":{\"message\":\"bad request\"}}");
  } else {
    connection.out += json_response("404 Not Found", "{\"error\":{\"message\":\"no such path\"}}");
  }
}

void Backend::start_stream(Connection& connection) {
  const std::string_view body = connection.request_body;
  const auto wanted = [&](std::string_view name, std::uint64_t fallback, std::uint64_t most) {
    return std::min(find_number(body, name).value_or(fallback), most);
  };
  const std::string start =
      "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1,"
      "\"model\":\"" +
      options_.model + "\",\"choices\":[";
  Stream stream;
  stream.left = wanted("\"max_tokens\"", options_.chunks, kMaxChunks);
  append_chunk(
      stream.event,
      padded(start + "{\"index\":0,\"delta\":{\"content\":\"@\"},\"finish_reason\":null}]}\n\n",
             wanted("\"bench_chunk_bytes\"", options_.chunk_bytes, kMaxPieceBytes)));
  append_chunk(stream.ending, start + "]," + usage_json(stream.left) + "}\n\ndata: [DONE]\n\n");
  append_chunk(stream.ending, "");
  stream.pace = std::chrono::milliseconds(wanted("\"bench_pace_ms\"", options_.pace_ms, 3'600'000));
  stream.due = Clock::now();
  connection.out +=
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  connection.stream = std::move(stream);
  continue_stream(connection);
}

// Appends the chunks that are due (or, unpaced, that fit the run-ahead) and asks to be woken for
// the next one.
void Backend::continue_stream(Connection& connection) {
  Stream& stream = *connection.stream;
  const bool paced = stream.pace != Clock::duration::zero();
  const Clock::time_point now = Clock::now();
  while (stream.left > 0) {
    if (paced ? stream.due > now : connection.out.size() - connection.written > kFloodBytes) break;
    connection.out += stream.event;
    stream.due += stream.pace;
    --stream.left;
  }
  if (stream.left == 0) {
    connection.out += stream.ending;
    connection.stream.reset();
  } else if (paced) {
    alarms_.push({stream.due, connection.fd, connection.generation});
  }
}

void Backend::flush(Connection& connection) {
  while (true) {
    while (connection.written < connection.out.size()) {
      const ssize_t size = send(connection.fd, connection.out.data() + connection.written,
                                connection.out.size() - connection.written, MSG_NOSIGNAL);
      if (size < 0 && errno == EAGAIN) return watch(connection, true);
      if (size <= 0) return close_connection(connection);
      connection.written += static_cast<std::size_t>(size);
    }
    connection.out.clear();
    connection.written = 0;
    if (!connection.stream || connection.stream->pace != Clock::duration::zero()) break;
    continue_stream(connection);
  }
  watch(connection, false);
}

void Backend::watch(Connection& connection, bool for_output) {
  if (connection.waits_for_socket == for_output) return;
  connection.waits_for_socket = for_output;
  epoll_event event{.events = for_output ? EPOLLIN | EPOLLOUT : EPOLLIN,
                    .data = {.fd = connection.fd}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
}

void Backend::fire_alarms() {
  const Clock::time_point now = Clock::now();
  while (!alarms_.empty() && alarms_.top().due <= now) {
    const Alarm alarm = alarms_.top();
    alarms_.pop();
    const auto& connection = connections_[static_cast<std::size_t>(alarm.fd)];
    if (!connection || connection->generation != alarm.generation || !connection->stream) continue;
    continue_stream(*connection);
    if (!connection->stream) {
      handle_requests(*connection);
    } else {
      flush(*connection);
    }
  }
}

void Backend::run() {
  std::vector<epoll_event> events(1024);
  while (true) {
    timespec timeout{};
    const timespec* limit = nullptr;
    if (!alarms_.empty()) {
      const auto wait = std::max(alarms_.top().due - Clock::now(), Clock::duration::zero());
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
      timeout.tv_sec = seconds.count();
      timeout.tv_nsec =
          std::chrono::duration_cast<std::chrono::nanoseconds>(wait - seconds).count();
      limit = &timeout;
    }
    const int count =
        epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), limit, nullptr);
    if (count < 0 && errno != EINTR) fail("epoll_pwait2");
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == listener_) {
        accept_all();
        continue;
      }
      const auto slot = static_cast<std::size_t>(event.data.fd);
      if (connections_[slot] && (event.events & EPOLLOUT) != 0) flush(*connections_[slot]);
      if (connections_[slot] && (event.events & ~EPOLLOUT) != 0) handle_input(*connections_[slot]);
    }
    fire_alarms();
  }
}

const char kUsage[] =
    "bench_backend [--port N] [--model NAME] [--pace-ms N] [--chunks N] [--chunk-bytes N] "
    "[--answer-bytes N]\n"
    "An instant OpenAI-like engine on 127.0.0.1; prints {\"port\":N} when it listens.\n";

Options parse_options(int argc, char** argv) {
  static const option kOptions[] = {
      {"port", 1, nullptr, 'p'},        {"model", 1, nullptr, 'm'},
      {"pace-ms", 1, nullptr, 't'},     {"chunks", 1, nullptr, 'n'},
      {"chunk-bytes", 1, nullptr, 'b'}, {"answer-bytes", 1, nullptr, 'a'},
      {"help", 0, nullptr, 'h'},        {nullptr, 0, nullptr, 0}};
  Options options;
  const auto number = [] { return std::strtoull(optarg, nullptr, 10); };
  for (int c = 0; (c = getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
    switch (c) {
      case 'p':
        options.port = static_cast<std::uint16_t>(number());
        break;
      case 'm':
        options.model = optarg;
        break;
      case 't':
        options.pace_ms = number();
        break;
      case 'n':
        options.chunks = number();
        break;
      case 'b':
        options.chunk_bytes = number();
        break;
      case 'a':
        options.answer_bytes = number();
        break;
      default:
        std::fputs(kUsage, c == 'h' ? stdout : stderr);
        std::exit(c == 'h' ? 0 : 2);
    }
  }
  return options;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  bench::Backend backend(bench::parse_options(argc, argv));
  std::printf("{\"port\":%d}\n", backend.listen_port());
  std::fflush(stdout);
  backend.run();
}
