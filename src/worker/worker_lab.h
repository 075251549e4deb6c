// For tests: one worker machine with virtual time, proxies and an engine that are written down step
// by step.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/ed25519.h"
#include "sim/network.h"
#include "tl/codec.h"
#include "worker/worker.h"

namespace cocoon::worker {

using session::LinkId;

struct LabTerms {
  std::string model = sim::registered_model(sim::kModel);
  std::int32_t coefficient = 1000;
  std::int32_t max_active = 4;
  ton::PriceMultipliers multipliers{};
  EngineState engine = EngineState::Up;
  session::Standing first_standing = session::Standing::Good;
  session::OfferTerms offer = {};
};

template <class T>
struct Got {
  base::Bytes bytes{};
  T object{};
  const T* operator->() const { return &object; }
};

struct OrderSpec {
  std::uint8_t id = 1;  // the first byte of the request id, the others are zero
  std::string method = "POST";
  std::string url = "/v1/chat/completions";
  std::string body = R"({"model":"lab/tiny","messages":[]})";
  std::int32_t coefficient = 1000;
  double timeout = 60;
  JobTerms::Debug debug = JobTerms::Debug::Off;
};

// What a proxy was told, read independently of the production code.
struct WorkerAnswer {
  std::string form;  // the constructor's name
  base::Bits256 id{};
  std::string body;  // of a head: its payload
  std::int32_t status = 0;
  std::map<std::string, std::string> headers;
  std::int32_t code = 0;
  std::string error;
  std::optional<tl::TokensUsed> tokens;
  tl::ProxyQueryFinalInfo end{};  // its text is empty here
  std::string debug;
};

class WorkerLab {
 public:
  explicit WorkerLab(const LabTerms& terms = {});

  Worker& machine() { return machine_; }
  base::Now now() const { return now_; }
  const registry::Snapshot& network() const { return machine_.config().network; }

  // ---- proxies ----
  LinkId open();
  // A link with its handshake done.
  LinkId ready(std::int32_t version = 4);
  void close(LinkId link);
  void stand(LinkId link, session::Standing standing, std::string_view why = {});
  void congest(LinkId link, session::Congestion congestion);
  bool is_open(LinkId link) const { return peers_.at(link).is_open; }
  std::string closed(LinkId link) const { return peers_.at(link).closed; }
  // The oldest query not taken yet; a test failure and an empty object if there is none.
  template <class T>
  Got<T> query(LinkId link) {
    return decode<T>(pop(peers_[link].queries, "query"));
  }
  template <class T>
  Got<T> message(LinkId link) {
    return decode<T>(pop(peers_[link].messages, "message"));
  }
  Got<tl::WorkerOffer> offer(LinkId link) {
    return decode<tl::WorkerOffer>(pop(peers_[link].offers, "offer"));
  }
  Got<tl::WorkerLoad> load(LinkId link) {
    return decode<tl::WorkerLoad>(pop(peers_[link].loads, "load"));
  }
  std::size_t offers(LinkId link) const { return peers_.at(link).offers.size(); }
  std::size_t loads(LinkId link) const { return peers_.at(link).loads.size(); }
  session::SendError error(LinkId link);
  std::size_t queries(LinkId link) const { return peers_.at(link).queries.size(); }
  std::size_t messages(LinkId link) const { return peers_.at(link).messages.size(); }
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
  void ask_bytes(LinkId link, base::BytesView object);
  // What an honest proxy answers to the greeting; valid until the next call.
  tl::WorkerConnectedToProxy connected(std::int32_t version = 4);
  ton::ProxyIdentity identity() const;

  void order(LinkId link, const OrderSpec& spec = {});
  WorkerAnswer worker_answer(LinkId link);

  // ---- the engine ----
  std::optional<StartJob> job();
  std::optional<JobId> cancelled();
  // Left unread now.
  bool is_paused(JobId job) const { return paused_.contains(job); }
  void head(JobId job, std::uint32_t status = 200, std::string_view type = "application/json");
  void body(JobId job, std::string_view text);
  void end(JobId job);
  void failed(JobId job, std::string_view why);
  // head, body and end.
  void whole(JobId job, std::string_view text, std::uint32_t status = 200);
  void set_engine(EngineState state);

  void pass(base::Duration time);
  void drain();
  std::uint64_t refusals(std::string_view reason) const;

 private:
  struct Peer {
    bool is_open = true;
    std::int32_t version = 4;
    std::string closed;
    std::deque<base::Bytes> queries;
    std::deque<base::Bytes> messages;
    std::deque<base::Bytes> offers;
    std::deque<base::Bytes> loads;
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

  base::Now now_{base::Instant(std::chrono::seconds(1000)), base::from_unix_seconds(1'700'000'000)};
  Worker machine_;
  std::map<LinkId, Peer> peers_;
  std::deque<StartJob> jobs_;
  std::deque<JobId> cancelled_;
  std::set<JobId> paused_;
  std::uint64_t next_link_ = 1;
  std::string owner_;
  std::string proxy_contract_;
  std::string worker_contract_;
};

}  // namespace cocoon::worker
