// For tests: one client machine with virtual time, proxies and callers that are written down step
// by step.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/client.h"
#include "crypto/ed25519.h"
#include "sim/dice.h"
#include "sim/network.h"
#include "tl/codec.h"

namespace cocoon::client {

using session::LinkId;

template <class T>
struct Got {
  base::Bytes bytes{};
  T object{};
  const T* operator->() const { return &object; }
};

// What a caller has seen of its answer.
struct Reply {
  std::uint32_t status = 0;
  std::map<std::string, std::string> headers;
  std::string body;
  enum class State { Waiting, Streaming, Ended, Aborted } state = State::Waiting;
  int ends = 0;  // must become 1 and stay so
  int parts = 0;
};

// The request that a proxy got, with its HTTP request read.
struct Run {
  std::string form;
  base::Bits256 id{};
  std::string model;
  std::int32_t max_coefficient = 0;
  std::int32_t max_tokens = 0;
  double timeout = 0;
  bool enable_debug = false;
  std::string method;
  std::string url;
  std::string body;
  std::map<std::string, std::string> headers;
};

class ClientLab {
 public:
  explicit ClientLab(std::string_view secret = "alice",
                     session::Standing first_standing = session::Standing::Good);

  Client& machine() { return machine_; }
  Callers& callers() { return machine_.callers(); }
  base::Now now() const { return now_; }
  const registry::Snapshot& network() const { return machine_.config().network; }

  // ---- proxies ----
  LinkId open();
  // A link with its handshake done; `models` are on offer there with one worker each.
  LinkId ready(std::int32_t version = 4,
               const std::vector<std::string>& models = {std::string(sim::kModel)});
  // The same with another proxy.
  LinkId ready_elsewhere(std::int32_t version);
  void close(LinkId link);
  void stand(LinkId link, session::Standing standing, std::string_view why = {});
  bool is_open(LinkId link) const { return peers_.at(link).is_open; }
  std::string closed(LinkId link) const { return peers_.at(link).closed; }
  // The oldest query not taken yet; a test failure and an empty object if there is none.
  template <class T>
  Got<T> query(LinkId link) {
    auto& queries = peers_[link].queries;
    if (queries.empty()) {
      note_missing("query");
      return {};
    }
    auto query = std::move(queries.front());
    queries.pop_front();
    tag_ = query.tag;
    return decode<T>(std::move(query.object));
  }
  template <class T>
  Got<T> message(LinkId link) {
    auto& messages = peers_[link].messages;
    if (messages.empty()) {
      note_missing("message");
      return {};
    }
    base::Bytes bytes = std::move(messages.front());
    messages.pop_front();
    return decode<T>(std::move(bytes));
  }
  std::size_t queries(LinkId link) const { return peers_.at(link).queries.size(); }
  std::size_t messages(LinkId link) const { return peers_.at(link).messages.size(); }
  // Answers the query that was taken last.
  template <class T>
  void answer(LinkId link, const T& object) {
    answer_bytes(link, tl::encode_boxed(object));
  }
  template <class T>
  void tell(LinkId link, const T& object) {
    tell_bytes(link, tl::encode_boxed(object));
  }
  void answer_bytes(LinkId link, base::BytesView object);
  void tell_bytes(LinkId link, base::BytesView object);
  void refuse_query(LinkId link, std::string_view message);
  // What an honest proxy answers to the greeting; valid until the next call.
  tl::ClientConnectedToProxy connected(std::int32_t version = 4);
  // One free worker for each of the models, which must outlive the answer.
  tl::ClientOffers offers(const std::vector<std::string>& models);
  ton::ProxyIdentity identity() const;
  base::Bits256 expected_secret() const;

  // ---- answers of the network, in the form of the link's version ----
  std::optional<Run> run(LinkId link);
  void head(LinkId link, const base::Bits256& id, std::string_view body,
            std::string_view type = "application/json", std::optional<tl::TokensUsed> end = {});
  void part(LinkId link, const base::Bits256& id, std::string_view body,
            std::optional<tl::TokensUsed> end = {});
  void failure(LinkId link, const base::Bits256& id, std::int32_t code, std::string_view text);

  // ---- callers ----
  CallId call(std::string_view body = R"({"model":"lab/tiny","messages":[]})",
              std::vector<openai::Header> headers = {},
              std::string_view target = "/v1/chat/completions");
  const Reply& reply(CallId call) { return replies_[call]; }
  void caller_gone(CallId call);
  void pace(CallId call, Client::Pace pace);

  void pass(base::Duration time);
  // Somebody sets the wall clock.
  void jump_clock(base::Duration by) { now_.wall += by; }
  void drain();

  static tl::TokensUsed tokens(std::int64_t total) {
    tl::TokensUsed used{};
    used.completion_tokens_used = used.total_tokens_used = total;
    return used;
  }

 private:
  struct Peer {
    bool is_open = true;
    std::int32_t version = 4;
    std::string closed;
    std::deque<session::SendQuery> queries;
    std::deque<base::Bytes> messages;
  };

  template <class T>
  static Got<T> decode(base::Bytes bytes) {
    Got<T> got{.bytes = std::move(bytes)};
    auto object = tl::decode_boxed<T>(got.bytes);
    if (object) {
      got.object = *std::move(object);
    } else {
      note_missing(T::kName);
    }
    return got;
  }
  static void note_missing(std::string_view what);
  void settle();
  void hear(session::LinkEffect effect);
  void show(const Effect& effect);
  Reply& open_reply(CallId call);

  sim::Dice dice_{7};
  base::Now now_{base::Instant(std::chrono::seconds(1000)), base::from_unix_seconds(1'700'000'000)};
  Client machine_;
  std::map<LinkId, Peer> peers_;
  std::map<CallId, Reply> replies_;
  session::QueryTag tag_{};
  std::uint64_t next_link_ = 1;
  std::uint64_t next_call_ = 1;
  std::string proxy_ = "proxy";
  std::string owner_;
  std::string proxy_contract_;
  std::string client_contract_;
};

}  // namespace cocoon::client
