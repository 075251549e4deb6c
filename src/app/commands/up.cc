// `cocoon up`: a private network on this machine, until Ctrl-C or, with --ask, for one question.
#include <filesystem>

#include "app/commands/answer_report.h"
#include "app/commands/chat_session.h"
#include "app/commands/fault.h"
#include "app/commands/handlers.h"
#include "app/commands/money_report.h"
#include "app/commands/up_network.h"
#include "app/commands/up_settlement.h"
#include "app/commands/up_wishes.h"
#include "app/role_main.h"

namespace cocoon::app::commands {
namespace {

using base::Result;
using nlohmann::json;

constexpr std::int64_t kAskTokens = 512;

class Up final : public UpNetworkOwner {
 public:
  Up(const Invocation& invocation, io::Runtime& runtime, UpWishes wishes)
      : arguments_(invocation.arguments),
        runtime_(runtime),
        report_(runtime, invocation.out, invocation.err, invocation.arguments.printing()),
        view_(report_.out()),
        directory_(wishes.plan.directory),
        network_(runtime, std::move(wishes), report_, *this) {}

  int run();
  void on_network_ready(const RunningNetwork& network, const json& model) override;
  void on_network_failed(const base::Error& error) override { end_with(error); }

 private:
  void on_signal();
  void stop();
  void end_with(const base::Error& error);
  void ask(const RunningNetwork& network);
  void fetch_then(const std::string& url, std::function<void(const json&)> use);
  void take_answer(Result<ChatAnswer> answer);
  void show_answer();
  void settle(const Books& moved);

  const Arguments& arguments_;
  io::Runtime& runtime_;
  UpReport report_;
  AnswerView view_;
  std::string directory_;
  UpNetwork network_;
  bool stopping_ = false;
  bool started_ = false;  // whether there was anything to stop
  int status_ = kExitOk;
  // With --ask.
  RunningNetwork asked_;
  Books before_;
  ChatAnswer answer_;
  json peers_;
  std::unique_ptr<ChatStream> stream_;
  std::unique_ptr<Fetch> request_;
  std::unique_ptr<UpSettlement> settlement_;
};

int Up::run() {
  runtime_.on_stop_signal([this](int) { on_signal(); });
  network_.start();
  runtime_.run();
  std::error_code ignored;
  std::filesystem::remove(up_file(directory_), ignored);
  report_.event("stopped");
  return status_;
}

void Up::on_signal() {
  if (stopping_) return network_.kill();
  // A network that runs until it is told to stop has done its work; a question is left unanswered.
  if (arguments_.has("--ask")) status_ = kExitInterrupted;
  stop();
}

void Up::stop() {
  if (std::exchange(stopping_, true)) return;
  stream_.reset();
  request_.reset();
  settlement_.reset();
  view_.finish();
  report_.event("stopping");
  started_ = !network_.pids().empty();
  if (started_) report_.waiting_for("stopping what was started (Ctrl-C again: at once)");
  network_.stop([this] {
    report_.rest();
    if (started_) report_.note("stopped");
    runtime_.stop();
  });
}

void Up::end_with(const base::Error& error) {
  report_.rest();
  if (stopping_) return;
  report(error, arguments_.printing());
  status_ = exit_status(error);
  stop();
}

void Up::on_network_ready(const RunningNetwork& network, const json& model) {
  const std::string options = arguments_.has("--dir") ? " --dir " + arguments_.text("--dir") : "";
  report_.ready(network, model, options);
  if (arguments_.has("--ask")) ask(network);
}

void Up::fetch_then(const std::string& url, std::function<void(const json&)> use) {
  request_ =
      std::make_unique<Fetch>(runtime_, url, kFetchTimeout, [this, url, use](Result<Reply> reply) {
        const auto document = reply ? to_json(*reply, url) : Result<json>(reply.error());
        if (!document) return end_with(document.error());
        use(*document);
      });
}

void Up::ask(const RunningNetwork& network) {
  asked_ = network;
  fetch_then(network.proxy + "/jsonstats", [this](const json& stats) {
    before_ = books_of(stats);
    ChatRequest request{
        .root = root_of(asked_.base_url), .model = asked_.model, .max_tokens = kAskTokens};
    request.messages.push_back({{"role", "user"}, {"content", arguments_.text("--ask")}});
    if (!report_.for_programs()) {
      const Terminal& out = report_.out();
      out.line("\n" + out.paint(Ink::Bold, ">>> " + printable(arguments_.text("--ask"))));
    }
    stream_ = std::make_unique<ChatStream>(
        runtime_, request,
        [this](const ChatDelta& delta) {
          if (!report_.for_programs()) view_.show(delta);
        },
        [this](Result<ChatAnswer> answer) { take_answer(std::move(answer)); });
  });
}

void Up::take_answer(Result<ChatAnswer> answer) {
  view_.finish();
  if (!answer) return end_with(answer.error());
  answer_ = *std::move(answer);
  fetch_then(root_of(asked_.base_url) + "/cocoon/peers", [this](const json& peers) {
    peers_ = peers;
    show_answer();
  });
}

void Up::show_answer() {
  fetch_then(asked_.proxy + "/jsonstats", [this](const json& stats) {
    const auto flow = follow_money(before_, books_of(stats), answer_.cost);
    const Terminal& out = report_.out();
    report_.event("answer", answer_json(answer_, peers_));
    if (flow) report_.event("money", money_json(*flow));
    if (!report_.for_programs()) out.write("\n" + answer_summary(answer_, peers_, out));
    if (!flow) return end_with(flow.error());
    if (!report_.for_programs()) {
      out.write("\n" + out.paint(Ink::Bold, "Where the money went") + "\n" +
                money_text(*flow, out) + "\n");
    }
    if (!network_.plan().chain) return stop();
    settle(flow->moved);
  });
}

// What was booked moves on the chain, and is read from there.
void Up::settle(const Books& moved) {
  report_.waiting_for("the network settles on its chain");
  settlement_ = std::make_unique<UpSettlement>(
      runtime_, network_.plan(), asked_, moved, [this, moved](Result<Settlement> outcome) {
        // The one who calls is destroyed in stop().
        runtime_.post([this, moved, outcome = std::move(outcome)] {
          report_.rest();
          if (!outcome) return end_with(outcome.error());
          report_.event("settlement", settlement_json(*outcome));
          if (!report_.for_programs()) {
            report_.out().write(settlement_text(*outcome, moved, report_.out()) + "\n");
          }
          stop();
        });
      });
}

}  // namespace

Result<int> run_up(const Invocation& invocation) {
  const std::string directory = TRY(prepare_up_directory(invocation.arguments));
  const auto held = TRY(lock_up_directory(directory));
  auto wishes = TRY(read_up_wishes(invocation, directory));
  io::Runtime runtime;
  Up up(invocation, runtime, std::move(wishes));
  return up.run();
}

}  // namespace cocoon::app::commands
