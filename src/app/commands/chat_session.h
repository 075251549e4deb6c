// ChatSession: a conversation with one model, each answer shown as it comes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "app/commands/chat_stream.h"
#include "app/commands/command.h"
#include "app/commands/whereabouts.h"

namespace cocoon::app::commands {

// Draws an answer as it arrives; thinking is dimmed.
class AnswerView {
 public:
  explicit AnswerView(const Terminal& out) : out_(out) {}
  void show(const ChatDelta& delta);
  // Closes the line.
  void finish();

 private:
  const Terminal& out_;
  bool thinking_ = false;
  bool mid_line_ = false;
};

class ChatSession {
 public:
  enum class Showing { AsItComes, Nothing };
  ChatSession(const Invocation& invocation, Whereabouts where, ChatRequest request)
      : invocation_(invocation), where_(std::move(where)), request_(std::move(request)) {}

  // Asks within the conversation so far. Ctrl-C ends the answer: Interrupted, and the question is
  // taken back.
  base::Result<ChatAnswer> ask(const std::string& prompt, Showing showing);
  // A conversation until the user ends it.
  base::Result<int> converse();
  const Whereabouts& where() const { return where_; }

 private:
  enum class After { GoOn, Leave };
  After take_line(const std::string& line);
  void clear();
  void choose_model(const std::string& name);

  const Invocation& invocation_;
  Whereabouts where_;
  ChatRequest request_;
};

// The gateway's peers, null if it doesn't say.
nlohmann::json fetch_peers(const std::string& root);

}  // namespace cocoon::app::commands
