#include "app/commands/chat_words.h"

#include <algorithm>

#include "app/commands/fault.h"
#include "io/http_headers.h"
#include "openai/nearest.h"

namespace cocoon::app::commands {

std::optional<std::string> find_model(const std::string& wanted,
                                      const std::vector<std::string>& offered) {
  const auto same = [&](const std::string& name) { return io::equal_ignoring_case(name, wanted); };
  const auto found = std::ranges::find_if(offered, same);
  return found == offered.end() ? std::nullopt : std::optional(*found);
}

base::Error not_offered(const std::string& wanted, const std::vector<std::string>& offered,
                        const std::string& words) {
  const auto near = openai::nearest_models(wanted, offered);
  return fault(CommandFault::Refused, "no worker offers the model \"" + wanted + "\"",
               words + " " + (near.empty() ? offered.front() : near.front()));
}

base::Result<ChatWords> read_chat_words(const std::vector<std::string>& words,
                                        const std::vector<std::string>& offered) {
  if (offered.empty())
    return fault(CommandFault::NotReady, "no worker offers a model yet", "cocoon status");
  ChatWords meant{.model = offered.front(), .prompt = {}};
  if (words.empty()) return meant;
  const auto model = find_model(words[0], offered);
  if (words.size() == 1) {
    if (model) {
      meant.model = *model;
    } else {
      meant.prompt = words[0];
    }
    return meant;
  }
  if (!model) return not_offered(words[0], offered, "cocoon chat");
  meant.model = *model;
  meant.prompt = words[1];
  return meant;
}

}  // namespace cocoon::app::commands
