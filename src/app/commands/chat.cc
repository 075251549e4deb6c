// `cocoon chat`: one question, or a conversation.
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <iostream>
#include <iterator>

#include "app/commands/answer_report.h"
#include "app/commands/chat_session.h"
#include "app/commands/chat_words.h"
#include "app/commands/fault.h"
#include "app/commands/handlers.h"
#include "app/commands/models.h"
#include "app/role_main.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

constexpr std::size_t kPromptBytesMax = 4 << 20;
constexpr std::int64_t kMostTokens = 1'000'000;

base::Result<std::string> read_prompt() {
  std::string text;
  char buffer[1 << 16];
  while (const std::size_t count = std::fread(buffer, 1, sizeof(buffer), stdin)) {
    text.append(buffer, count);
    if (text.size() > kPromptBytesMax) {
      return fault(CommandFault::Usage, "the prompt on standard input is longer than 4 MiB");
    }
  }
  while (text.ends_with('\n')) text.pop_back();
  if (text.empty())
    return fault(CommandFault::Usage, "there is no prompt", "cocoon chat \"Why is the sky blue?\"");
  return text;
}

base::Result<std::optional<double>> read_temperature(const Arguments& arguments) {
  if (!arguments.has("--temperature")) return std::optional<double>();
  const std::string text = arguments.text("--temperature");
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size() || !(value >= 0 && value <= 2)) {
    return fault(CommandFault::Usage, "--temperature " + text + " is not possible",
                 "a number from 0 to 2");
  }
  return std::optional(value);
}

base::Result<ChatRequest> make_request(const Invocation& invocation, const Whereabouts& where,
                                       const std::string& model) {
  const Arguments& given = invocation.arguments;
  ChatRequest request{.root = where.root, .model = model};
  if (given.has("--system"))
    request.messages.push_back({{"role", "system"}, {"content", given.text("--system")}});
  if (given.has("--max-tokens"))
    request.max_tokens = TRY(given.number("--max-tokens", 0, 1, kMostTokens));
  request.temperature = TRY(read_temperature(given));
  return request;
}

base::Result<int> ask_once(const Invocation& invocation, ChatSession& session,
                           const std::string& prompt) {
  const bool for_programs = invocation.arguments.printing() == Printing::Json;
  const auto showing =
      for_programs ? ChatSession::Showing::Nothing : ChatSession::Showing::AsItComes;
  const auto answer = TRY(session.ask(prompt, showing));
  const json peers = fetch_peers(session.where().root);
  if (for_programs) {
    invocation.out.line(
        answer_json(answer, peers).dump(-1, ' ', false, json::error_handler_t::replace));
  } else {
    invocation.err.write("\n" + answer_summary(answer, peers, invocation.err));
  }
  return kExitOk;
}

}  // namespace

base::Result<int> run_chat(const Invocation& invocation) {
  const auto where = TRY(find_gateway(invocation.arguments));
  const auto models = TRY(fetch_models(where));
  const auto meant = TRY(read_chat_words(invocation.arguments.operands(), model_names(models)));
  auto request = TRY(make_request(invocation, where, meant.model));
  ChatSession session(invocation, where, std::move(request));
  if (meant.prompt) return ask_once(invocation, session, *meant.prompt);
  if (isatty(STDIN_FILENO) == 1 && invocation.arguments.printing() == Printing::ForPeople)
    return session.converse();
  const std::string prompt = TRY(read_prompt());
  return ask_once(invocation, session, prompt);
}

}  // namespace cocoon::app::commands
