// Worker: the whole worker role as one machine. It offers one model to several proxies, checks what
// they send, has an engine answer it, and reports the usage.
//
// The shell's part: open sessions with proxies and report them; run the jobs that poll_effect()
// starts against the engine and report what the engine says; probe the engine's health; call
// handle_time() at poll_deadline(); drain poll_effect() after every input.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "worker/config.h"
#include "worker/job.h"
#include "worker/proxy_links.h"

namespace cocoon::worker {

enum class JobId : std::uint64_t {};

struct StartJob {
  JobId job{};
  std::string path;  // "/v1/chat/completions"
  std::vector<openai::Header> headers;
  base::Bytes body;
  base::Duration timeout;
};
struct CancelJob {
  JobId job{};
};
// The engine's answer is left unread until it is resumed.
struct PauseJob {
  JobId job{};
};
struct ResumeJob {
  JobId job{};
};
using Effect = std::variant<session::LinkEffect, StartJob, CancelJob, PauseJob, ResumeJob>;

// Numbers only grow.
struct Counters {
  std::uint64_t requests = 0;
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;
  std::uint64_t rejected = 0;
  std::uint64_t cancelled = 0;  // by the caller; among `failed`
  std::uint64_t request_bytes = 0;
  std::uint64_t answer_bytes = 0;
  payment::AdjustedTokens billed;
  std::uint64_t doubtful_usage = 0;  // answers whose reported usage can't be (Job::doubt())
  std::map<std::string, std::uint64_t, std::less<>> refusals;
};

class Worker {
 public:
  explicit Worker(Config config);

  void handle_opened(base::Now now, session::LinkId link);
  // What the shell has found out about the proxy; `why` if it has lapsed. A link that lapsed is
  // closed once its running requests have ended.
  void handle_standing(session::LinkId link, session::Standing standing, std::string_view why);
  // The protocol's version, once both sides have settled it.
  std::optional<std::int32_t> version_of(session::LinkId link) const;
  void handle_closed(session::LinkId link);
  void handle_answer(base::Now now, session::LinkId link, base::BytesView object);
  void handle_query_failed(session::LinkId link, std::string_view message);
  void handle_query(session::LinkId link, std::int64_t query_id, base::BytesView object);
  void handle_message(base::Now now, session::LinkId link, base::BytesView object);

  // While a proxy reads more slowly than the engine answers, answers for it are left unread.
  void handle_congestion(session::LinkId link, session::Congestion congestion);

  void handle_engine_head(base::Now now, JobId job, std::uint32_t status,
                          std::span<const openai::Header> headers);
  void handle_engine_body(base::Now now, JobId job, base::BytesView bytes);
  void handle_engine_end(base::Now now, JobId job);
  void handle_engine_failed(base::Now now, JobId job, std::string_view message);
  void handle_engine(EngineState state);
  // The operator's word: while it is off, no work is asked for. Running requests finish.
  enum class Switch { On, Off };
  void handle_switch(Switch to);
  // How many requests wait in the engine's own queue: with as many as this worker takes at once, it
  // is given no more.
  void handle_engine_queue(std::int64_t waiting) { engine_queue_ = waiting; }
  // How many tokens the engine takes, as it says itself; 0 if it doesn't. Proxies are told.
  void handle_context_length(std::int32_t tokens);
  // A new price for orders from now on; proxies are told. At least 0.
  void handle_coefficient(std::int32_t coefficient);

  void handle_time(base::Now now);
  // New requests are refused, running ones finish.
  void handle_drain();

  std::optional<Effect> poll_effect();
  std::optional<base::Instant> poll_deadline() const;

  const Config& config() const { return config_; }
  const Counters& counters() const { return counters_; }
  const ProxyLinks& proxies() const { return links_; }
  std::size_t running() const { return jobs_.size(); }
  EngineState engine() const { return engine_; }
  // The engine is up, and the operator has not switched it off.
  bool serves() const { return engine_ == EngineState::Up && switch_ == Switch::On; }

 private:
  struct Order {
    base::BytesView query;
    std::int64_t coefficient = 0;
    double timeout = 0;
    base::Bits256 request_id{};
    JobTerms::Debug debug = JobTerms::Debug::Off;
  };
  struct RunningJob {
    Job job;
    base::Instant deadline;
    bool paused = false;
  };
  using JobMap = std::unordered_map<JobId, RunningJob>;

  static std::optional<base::Result<Order>> decode_order(base::BytesView object);
  void start(base::Now now, const ProxyLink& proxy, const Order& order);
  // proxy.cancelQuery and proxy.answerWindow. False if the object is something else.
  bool handle_cancel(base::Now now, const ProxyLink& proxy, base::BytesView object);
  bool handle_window(base::Now now, const ProxyLink& proxy, base::BytesView object);
  JobMap::iterator find_job(session::LinkId link, const base::Bits256& request_id);
  base::Result<StartJob> prepare(const ProxyLink& proxy, const Order& order) const;
  void send(session::LinkId link, base::Bytes message);
  void send_all(session::LinkId link, std::vector<base::Bytes> messages);
  // Pauses or resumes the engine if that is due.
  void steer(JobMap::iterator job);
  // Forgets a job whose end message is out.
  void finish(JobMap::iterator job);
  void fail(base::Now now, JobMap::iterator job, std::int32_t code, std::string_view error);
  void erase(JobMap::iterator job);

  Config config_;
  payment::Tariff tariff_;
  std::string base_model_;
  std::deque<session::LinkEffect> said_;
  std::deque<Effect> effects_;
  ProxyLinks links_;
  JobMap jobs_;
  std::set<std::pair<base::Instant, JobId>> deadlines_;
  std::uint64_t next_job_ = 1;
  EngineState engine_ = EngineState::Down;
  Switch switch_ = Switch::On;
  std::int64_t engine_queue_ = 0;
  const bool context_is_configured_;
  bool draining_ = false;
  Counters counters_;
};

}  // namespace cocoon::worker
