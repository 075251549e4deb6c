// Engine: what stands behind a simulated worker. It answers well, at length, wrongly, half, or not
// at all, and writes down what it did, so that charges can be compared with it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/tokens.h"
#include "openai/headers.h"
#include "sim/dice.h"
#include "sim/scheduler.h"
#include "worker/worker.h"

namespace cocoon::sim {

// The body of a simulated call names its call, and its answer names it again.
std::string call_body(std::uint64_t call, std::string_view model, std::string_view more);
std::optional<std::uint64_t> call_in(std::string_view body);
// What every whole answer to this call contains, and what only whole answers end with.
std::string answer_mark(std::uint64_t call);

// One answer of an engine, as far as it went.
struct EngineRun {
  std::uint64_t call = 0;
  std::string worker;
  base::TokenUsage usage;   // what the answer reports when it is whole
  std::int64_t pieces = 0;  // pieces of text that were given
  std::size_t bytes = 0;    // of the answer that were given
  enum class State { Running, Finished, Broken } state = State::Running;
  bool paused = false;  // its worker reads no more for now
};

enum class EngineMood { Healthy, Moody };

// How an engine answers.
struct EngineAnswer {
  enum class Kind {
    Json,
    LongJson,
    Stream,
    ErrorStatus,
    FailAtOnce,
    FailInTheMiddle,
    Stall
  } kind = Kind::Json;
  base::TokenUsage usage{};
  std::int64_t pieces = 0;  // of a stream; where FailInTheMiddle breaks off
  base::Duration pace{};    // before the answer, and between pieces
  std::size_t padding = 0;  // bytes that each piece of a stream, or a long answer, is longer
};

class Engine {
 public:
  struct Ears {
    std::function<void(worker::JobId, std::uint32_t, std::span<const openai::Header>)> on_head;
    std::function<void(worker::JobId, std::string_view)> on_body;
    std::function<void(worker::JobId)> on_end;
    std::function<void(worker::JobId, std::string_view)> on_failed;
  };
  Engine(Scheduler& scheduler, Dice dice, std::string worker, std::deque<EngineRun>& runs);

  // Set anew when the worker's process starts.
  void set_ears(Ears ears) { ears_ = std::move(ears); }
  void set_mood(EngineMood mood) { mood_ = mood; }
  // Every later job is answered like this, and not as chance has it. Kind::Stream means: as a
  // stream if one is asked for.
  void set_answer(const EngineAnswer& answer) { answer_ = answer; }
  void start(const worker::StartJob& job);
  void cancel(worker::JobId job);
  // Its answer is left unread, and goes on later where it was.
  void pause(worker::JobId job);
  void resume(worker::JobId job);
  // All jobs end in nothing: the worker's process is gone.
  void stop();

 private:
  struct Job {
    std::size_t run = 0;  // in runs_
    Life life = new_life();
    std::deque<std::function<void(EngineRun&)>> unread;  // what came meanwhile
  };
  EngineAnswer draw_answer(EngineAnswer::Kind asked);
  void play(worker::JobId id, std::uint64_t call, const EngineAnswer& answer);
  void then(worker::JobId id, base::Duration at, std::function<void(EngineRun&)> deed);
  void read_on(worker::JobId id);
  void send(worker::JobId id, std::string_view bytes);
  void finish(worker::JobId id, EngineRun::State state);

  Scheduler& scheduler_;
  Dice dice_;
  std::string worker_;
  std::deque<EngineRun>& runs_;
  Ears ears_;
  EngineMood mood_ = EngineMood::Moody;
  std::optional<EngineAnswer> answer_;
  std::map<worker::JobId, Job> jobs_;
};

}  // namespace cocoon::sim
