// For tests: one proxy machine with virtual time, peers that are written down step by step, and a
// disk that confirms at once or not at all. The books are checked after every step.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proxy/proxy.h"
#include "sim/dice.h"
#include "sim/network.h"

namespace cocoon::proxy {

using session::LinkId;

struct LabTerms {
  sim::NetworkTerms network{.models = {std::string(sim::kModel), std::string(sim::kOtherModel)}};
  UnknownClients unknown_clients = UnknownClients::Refused;
  HashCheck worker_hashes = HashCheck::Enforced;
  HashCheck model_hashes = HashCheck::Enforced;
  session::Standing first_worker_standing = session::Standing::Good;
  std::optional<ChainTerms> chain = std::nullopt;
};

// A decoded object together with the bytes that its views point into.
template <class T>
struct Got {
  base::Bytes bytes{};
  T object{};
  const T* operator->() const { return &object; }
};

struct ClientSpec {
  std::string name = "alice";  // alice and bob have credit for a million tokens, poor for a hundred
  std::int32_t version = 4;
};

struct WorkerSpec {
  std::string name = "walter";
  std::string model = sim::registered_model(sim::kModel);
  std::int32_t coefficient = 1000;
  std::int32_t slots = 4;
  std::int32_t proxies = 1;
  std::int32_t version = 4;
  market::Availability availability = market::Availability::Enabled;
};

struct RequestSpec {
  std::uint32_t id = 1;  // see ProxyLab::request_id()
  std::string model = std::string(sim::kModel);
  std::int32_t max_coefficient = 4000;
  std::int32_t max_tokens = 100;
  double timeout = 60;
  Debug debug = Debug::Off;
  std::int32_t config_version = 0;
  std::string body = {};  // empty: one that names the id
};

// What a worker was asked to do.
struct WorkOrder {
  LinkId worker{};
  base::Bits256 id{};
  std::int64_t coefficient = 0;
  double timeout = 0;
  Debug debug = Debug::Off;
  base::Bytes query{};
};

// What a client was told, read independently of the production decoder.
struct ClientAnswer {
  std::string form;  // the constructor's name
  base::Bits256 id{};
  std::string body;
  std::int32_t code = 0;
  std::string error;
  std::optional<tl::TokensUsed> tokens;  // set at the end of an answer
  tl::ClientQueryFinalInfo end{};        // Ex forms only; its texts are empty here
  std::string worker_debug;
};

class ProxyLab {
 public:
  explicit ProxyLab(const LabTerms& terms = {});

  Proxy& machine() { return machine_; }
  base::Now now() const { return now_; }

  // ---- links ----
  LinkId open(PeerRole role, const base::Bits256& image = sim::worker_image());
  void close(LinkId link);
  void stand(LinkId link, session::Standing standing, std::string_view why = {});
  void congest(LinkId link, session::Congestion congestion);
  void switch_owner(const ton::Address& owner, WorkerSessions::Switch to);
  bool is_open(LinkId link) const { return peers_.at(link).is_open; }
  // Why the proxy closed it; empty if it did not.
  std::string closed(LinkId link) const { return peers_.at(link).closed; }

  // ---- raw objects ----
  void ask_bytes(LinkId link, base::BytesView object);
  void tell_bytes(LinkId link, base::BytesView object);
  template <class T>
  void ask(LinkId link, const T& object) {
    ask_bytes(link, tl::encode_boxed(object));
  }
  template <class T>
  void tell(LinkId link, const T& object) {
    tell_bytes(link, tl::encode_boxed(object));
  }
  // The oldest answer, error, message or payment not taken yet; a test failure and an empty object
  // if there is none.
  template <class T>
  Got<T> answer(LinkId link) {
    return decode<T>(pop(peers_[link].answers, "answer"));
  }
  template <class T>
  Got<T> message(LinkId link) {
    return decode<T>(pop(peers_[link].messages, "message"));
  }
  template <class T>
  Got<T> payment(LinkId link) {
    return decode<T>(pop(peers_[link].payments, "payment"));
  }
  session::SendError error(LinkId link);
  std::size_t messages(LinkId link) const { return peers_.at(link).messages.size(); }
  std::size_t payments(LinkId link) const { return peers_.at(link).payments.size(); }
  std::size_t answers(LinkId link) const { return peers_.at(link).answers.size(); }

  // ---- handshakes ----
  tl::ClientConnectToProxy client_greeting(const ClientSpec& spec);
  tl::WorkerConnectToProxy worker_greeting(const WorkerSpec& spec);
  LinkId client(const ClientSpec& spec = {});
  LinkId worker(const WorkerSpec& spec = {});

  // ---- requests ----
  void request(LinkId client, const RequestSpec& spec = {});
  std::optional<WorkOrder> order(LinkId worker);
  void head(const WorkOrder& order, std::string_view body, std::optional<tl::TokensUsed> end = {});
  void part(const WorkOrder& order, std::string_view body, std::optional<tl::TokensUsed> end = {});
  void failure(const WorkOrder& order, std::int32_t code, std::string_view text,
               tl::TokensUsed tokens = {});
  ClientAnswer client_answer(LinkId client);

  // ---- time and disk ----
  void pass(base::Duration time);
  // Somebody sets the wall clock.
  void jump_clock(base::Duration by) { now_.wall += by; }
  enum class Disk { Prompt, Stalled };
  void set_disk(Disk disk) { disk_ = disk; }
  // Everything that was polled so far is on disk now.
  void persist();
  void fail_disk();
  void drain();

  // ---- books ----
  const payment::Account& account(payment::AccountKind kind, std::string_view name) const;
  const payment::Account& client_account(std::string_view name = "alice") const {
    return account(payment::AccountKind::Client, name);
  }
  const payment::Account& worker_account(std::string_view name = "walter") const {
    return account(payment::AccountKind::Worker, name);
  }
  std::uint64_t refusals(std::string_view reason) const;
  void expect_sound_books() const;

  static tl::TokensUsed tokens(std::int64_t prompt, std::int64_t completion) {
    return {.prompt_tokens_used = prompt,
            .cached_tokens_used = 0,
            .completion_tokens_used = completion,
            .reasoning_tokens_used = 0,
            .total_tokens_used = prompt + completion};
  }
  static base::Bits256 request_id(std::uint32_t number) {
    base::Bits256 id{};
    for (std::size_t i = 0; i < 4; ++i) id[i] = static_cast<std::uint8_t>(number >> (i * 8));
    return id;
  }

 private:
  struct Peer {
    PeerRole role = PeerRole::Client;
    std::int32_t version = 4;
    bool is_open = true;
    std::string closed;
    std::deque<base::Bytes> messages;
    std::deque<base::Bytes> payments;
    std::deque<base::Bytes> answers;
    std::deque<session::SendError> errors;
  };

  template <class T>
  Got<T> decode(base::Bytes bytes) {
    Got<T> got{.bytes = std::move(bytes)};
    auto object = tl::decode_boxed<T>(got.bytes);
    if (object) {
      got.object = *std::move(object);
    } else {
      note_undecoded(T::kName, got.bytes);
    }
    return got;
  }
  static void note_undecoded(std::string_view wanted, base::BytesView bytes);
  static base::Bytes pop(std::deque<base::Bytes>& queue, const char* what);
  void settle();
  void hear(session::LinkEffect effect);
  template <class Ex, class Legacy>
  void answer_as_worker(const WorkOrder& order, std::string_view body,
                        std::optional<tl::TokensUsed> end);

  sim::Dice dice_{7};
  base::Now now_{base::Instant(std::chrono::seconds(1000)), base::from_unix_seconds(1'700'000'000)};
  Proxy machine_;
  std::map<LinkId, Peer> peers_;
  std::uint64_t next_link_ = 1;
  std::int64_t next_query_ = 1;
  Disk disk_ = Disk::Prompt;
  std::uint64_t polled_ = 0;
  std::string address_;  // what greetings point to
  std::string model_;
};

}  // namespace cocoon::proxy
