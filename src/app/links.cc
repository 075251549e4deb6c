#include "app/links.h"

#include <algorithm>

namespace cocoon::app {
namespace {

using session::LinkId;

// While the kernel and the stream hold this much, further output waits in the session, which has a
// bound of its own.
constexpr std::size_t kStreamHighWater = 1 << 20;

}  // namespace

class Links::Link final : public io::StreamEvents, public session::ConnectionEvents {
 public:
  Link(Links& links, LinkId id, std::unique_ptr<io::Stream> stream, session::Role role)
      : links_(links),
        id_(id),
        opened_(links.runtime_.now().steady),
        stream_(std::move(stream)),
        connection_(role, links.random_, links.runtime_.now()),
        timer_(links.runtime_, [this] { on_deadline(); }) {
    stream_->start(*this);
    write();
  }

  LinkId id() const { return id_; }
  const io::Stream& stream() const { return *stream_; }
  base::Instant opened() const { return opened_; }
  bool dirty = false;

  void on_bytes(base::BytesView bytes) override {
    const auto result = connection_.handle_bytes(links_.runtime_.now(), bytes, *this);
    finish_turn(result);
  }
  void on_drained() override {
    write();
    if (tell_congestion()) links_.owner_.on_turn();
  }
  void on_closed(const base::Error& reason) override {
    connection_.close(*this);
    links_.end(*this, std::string(reason.reason()));
    links_.owner_.on_turn();
  }

  void on_ready() override { links_.owner_.on_link_ready(id_); }
  void on_message(base::BytesView data) override { links_.owner_.on_link_message(id_, data); }
  void on_query(session::QueryId id, base::BytesView data) override {
    links_.owner_.on_link_query(id_, static_cast<std::int64_t>(id), data);
  }
  void on_answer(session::QueryId id, base::BytesView data) override {
    links_.owner_.on_link_answer(id_, take_tag(id), data);
  }
  void on_query_failed(session::QueryId id, const session::QueryFailure& failure) override {
    const auto tag = take_tag(id);
    if (failure.cause == session::QueryFailureCause::ConnectionLost) return;
    links_.owner_.on_link_query_failed(id_, tag, failure.code, failure.message);
  }

  void say(const session::SendMessage& effect) {
    note(connection_.send_message_bytes(effect.object));
  }
  void say(const session::SendQuery& effect) {
    const auto id =
        connection_.send_query_bytes(links_.runtime_.now(), effect.object, effect.timeout);
    if (id) {
      asked_.emplace_back(*id, effect.tag);
    } else {
      closing_ = id.error().reason();
    }
  }
  void say(const session::SendAnswer& effect) {
    note(connection_.send_answer_bytes(session::QueryId(effect.query_id), effect.object));
  }
  void say(const session::SendError& effect) {
    note(connection_.send_error(session::QueryId(effect.query_id), effect.code, effect.message));
  }
  void say(const session::CloseLink& effect) { closing_ = effect.reason; }

  void write() {
    if (connection_.has_output() && stream_->pending_bytes() < kStreamHighWater) {
      stream_->write(connection_.poll_output());
    }
    const auto deadline = connection_.poll_deadline();
    timer_.arm(deadline ? *deadline : base::Instant::max());
  }
  // True if the owner has heard something new.
  bool tell_congestion() {
    if (congested_ == connection_.has_output()) return false;
    congested_ = !congested_;
    links_.owner_.on_link_congestion(
        id_, congested_ ? session::Congestion::Begun : session::Congestion::Ended);
    return true;
  }
  const std::string& closing() const { return closing_; }
  void close_stream() { stream_->close(); }

 private:
  void note(const base::Result<void>& sent) {
    if (!sent && closing_.empty()) closing_ = sent.error().reason();
  }
  void on_deadline() { finish_turn(connection_.handle_time(links_.runtime_.now(), *this)); }
  void finish_turn(const base::Result<void>& result) {
    if (!result) closing_ = result.error().reason();
    links_.mark_dirty(*this);
    links_.owner_.on_turn();
  }
  session::QueryTag take_tag(session::QueryId id) {
    const auto found = std::ranges::find(asked_, id, [](const auto& entry) { return entry.first; });
    if (found == asked_.end()) return session::QueryTag{};
    const auto tag = found->second;
    asked_.erase(found);
    return tag;
  }

  Links& links_;
  LinkId id_;
  base::Instant opened_;
  std::unique_ptr<io::Stream> stream_;
  session::Connection connection_;
  io::Timer timer_;
  std::vector<std::pair<session::QueryId, session::QueryTag>> asked_;
  std::string closing_;
  bool congested_ = false;  // output waits in the session
};

Links::Links(io::Runtime& runtime, base::Random& random, LinkOwner& owner)
    : runtime_(runtime), random_(random), owner_(owner) {}

Links::~Links() = default;

LinkId Links::add(std::unique_ptr<io::Stream> stream, session::Role role) {
  const LinkId id{next_id_++};
  links_.emplace(id, std::make_unique<Link>(*this, id, std::move(stream), role));
  return id;
}

void Links::mark_dirty(Link& link) {
  if (link.dirty) return;
  link.dirty = true;
  dirty_.push_back(link.id());
}

void Links::carry_out(session::LinkEffect&& effect) {
  std::visit(
      [this](const auto& said) {
        const auto found = links_.find(said.link);
        if (found == links_.end()) return;
        found->second->say(said);
        mark_dirty(*found->second);
      },
      effect);
}

Links::Flushed Links::flush() {
  Flushed flushed = Flushed::Quiet;
  while (!dirty_.empty()) {
    const auto dirty = std::exchange(dirty_, {});
    for (const LinkId id : dirty) {
      const auto found = links_.find(id);
      if (found == links_.end()) continue;
      Link& link = *found->second;
      link.dirty = false;
      link.write();
      const bool closes = !link.closing().empty();
      if (closes) end(link, link.closing());
      if (closes || link.tell_congestion()) flushed = Flushed::OwnerHeard;
    }
  }
  // Events of a link may be further down the stack: what has ended is destroyed on a turn of its
  // own.
  if (!ended_.empty()) {
    auto ended = std::make_shared<std::vector<std::unique_ptr<Link>>>(std::exchange(ended_, {}));
    runtime_.post([ended] { ended->clear(); });
  }
  return flushed;
}

void Links::end(Link& link, std::string reason) {
  const auto found = links_.find(link.id());
  if (found == links_.end()) return;
  link.close_stream();
  ended_.push_back(std::move(found->second));
  links_.erase(found);
  owner_.on_link_closed(ended_.back()->id(), reason);
}

std::string Links::peer_address(LinkId id) const {
  const auto found = links_.find(id);
  return found == links_.end() ? std::string() : found->second->stream().peer_address();
}

base::Instant Links::opened_at(LinkId id) const {
  const auto found = links_.find(id);
  return found == links_.end() ? base::Instant{} : found->second->opened();
}

}  // namespace cocoon::app
