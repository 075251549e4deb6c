// What an engine says about its own load, on the page that it serves for Prometheus.
//
// Known are vLLM (vllm:num_requests_running, _waiting, gpu_cache_usage_perc and since V1
// kv_cache_usage_perc), SGLang (sglang:num_running_reqs, num_queue_reqs, token_usage) and
// llama.cpp's server with --metrics (llamacpp:requests_processing, requests_deferred,
// kv_cache_usage_ratio). Several series of one name (one for each model or rank) are added up; of
// the cache the fullest counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cocoon::worker {

struct EngineLoad {
  std::int64_t running = 0;
  std::int64_t waiting = 0;           // in the engine's own queue
  std::optional<double> cache_share;  // of its key-value cache that is in use, 0 to 1
  friend bool operator==(const EngineLoad&, const EngineLoad&) = default;
};

// Nothing if the page names none of the numbers. Linear in the page; what is malformed is skipped.
std::optional<EngineLoad> read_engine_load(std::string_view page);

}  // namespace cocoon::worker
