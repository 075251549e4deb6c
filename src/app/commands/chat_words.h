// What the words behind `cocoon chat` mean, given the models on offer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace cocoon::app::commands {

struct ChatWords {
  std::string model;
  std::optional<std::string> prompt;
};

// With one word: a model's name chooses the model, anything else is the prompt. Without a model the
// first on offer. Refused (with the nearest names) if the model is not offered, NotReady if none
// is.
base::Result<ChatWords> read_chat_words(const std::vector<std::string>& words,
                                        const std::vector<std::string>& offered);

// The offered model that is meant, letters' case aside.
std::optional<std::string> find_model(const std::string& wanted,
                                      const std::vector<std::string>& offered);

// Refused; what to try is `words` with the nearest offered name. There must be one.
base::Error not_offered(const std::string& wanted, const std::vector<std::string>& offered,
                        const std::string& words);

}  // namespace cocoon::app::commands
