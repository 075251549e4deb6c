#include "app/chain_link.h"

#include <utility>

#include "io/files.h"

namespace cocoon::app {
namespace {

constexpr std::size_t kSavedBytesMax = 4096;

std::vector<ton::LiteServer> servers_of(const ton::LiteClientConfig& config) {
  return config.servers;
}

}  // namespace

// One server's dial, then its stream.
struct ChainLink::Connection final : io::StreamEvents {
  Connection(ChainLink& owner_in, std::size_t index_in) : owner(owner_in), index(index_in) {}

  void on_bytes(base::BytesView bytes) override {
    owner.client_.handle_bytes(owner.runtime_.now(), index, bytes);
    owner.carry_out();
  }
  void on_closed(const base::Error&) override {
    // The stream is still on the call stack; it goes with the next effect or connection.
    closed = true;
    owner.client_.handle_closed(owner.runtime_.now(), index);
    owner.carry_out();
  }

  ChainLink& owner;
  std::size_t index;
  std::unique_ptr<io::Dial> dial;
  std::unique_ptr<io::Stream> stream;
  bool closed = false;
};

ChainLink::ChainLink(io::Runtime& runtime, ton::LiteClientConfig config, std::string saved_path)
    : runtime_(runtime),
      servers_(servers_of(config)),
      saved_path_(std::move(saved_path)),
      client_(std::move(config), random_),
      timer_(runtime, [this] { tick(); }) {
  if (!saved_path_.empty()) {
    const auto saved = io::read_file(saved_path_, kSavedBytesMax);
    // A file that does not fit costs time and nothing else.
    if (saved) (void)client_.restore(*saved).ok();
  }
  saved_key_block_ = client_.key_block();
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    connections_.push_back(std::make_unique<Connection>(*this, i));
  }
}

ChainLink::~ChainLink() = default;

void ChainLink::on_event(std::function<void(const ton::LiteEvent&)> callback) {
  callback_ = std::move(callback);
}

void ChainLink::start() { tick(); }

std::uint64_t ChainLink::request(ton::LiteRequest request) {
  const std::uint64_t id = client_.request(runtime_.now(), std::move(request));
  carry_out();
  return id;
}

void ChainLink::tick() {
  client_.handle_time(runtime_.now());
  carry_out();
}

void ChainLink::connect(std::size_t server) {
  Connection& connection = *connections_[server];
  connection.stream.reset();
  connection.closed = false;
  const auto target = io::HostPort::parse(servers_[server].name);
  if (!target) {
    client_.handle_closed(runtime_.now(), server);
    return;
  }
  io::Opening opening;
  opening.on_outcome = [this, server](base::Result<io::Connection> outcome) {
    Connection& opened = *connections_[server];
    if (outcome) {
      opened.stream = std::move(outcome->stream);
      opened.stream->start(opened);
      client_.handle_connected(runtime_.now(), server);
    } else {
      client_.handle_closed(runtime_.now(), server);
    }
    carry_out();
  };
  connection.dial = std::make_unique<io::Dial>(runtime_, *target, std::move(opening));
}

// Effects and events, until there are no more; a callback may make new ones.
void ChainLink::carry_out() {
  if (busy_) return;
  busy_ = true;
  for (;;) {
    if (const auto effect = client_.poll_effect()) {
      if (const auto* opened = std::get_if<ton::LiteConnect>(&*effect)) {
        connect(opened->server);
      } else if (const auto* send = std::get_if<ton::LiteSend>(&*effect)) {
        Connection& connection = *connections_[send->server];
        if (connection.stream && !connection.closed) connection.stream->write(send->bytes);
      } else {
        Connection& connection = *connections_[std::get<ton::LiteClose>(*effect).server];
        connection.dial.reset();
        connection.stream.reset();
      }
      continue;
    }
    const auto event = client_.poll_event();
    if (!event) break;
    if (std::holds_alternative<ton::HeadMoved>(*event)) save();
    if (callback_) callback_(*event);
  }
  busy_ = false;
  arm();
}

void ChainLink::arm() {
  const auto deadline = client_.next_deadline();
  if (deadline) timer_.arm(*deadline);
}

// Key blocks are rare; only they shorten the next start.
void ChainLink::save() {
  if (saved_path_.empty() || client_.key_block() == saved_key_block_) return;
  if (io::write_file(saved_path_, client_.save()).ok()) saved_key_block_ = client_.key_block();
}

}  // namespace cocoon::app
