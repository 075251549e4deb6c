// Model names close to a misspelt one, for the error message that says which models there are.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cocoon::openai {

// At most kMaxNearestModels of `known`, best first: same name in other letter case, same name
// without its folder
// ("qwen3" for "Qwen/Qwen3"), one contained in the other, then few edits apart. Names far away are
// left out. Looks at the first kMaxModelsCompared names only.
std::vector<std::string> nearest_models(std::string_view wanted,
                                        std::span<const std::string> known);

}  // namespace cocoon::openai
