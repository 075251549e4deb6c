#include "sim/engine.h"

#include <charconv>

namespace cocoon::sim {
namespace {

using std::chrono_literals::operator""ms;
using worker::JobId;

constexpr std::string_view kCallMark = "this is call ";

std::string usage_json(const base::TokenUsage& usage) {
  return R"({"prompt_tokens":)" + std::to_string(usage.prompt.count) + R"(,"completion_tokens":)" +
         std::to_string(usage.completion.count) + R"(,"prompt_tokens_details":{"cached_tokens":)" +
         std::to_string(usage.cached.count) + "}}";
}

std::string piece_of(std::uint64_t call, std::int64_t piece) {
  return R"(data: {"choices":[{"delta":{"content":")" + std::to_string(piece) + " of " +
         answer_mark(call) + "\"}}]}\n\n";
}

}  // namespace

std::string call_body(std::uint64_t call, std::string_view model, std::string_view more) {
  return R"({"model":")" + std::string(model) + R"(","messages":[{"role":"user","content":")" +
         std::string(kCallMark) + std::to_string(call) + R"(."}])" + std::string(more) + "}";
}

std::optional<std::uint64_t> call_in(std::string_view body) {
  const std::size_t at = body.find(kCallMark);
  if (at == std::string_view::npos) return std::nullopt;
  std::uint64_t call = 0;
  const char* begin = body.data() + at + kCallMark.size();
  if (std::from_chars(begin, body.data() + body.size(), call).ec != std::errc())
    return std::nullopt;
  return call;
}

std::string answer_mark(std::uint64_t call) {
  return "the answer to call " + std::to_string(call) + ".";
}

struct Engine::Plan {
  enum class Kind {
    Json,
    LongJson,
    Stream,
    ErrorStatus,
    FailAtOnce,
    FailInTheMiddle,
    Stall
  } kind = Kind::Json;
  std::uint64_t call = 0;
  base::TokenUsage usage;
  std::int64_t pieces = 0;  // of a stream; where FailInTheMiddle breaks off
  base::Duration pace{};
};

Engine::Engine(Scheduler& scheduler, Dice dice, std::string worker, std::deque<EngineRun>& runs)
    : scheduler_(scheduler), dice_(dice), worker_(std::move(worker)), runs_(runs) {}

Engine::Plan Engine::make_plan(const std::string& body) {
  const bool stream = body.find("\"stream\":true") != std::string::npos;
  Plan plan;
  plan.call = call_in(body).value_or(0);
  plan.kind = stream ? Plan::Kind::Stream : Plan::Kind::Json;
  plan.usage.prompt = {dice_.between(5, 60)};
  plan.usage.cached = {dice_.between(0, plan.usage.prompt.count)};
  plan.usage.completion = {dice_.between(1, 40)};
  plan.pieces = dice_.between(1, 12);
  plan.pace = dice_.between(base::Duration(1ms), base::Duration(300ms));
  if (!stream && dice_.chance(50)) plan.kind = Plan::Kind::LongJson;
  if (mood_ == EngineMood::Healthy) return plan;
  if (dice_.chance(40)) plan.kind = Plan::Kind::ErrorStatus;
  if (dice_.chance(60)) plan.kind = Plan::Kind::FailAtOnce;
  if (stream && dice_.chance(60)) plan.kind = Plan::Kind::FailInTheMiddle;
  if (dice_.chance(40)) plan.kind = Plan::Kind::Stall;
  // An engine that counts wrongly: more than any request reserves.
  if (dice_.chance(30)) plan.usage.completion = {900'000'000};
  return plan;
}

void Engine::start(const worker::StartJob& job) {
  const Plan plan = make_plan(base::to_text(job.body));
  runs_.push_back({.call = plan.call, .worker = worker_, .usage = plan.usage});
  jobs_[job.job].run = runs_.size() - 1;
  play(job.job, plan);
}

void Engine::cancel(JobId job) {
  const auto found = jobs_.find(job);
  if (found == jobs_.end()) return;
  runs_[found->second.run].state = EngineRun::State::Broken;
  jobs_.erase(found);
}

void Engine::stop() {
  for (const auto& [id, job] : jobs_) runs_[job.run].state = EngineRun::State::Broken;
  jobs_.clear();
  ears_ = {};
}

void Engine::then(JobId id, base::Duration at, std::function<void(EngineRun&)> deed) {
  scheduler_.after(at, jobs_.at(id).life, [this, id, deed = std::move(deed)] {
    const std::size_t run = jobs_.at(id).run;
    deed(runs_[run]);
  });
}

void Engine::send(JobId id, std::string_view bytes) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;  // cancelled over what was sent before
  runs_[found->second.run].bytes += bytes.size();
  ears_.on_body(id, bytes);
}

void Engine::finish(JobId id, EngineRun::State state) {
  runs_[jobs_.at(id).run].state = state;
  jobs_.erase(id);
}

void Engine::play(JobId id, const Plan& plan) {
  const auto head = [this, id](std::uint32_t status, const char* type) {
    const std::vector<openai::Header> headers{{"Content-Type", type}};
    ears_.on_head(id, status, headers);
  };
  const auto fail = [this, id](EngineRun&) {
    finish(id, EngineRun::State::Broken);
    ears_.on_failed(id, "connection reset");
  };
  const auto end = [this, id](EngineRun&) {
    finish(id, EngineRun::State::Finished);
    ears_.on_end(id);
  };
  switch (plan.kind) {
    case Plan::Kind::Stall:
      return;
    case Plan::Kind::FailAtOnce:
      return then(id, plan.pace, fail);
    case Plan::Kind::ErrorStatus:
      then(id, plan.pace, [this, id, head](EngineRun& run) {
        run.usage = {};
        head(500, "application/json");
        send(id, R"({"error":{"message":"the engine is not well"}})");
      });
      return then(id, plan.pace * 2, end);
    case Plan::Kind::Json:
    case Plan::Kind::LongJson: {
      const std::size_t padding = plan.kind == Plan::Kind::LongJson ? 80'000 : 0;
      const std::string text = R"({"choices":[{"message":{"content":")" + answer_mark(plan.call) +
                               std::string(padding, '.') + R"("}}],"usage":)" +
                               usage_json(plan.usage) + "}";
      then(id, plan.pace, [this, id, head, text](EngineRun& run) {
        head(200, "application/json");
        send(id, std::string_view(text).substr(0, text.size() / 2));
        send(id, std::string_view(text).substr(text.size() / 2));
        run.pieces = 1;
      });
      return then(id, plan.pace * 2, end);
    }
    case Plan::Kind::Stream:
    case Plan::Kind::FailInTheMiddle:
      break;
  }
  then(id, plan.pace, [head](EngineRun&) { head(200, "text/event-stream"); });
  for (std::int64_t piece = 1; piece <= plan.pieces; ++piece) {
    then(id, plan.pace * (piece + 1), [this, id, piece, call = plan.call](EngineRun& run) {
      ++run.pieces;
      send(id, piece_of(call, piece));
    });
  }
  const base::Duration last = plan.pace * (plan.pieces + 2);
  if (plan.kind == Plan::Kind::FailInTheMiddle) return then(id, last, fail);
  then(id, last, [this, id, usage = plan.usage](EngineRun&) {
    send(id, R"(data: {"choices":[],"usage":)" + usage_json(usage) + "}\n\n");
    send(id, "data: [DONE]\n\n");
  });
  then(id, last + base::Duration(1ms), end);
}

}  // namespace cocoon::sim
