// The models on offer, as the gateway lists them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/commands/whereabouts.h"

namespace cocoon::app::commands {

base::Result<nlohmann::json> fetch_models(const Whereabouts& where);
std::vector<std::string> model_names(const nlohmann::json& models);

}  // namespace cocoon::app::commands
