// Client: the whole client role as one machine. It holds sessions with proxies and turns a caller's
// HTTP request into a request of the network and the network's answer back into HTTP.
//
// A call has exactly one end, whatever the network does: a whole answer, the end of a stream, or an
// error in OpenAI's shape, at the latest when its time is over. Answer bytes pass as the engine
// made them; only the price is written into the usage object, and only the last bytes wait for it.
// Errors of the network are understood in every form and version.
//
// When the connection to a proxy is lost, it is asked afterwards how its requests ended: what was
// charged is booked, and what was not may be asked elsewhere without a second charge.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/nanoton.h"
#include "base/random.h"
#include "client/callers.h"
#include "client/config.h"
#include "client/network_answer.h"
#include "client/proxy_links.h"
#include "openai/cost.h"
#include "openai/error.h"
#include "openai/headers.h"
#include "openai/request.h"
#include "session/window.h"

namespace cocoon::client {

// The shell's name for one HTTP request of a caller; never used twice.
enum class CallId : std::uint64_t {};

struct Call {
  std::string target;  // "/v1/chat/completions"
  std::vector<openai::Header> headers;
  base::Bytes body;
};

struct StartAnswer {
  CallId call{};
  std::uint32_t status = 200;
  std::vector<openai::Header> headers;
};
struct AnswerPart {
  CallId call{};
  base::Bytes bytes;
};
struct EndAnswer {
  CallId call{};
};
// The answer breaks off: the caller must see that it is not whole.
struct AbortAnswer {
  CallId call{};
};
struct WholeAnswer {
  CallId call{};
  std::uint32_t status = 200;
  std::vector<openai::Header> headers;
  base::Bytes body;
};
using Effect =
    std::variant<session::LinkEffect, StartAnswer, AnswerPart, EndAnswer, AbortAnswer, WholeAnswer>;

// Numbers only grow. `spent` is what answers cost by the network's prices, not yet settled
// anywhere.
struct Counters {
  std::uint64_t calls = 0;
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;
  std::uint64_t abandoned = 0;
  std::uint64_t retried = 0;  // attempts at another proxy
  std::uint64_t sent_bytes = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t late_answers = 0;
  std::uint64_t unresolved = 0;        // lost with their connection, and the proxy never said more
  std::uint64_t doubtful_charges = 0;  // a proxy's word was not taken, see Client::billed()
  std::int64_t tokens = 0;             // adjusted
  base::Nanoton spent;
  std::map<std::string, std::uint64_t, std::less<>> refusals;
};

class Client {
 public:
  Client(Config config, base::Random& random);

  // What the proxy's evidence proved: 0 for T0 and so on, and as people read it.
  void handle_opened(session::LinkId link, int tier_level, std::string tier);
  // What the shell has found out about the proxy; `why` if it has lapsed. A link that lapsed is
  // closed once its running requests have ended.
  void handle_standing(session::LinkId link, session::Standing standing, std::string_view why);
  // What the proxy's newer evidence proved.
  void handle_tier(session::LinkId link, int tier_level, std::string tier);
  // The protocol's version, once both sides have settled it.
  std::optional<std::int32_t> version_of(session::LinkId link) const;
  void handle_closed(base::Now now, session::LinkId link);
  void handle_answer(base::Now now, session::LinkId link, session::QueryTag tag,
                     base::BytesView object);
  void handle_query_failed(base::Now now, session::LinkId link, session::QueryTag tag,
                           std::string_view message);
  void handle_message(base::Now now, session::LinkId link, base::BytesView object);

  void handle_call(base::Now now, CallId id, Call call);
  // The caller is gone; nothing more is said to it, and the request is cancelled. Versions up to 4
  // can't cancel: there it runs to its end and is charged.
  void handle_caller_gone(CallId id);
  // How the caller keeps up with its answer. While it is behind, the network is asked for no more
  // of it than is under way.
  enum class Pace { Behind, CaughtUp };
  void handle_caller_pace(CallId id, Pace pace);
  void handle_time(base::Now now);
  void handle_drain();

  std::optional<Effect> poll_effect();
  std::optional<base::Instant> poll_deadline() const;

  const Config& config() const { return config_; }
  const ProxyLinks& proxies() const { return links_; }
  // The channels on the chain, whose contracts the shell watches and whose orders it sends.
  payment::chain::PerProxy<payment::chain::ClientChannel>& channels() { return links_.channels(); }
  const Counters& counters() const { return counters_; }
  // Without those that only the books wait for.
  std::size_t running() const { return running_.size() - memories_; }
  // The body of GET /v1/models.
  std::string models_body() const;
  Callers& callers() { return callers_; }
  const Callers& callers() const { return callers_; }

 private:
  enum class Caller { Waiting, Streaming, Gone };
  // What a proxy is asked for, in one form for all versions.
  struct Order {
    base::Bytes query;  // boxed http.request; let go when it can't be needed for another attempt
    std::int32_t max_coefficient = 0;
    std::int32_t first_max_coefficient = 0;  // at the first proxy
    std::int32_t max_tokens = 0;
    bool enable_debug = false;
    openai::Preference prefer = openai::Preference::None;
    int least_tier = 0;
  };
  struct Running {
    CallId call{};
    session::LinkId link{};
    std::vector<session::LinkId> tried;  // `link` is the last of them
    Order order;
    base::Bits256 request_id{};
    base::Instant deadline;
    // Whose connection was lost with the request; it is asked how it ended.
    std::optional<ton::Address> lost_at{};
    base::Instant patience{};  // the deadline before it was lost
    bool is_memory = false;    // only the books wait for its end
    bool id_is_callers = false;
    Caller caller = Caller::Waiting;
    bool event_stream = false;
    bool has_head = false;
    base::TokenCount most;  // adjusted tokens that it can use on the terms it was sent with
    session::ReceivingWindow window;
    Pace pace = Pace::CaughtUp;
    bool in_line = false;  // what was passed on ends in the middle of a line
    std::string model;
    openai::CostInjector cost;
    std::optional<Admission> admission;  // of the caller's key, where keys are asked for
    base::Instant sent_at;
    base::Instant head_at;
    std::size_t received_bytes = 0;
  };
  using RunningMap = std::unordered_map<base::Bits256, Running, base::Bits256Hash>;

  base::Result<std::optional<base::Bits256>> wanted_request_id(const Call& call) const;
  static Order order_of(const Call& call, const openai::RequestFacts& facts);
  static Wanted wanted_of(const Running& running);
  // The most adjusted tokens that the order can use at this coefficient.
  base::Result<base::TokenCount> most_tokens(const Order& order, std::int32_t coefficient) const;
  // What the order may cost at most; its ceiling is lowered to prices that are known.
  base::Nanoton worst_case(Order& order, std::string_view model) const;
  void start(base::Now now, Running running, ProxyLink& proxy);
  // Gives the request to the proxy.
  void send(base::Now now, Running& running, ProxyLink& proxy);
  // Gives it to another proxy, if the one before has said that it does not serve it and another may
  // do better.
  bool retry(base::Now now, RunningMap::iterator running, const openai::ApiError& error);
  void let_go_of_query(Running& running);
  // The connection to the proxy is gone.
  void lose(base::Now now, RunningMap::iterator running, const ton::Address& proxy_contract);
  // Asks the proxy how its lost requests ended, if that is due.
  void ask_about_lost(base::Now now, ProxyLink& proxy);
  void handle_ends(base::Now now, ProxyLink& proxy, base::BytesView object);
  void resolve(base::Now now, RunningMap::iterator running, ProxyLink& proxy,
               const tl::ClientRequestEnd& end);
  void give_up_lost(base::Now now, RunningMap::iterator running);
  // Gives requests that cost nothing where they were lost to whoever offers their models now.
  void place_homeless(base::Now now);
  void forget_lost(RunningMap::iterator running);
  // Goes on under a new id.
  RunningMap::iterator rename(RunningMap::iterator running);
  void set_deadline(RunningMap::iterator running, base::Instant deadline);
  // The error to the caller, whatever it has had so far; the request stays.
  void say_error(Running& running, const openai::ApiError& error);
  void refuse(CallId call, const openai::ApiError& error);
  void handle_network_answer(base::Now now, session::LinkId link, const NetworkAnswer& answer);
  void handle_head(base::Now now, RunningMap::iterator running, const NetworkAnswer& answer);
  void handle_end(base::Now now, RunningMap::iterator running, const NetworkAnswer& answer,
                  base::BytesView bytes, const tl::HttpResponse* whole);
  // What is taken of a proxy's word about a charge: nothing below zero, and no more than the
  // request can use. A proxy that says more is counted, and asked last.
  base::TokenCount billed(const Running& running, const tl::TokensUsed& tokens);
  // Answers with the price.
  base::Nanoton book(base::Now now, const Running& running, const tl::TokensUsed& tokens);
  void pass_on(Running& running, base::BytesView bytes);
  // Asks for more of the answer if that is due.
  void widen(Running& running);
  void fail(base::Now now, RunningMap::iterator running, const openai::ApiError& error);
  void cancel(const Running& running);
  void erase(RunningMap::iterator running);
  base::Nanoton price_of(base::TokenCount tokens) const;
  std::vector<openai::Header> answer_headers(const Running& running,
                                             const tl::HttpResponse& response) const;
  openai::ApiError error_of(const Running& running, const NetworkAnswer& answer) const;

  Config config_;
  base::Random& random_;
  std::deque<session::LinkEffect> said_;
  std::deque<Effect> effects_;
  ProxyLinks links_;
  Callers callers_;
  RunningMap running_;  // by request id
  std::unordered_map<CallId, base::Bits256> by_call_;
  std::set<std::pair<base::Instant, base::Bits256>> deadlines_;
  std::map<ton::Address, std::set<base::Bits256>> lost_;  // by the proxy's contract
  std::size_t memories_ = 0;                              // in running_
  std::set<base::Bits256> homeless_;  // lost at no cost, and waiting for a proxy
  std::size_t kept_bytes_ = 0;        // of queries kept for another attempt
  bool draining_ = false;
  Counters counters_;
};

}  // namespace cocoon::client
