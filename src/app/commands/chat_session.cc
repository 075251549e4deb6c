#include "app/commands/chat_session.h"

#include <iostream>

#include "app/commands/answer_report.h"
#include "app/commands/chat_words.h"
#include "app/commands/fault.h"
#include "app/commands/fetch.h"
#include "app/commands/models.h"
#include "app/role_main.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

constexpr std::string_view kConversationHelp =
    "  /model NAME  another model     /models  what is on offer\n"
    "  /clear       a new start       /bye     leave (or Ctrl-D)\n";

}  // namespace

void AnswerView::show(const ChatDelta& delta) {
  if (!delta.reasoning.empty()) {
    thinking_ = true;
    out_.write(out_.paint(Ink::Dim, out_.live() ? printable(delta.reasoning) : ""));
  }
  if (delta.text.empty()) return;
  if (std::exchange(thinking_, false) && out_.live()) out_.write("\n\n");
  out_.write_foreign(delta.text);
  mid_line_ = !delta.text.ends_with('\n');
}

void AnswerView::finish() {
  if (mid_line_ || thinking_) out_.write("\n");
  mid_line_ = thinking_ = false;
}

json fetch_peers(const std::string& root) {
  auto peers = fetch_json(root + "/cocoon/peers");
  return peers ? *std::move(peers) : json();
}

base::Result<ChatAnswer> ChatSession::ask(const std::string& prompt, Showing showing) {
  request_.messages.push_back({{"role", "user"}, {"content", prompt}});
  io::Runtime runtime;
  base::Result<ChatAnswer> outcome = fault(CommandFault::Interrupted, "interrupted");
  AnswerView view(invocation_.out);
  runtime.on_stop_signal([&](int) { runtime.stop(); });
  ChatStream stream(
      runtime, request_,
      [&](const ChatDelta& delta) {
        if (showing == Showing::AsItComes) view.show(delta);
      },
      [&](base::Result<ChatAnswer> answer) {
        outcome = std::move(answer);
        runtime.stop();
      });
  runtime.run();
  view.finish();
  if (outcome) {
    request_.messages.push_back({{"role", "assistant"}, {"content", outcome->text}});
  } else {
    request_.messages.erase(request_.messages.size() - 1);
  }
  return outcome;
}

void ChatSession::clear() {
  json kept = json::array();
  for (const auto& message : request_.messages) {
    if (text_at(message, "/role") == "system") kept.push_back(message);
  }
  request_.messages = std::move(kept);
}

void ChatSession::choose_model(const std::string& name) {
  const auto models = fetch_models(where_);
  if (!models) return report(models.error(), Printing::ForPeople);
  const auto names = model_names(*models);
  const auto found = find_model(name, names);
  if (!found && !names.empty())
    return report(not_offered(name, names, "/model"), Printing::ForPeople);
  if (!found)
    return report(fault(CommandFault::NotReady, "no worker offers a model"), Printing::ForPeople);
  request_.model = *found;
  invocation_.err.line("now talking to " + *found);
}

ChatSession::After ChatSession::take_line(const std::string& line) {
  constexpr std::string_view kModel = "/model ";
  if (line == "/bye" || line == "/exit" || line == "/quit") return After::Leave;
  if (line.find_first_not_of(" \t") == std::string::npos) return After::GoOn;
  if (line == "/clear") {
    clear();
    invocation_.err.line("the conversation starts anew");
  } else if (line == "/models") {
    const auto models = fetch_models(where_);
    if (!models) report(models.error(), Printing::ForPeople);
    for (const auto& name : models ? model_names(*models) : std::vector<std::string>())
      invocation_.out.line(printable(name));
  } else if (line.starts_with(kModel)) {
    choose_model(line.substr(kModel.size()));
  } else if (line.starts_with('/')) {
    invocation_.err.write(kConversationHelp);
  } else if (const auto answer = ask(line, Showing::AsItComes)) {
    const auto& err = invocation_.err;
    err.write("\n" + answer_summary(*answer, fetch_peers(where_.root), err) + "\n");
  } else if (answer.error().is(CommandFault::Interrupted)) {
    invocation_.err.line("(interrupted; it is not part of the conversation)");
  } else {
    report(answer.error(), Printing::ForPeople);
  }
  return After::GoOn;
}

base::Result<int> ChatSession::converse() {
  const Terminal& err = invocation_.err;
  err.line("Talking to " + printable(request_.model) + ". Ctrl-D ends, /help shows more.\n");
  std::string line;
  for (;;) {
    err.write(err.paint(Ink::Bold, ">>> "));
    if (!std::getline(std::cin, line) || take_line(line) == After::Leave) break;
  }
  err.write("\n");
  return kExitOk;
}

}  // namespace cocoon::app::commands
