#include "app/commands/up_report.h"

#include <array>

#include "app/commands/answer_report.h"
#include "app/commands/fetch.h"
#include "app/commands/shell_text.h"
#include "app/commands/table.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

constexpr base::Duration kFramePeriod = std::chrono::milliseconds(100);
constexpr std::array<const char*, 8> kFrames{"⣾", "⣽", "⣻", "⢿", "⡿", "⣟", "⣯", "⣷"};
constexpr std::array<const char*, 4> kPlainFrames{"|", "/", "-", "\\"};

std::string price_text(const json& model, const std::string& kind) {
  return base::to_string(base::Nanoton(number_at(model, "/prices/" + kind)));
}

std::string example_call(const RunningNetwork& network) {
  const json body{{"model", network.model},
                  {"messages", json::array({{{"role", "user"}, {"content", "Hello"}}})}};
  return "  curl " + network.base_url +
         "/chat/completions -H 'Content-Type: application/json' \\\n    -d " +
         shell_quoted(body.dump()) + "\n";
}

}  // namespace

UpReport::UpReport(io::Runtime& runtime, Terminal out, Terminal err, Printing printing)
    : runtime_(runtime),
      out_(out),
      err_(err),
      printing_(printing),
      started_(runtime.now().steady),
      timer_(runtime, [this] { draw(); }) {}

UpReport::~UpReport() { erase(); }

void UpReport::waiting_for(const std::string& what) {
  waiting_for_ = what;
  if (!err_.live() || for_programs()) return;
  draw();
}

void UpReport::rest() {
  erase();
  waiting_for_.clear();
  timer_.cancel();
}

void UpReport::draw() {
  if (waiting_for_.empty()) return;
  const char* frame = err_.unicode() ? kFrames[frame_ % kFrames.size()]
                                     : kPlainFrames[frame_ % kPlainFrames.size()];
  ++frame_;
  erase();
  err_.write(std::string(frame) + " " + printable(waiting_for_) +
             err_.paint(Ink::Dim, "  " + duration_text(elapsed())));
  drawn_ = true;
  timer_.arm_in(kFramePeriod);
}

void UpReport::erase() {
  if (std::exchange(drawn_, false)) err_.write("\r\x1b[K");
}

void UpReport::done(const std::string& what, const std::string& details) {
  if (for_programs()) return;
  erase();
  err_.line(err_.sign(Sign::Done) + " " + what + err_.paint(Ink::Dim, "  " + printable(details)));
}

void UpReport::note(const std::string& text) {
  if (for_programs()) return;
  erase();
  err_.line(err_.sign(Sign::Note) + " " + printable(text));
}

void UpReport::event(const std::string& name, json members) {
  if (!for_programs()) return;
  // The event's name comes first.
  std::string rest = members.dump(-1, ' ', false, json::error_handler_t::replace).substr(1);
  out_.line("{\"event\":\"" + name + "\"" + (members.empty() ? "" : ",") + rest);
}

void UpReport::log_lines(const std::string& name, const std::string& lines) {
  if (for_programs() || lines.empty()) return;
  erase();
  err_.line(err_.paint(Ink::Dim, "last lines of " + name + ":"));
  err_.write(printable(lines));
}

void UpReport::ready(const RunningNetwork& network, const json& model,
                     const std::string& chat_options) {
  rest();
  event("ready", {{"base_url", network.base_url},
                  {"model", network.model},
                  {"dir", network.directory},
                  {"pids", network.pids},
                  {"simulated_evidence", true},
                  // With a chain the roles settle there.
                  {"settled", network.pids.contains("chain")},
                  {"start_ms", std::chrono::floor<std::chrono::milliseconds>(elapsed()).count()}});
  if (for_programs()) return;
  out_.line("\n" + out_.paint(Ink::Bold, "Your private network is ready") + " (" +
            duration_text(elapsed()) + ").\n");
  out_.write(fact_lines(
      {{"base URL", network.base_url + "  (any OpenAI SDK; the API key is not looked at)"},
       {"model", network.model},
       {"price", price_text(model, "prompt") + " prompt, " + price_text(model, "completion") +
                     " completion, per million tokens"},
       {"evidence", "SIMULATED: the proxy and the workers prove nothing about hardware"},
       {"data, logs", network.directory}},
      out_));
  out_.write("\n" + out_.paint(Ink::Bold, "Try") + "\n  cocoon chat" + chat_options +
             " \"Why is the sky blue?\"\n" + example_call(network) + "  cocoon status" +
             chat_options + "     cocoon attest show" + chat_options +
             "\n\nCtrl-C stops everything that was started here.\n");
}

}  // namespace cocoon::app::commands
