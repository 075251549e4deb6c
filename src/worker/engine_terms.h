// What an engine says about itself besides its load: how many tokens fit into a request.
//
// vLLM and SGLang tell it on GET /v1/models ("max_model_len" of the model), others there as
// "context_length" or in "meta" as "n_ctx"; llama.cpp's server on GET /props
// ("default_generation_settings", "n_ctx"). Whatever else stands there is left alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cocoon::worker {

// Of the model with this name; of the only one, whatever it is called. Nothing if the page is
// malformed or doesn't say.
std::optional<std::int32_t> context_on_models_page(std::string_view page, std::string_view model);
std::optional<std::int32_t> context_on_props_page(std::string_view page);

}  // namespace cocoon::worker
