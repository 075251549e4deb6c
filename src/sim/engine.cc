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

std::string piece_of(std::uint64_t call, std::int64_t piece, std::size_t padding) {
  return R"(data: {"choices":[{"delta":{"content":")" + std::to_string(piece) + " of " +
         answer_mark(call) + std::string(padding, '.') + "\"}}]}\n\n";
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

Engine::Engine(Scheduler& scheduler, Dice dice, std::string worker, std::deque<EngineRun>& runs)
    : scheduler_(scheduler), dice_(dice), worker_(std::move(worker)), runs_(runs) {}

EngineAnswer Engine::draw_answer(EngineAnswer::Kind asked) {
  using enum EngineAnswer::Kind;
  EngineAnswer answer{.kind = asked};
  answer.usage.prompt = {dice_.between(5, 60)};
  answer.usage.cached = {dice_.between(0, answer.usage.prompt.count)};
  answer.usage.completion = {dice_.between(1, 40)};
  answer.pieces = dice_.between(1, 12);
  answer.pace = dice_.between(base::Duration(1ms), base::Duration(300ms));
  if (asked == Json && dice_.chance(50)) {
    answer.kind = LongJson;
    answer.padding = dice_.chance(200) ? 800'000 : 80'000;
  }
  // Many times what a window holds.
  if (asked == Stream && dice_.chance(60)) {
    answer.padding = static_cast<std::size_t>(dice_.between(20'000, 100'000));
  }
  if (mood_ == EngineMood::Healthy) return answer;
  if (dice_.chance(40)) answer.kind = ErrorStatus;
  if (dice_.chance(60)) answer.kind = FailAtOnce;
  if (asked == Stream && dice_.chance(60)) answer.kind = FailInTheMiddle;
  if (dice_.chance(40)) answer.kind = Stall;
  // An engine that counts wrongly: more than any request reserves, in an answer long enough that
  // its worker believes more than was reserved.
  if (dice_.chance(30)) {
    answer.usage.completion = {900'000'000};
    if (answer.kind == Json) {
      answer.kind = LongJson;
      answer.padding = 80'000;
    }
  }
  return answer;
}

void Engine::start(const worker::StartJob& job) {
  const std::string body = base::to_text(job.body);
  using enum EngineAnswer::Kind;
  const EngineAnswer::Kind asked =
      body.find("\"stream\":true") != std::string::npos ? Stream : Json;
  EngineAnswer answer = answer_ ? *answer_ : draw_answer(asked);
  if (answer.kind == Stream) answer.kind = asked;
  const std::uint64_t call = call_in(body).value_or(0);
  runs_.push_back({.call = call, .worker = worker_, .usage = answer.usage});
  jobs_[job.job].run = runs_.size() - 1;
  play(job.job, call, answer);
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
    Job& job = jobs_.at(id);
    if (!runs_[job.run].paused && job.unread.empty()) return deed(runs_[job.run]);
    job.unread.push_back(deed);
  });
}

void Engine::pause(JobId id) {
  const auto found = jobs_.find(id);
  if (found != jobs_.end()) runs_[found->second.run].paused = true;
}

void Engine::resume(JobId id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  runs_[found->second.run].paused = false;
  scheduler_.after({}, found->second.life, [this, id] { read_on(id); });
}

void Engine::read_on(JobId id) {
  for (;;) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return;
    Job& job = found->second;
    if (runs_[job.run].paused || job.unread.empty()) return;
    const auto deed = std::move(job.unread.front());
    job.unread.pop_front();
    deed(runs_[job.run]);
  }
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

void Engine::play(JobId id, std::uint64_t call, const EngineAnswer& answer) {
  using enum EngineAnswer::Kind;
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
  switch (answer.kind) {
    case Stall:
      return;
    case FailAtOnce:
      return then(id, answer.pace, fail);
    case ErrorStatus:
      then(id, answer.pace, [this, id, head](EngineRun& run) {
        run.usage = {};
        head(500, "application/json");
        send(id, R"({"error":{"message":"the engine is not well"}})");
      });
      return then(id, answer.pace * 2, end);
    case Json:
    case LongJson: {
      const std::string text = R"({"choices":[{"message":{"content":")" + answer_mark(call) +
                               std::string(answer.padding, '.') + R"("}}],"usage":)" +
                               usage_json(answer.usage) + "}";
      then(id, answer.pace, [this, id, head, text](EngineRun& run) {
        head(200, "application/json");
        send(id, std::string_view(text).substr(0, text.size() / 2));
        send(id, std::string_view(text).substr(text.size() / 2));
        run.pieces = 1;
      });
      return then(id, answer.pace * 2, end);
    }
    case Stream:
    case FailInTheMiddle:
      break;
  }
  then(id, answer.pace, [head](EngineRun&) { head(200, "text/event-stream"); });
  for (std::int64_t piece = 1; piece <= answer.pieces; ++piece) {
    then(id, answer.pace * (piece + 1),
         [this, id, piece, call, padding = answer.padding](EngineRun& run) {
           ++run.pieces;
           send(id, piece_of(call, piece, padding));
         });
  }
  const base::Duration last = answer.pace * (answer.pieces + 2);
  if (answer.kind == FailInTheMiddle) return then(id, last, fail);
  then(id, last, [this, id, usage = answer.usage](EngineRun&) {
    send(id, R"(data: {"choices":[],"usage":)" + usage_json(usage) + "}\n\n");
    send(id, "data: [DONE]\n\n");
  });
  then(id, last + base::Duration(1ms), end);
}

}  // namespace cocoon::sim
