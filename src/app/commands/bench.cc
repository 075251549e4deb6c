// `cocoon bench`: how fast and how dear a network answers, asked through its gateway.
#include <memory>
#include <vector>

#include "app/commands/bench_figures.h"
#include "app/commands/chat_words.h"
#include "app/commands/fault.h"
#include "app/commands/handlers.h"
#include "app/commands/models.h"
#include "app/commands/whereabouts.h"
#include "app/role_main.h"

namespace cocoon::app::commands {
namespace {

constexpr std::int64_t kRequestsMost = 100'000;
constexpr std::int64_t kAtOnceMost = 256;
constexpr std::int64_t kTokensMost = 100'000;

struct BenchPlan {
  ChatRequest request;  // without its question
  std::int64_t requests = 0;
  std::int64_t at_once = 0;
};

// Keeps so many requests running until all are answered; runs the loop itself.
class Bench {
 public:
  Bench(const Invocation& invocation, BenchPlan plan)
      : err_(invocation.err),
        plan_(std::move(plan)),
        lanes_(static_cast<std::size_t>(plan_.at_once)) {}

  // Interrupted by Ctrl-C: what came until then counts.
  const BenchFigures& run() {
    runtime_.on_stop_signal([this](int) { runtime_.stop(); });
    began_ = runtime_.now().steady;
    for (auto& lane : lanes_) ask(lane);
    runtime_.run();
    elapsed_ = runtime_.now().steady - began_;
    erase();
    return figures_;
  }
  base::Duration elapsed() const { return elapsed_; }
  bool complete() const { return figures_.answered() + figures_.failed() == plan_.requests; }

 private:
  using Lane = std::unique_ptr<ChatStream>;

  // Each question differs, so that no engine answers from what it kept of the one before.
  void ask(Lane& lane) {
    if (asked_ == plan_.requests) return;
    ChatRequest request = plan_.request;
    request.messages.push_back(
        {{"role", "user"},
         {"content", "Question " + std::to_string(++asked_) +
                         ": tell me about a number of your choice and what it is good for."}});
    lane = std::make_unique<ChatStream>(
        runtime_, request, nullptr,
        [this, &lane](base::Result<ChatAnswer> answer) { take(lane, answer); });
  }
  void take(Lane& lane, const base::Result<ChatAnswer>& answer) {
    if (answer) {
      figures_.add(*answer);
    } else {
      figures_.add_failure(answer.error());
    }
    show_progress();
    if (complete()) return runtime_.stop();
    ask(lane);
  }
  void show_progress() {
    if (!err_.live()) return;
    erase();
    err_.write(std::to_string(figures_.answered() + figures_.failed()) + " of " +
               std::to_string(plan_.requests) + " answered");
    drawn_ = true;
  }
  void erase() {
    if (std::exchange(drawn_, false)) err_.write("\r\x1b[K");
  }

  const Terminal& err_;
  BenchPlan plan_;
  io::Runtime runtime_;
  BenchFigures figures_;
  base::Instant began_;
  base::Duration elapsed_{};
  std::int64_t asked_ = 0;
  bool drawn_ = false;
  std::vector<Lane> lanes_;
};

base::Result<BenchPlan> read_plan(const Invocation& invocation) {
  const Arguments& given = invocation.arguments;
  BenchPlan plan;
  plan.requests = TRY(given.number("--requests", 20, 1, kRequestsMost));
  plan.at_once = TRY(given.number("--at-once", 4, 1, kAtOnceMost));
  plan.request.max_tokens = TRY(given.number("--max-tokens", 64, 1, kTokensMost));
  const auto where = TRY(find_gateway(given));
  plan.request.root = where.root;
  const auto offered = TRY(fetch_models(where));
  const auto names = model_names(offered);
  if (names.empty())
    return fault(CommandFault::NotReady, "no worker offers a model", "cocoon status");
  const std::string wanted = given.text("--model", names.front());
  const auto model = find_model(wanted, names);
  if (!model) return not_offered(wanted, names, "--model");
  plan.request.model = *model;
  return plan;
}

}  // namespace

base::Result<int> run_bench(const Invocation& invocation) {
  auto plan = TRY(read_plan(invocation));
  Bench bench(invocation, std::move(plan));
  const BenchFigures& figures = bench.run();
  if (invocation.arguments.printing() == Printing::Json) {
    invocation.out.line(figures.document(bench.elapsed())
                            .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    invocation.out.write(figures.summary(bench.elapsed(), invocation.out));
  }
  if (!bench.complete()) return kExitInterrupted;
  return figures.failed() == 0 ? kExitOk : kExitFailed;
}

}  // namespace cocoon::app::commands
