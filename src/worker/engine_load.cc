#include "worker/engine_load.h"

#include <algorithm>
#include <charconv>

#include "worker/limits.h"

namespace cocoon::worker {
namespace {

enum class Number { Running, Waiting, Cache };

struct KnownName {
  std::string_view name;
  Number number;
};
constexpr KnownName kKnownNames[] = {
    {"vllm:num_requests_running", Number::Running},
    {"vllm:num_requests_waiting", Number::Waiting},
    {"vllm:gpu_cache_usage_perc", Number::Cache},
    {"vllm:kv_cache_usage_perc", Number::Cache},
    {"sglang:num_running_reqs", Number::Running},
    {"sglang:num_queue_reqs", Number::Waiting},
    {"sglang:token_usage", Number::Cache},
    {"llamacpp:requests_processing", Number::Running},
    {"llamacpp:requests_deferred", Number::Waiting},
    {"llamacpp:kv_cache_usage_ratio", Number::Cache},
};

const KnownName* known(std::string_view name) {
  const auto* const found = std::ranges::find(kKnownNames, name, &KnownName::name);
  return found == std::end(kKnownNames) ? nullptr : found;
}

// "name{labels} value" or "name value [timestamp]"; labels may hold spaces in quotes.
std::optional<double> value_of(std::string_view line, std::size_t name_end) {
  std::string_view rest = line.substr(name_end);
  if (rest.starts_with('{')) {
    const std::size_t end = rest.rfind('}');
    if (end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end + 1);
  }
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  double value = 0;
  const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (parsed.ec != std::errc{} || !(value >= 0)) return std::nullopt;
  return value;
}

void add(EngineLoad& load, Number number, double value) {
  const auto count =
      static_cast<std::int64_t>(std::min(value, static_cast<double>(kMaxActiveRequests)));
  switch (number) {
    case Number::Running:
      load.running = std::min<std::int64_t>(load.running + count, kMaxActiveRequests);
      return;
    case Number::Waiting:
      load.waiting = std::min<std::int64_t>(load.waiting + count, kMaxActiveRequests);
      return;
    case Number::Cache:
      load.cache_share = std::max(load.cache_share.value_or(0), std::min(value, 1.0));
      return;
  }
}

}  // namespace

std::optional<EngineLoad> read_engine_load(std::string_view page) {
  EngineLoad load;
  bool any = false;
  while (!page.empty()) {
    const std::size_t end = std::min(page.find('\n'), page.size());
    const std::string_view line = page.substr(0, end);
    page.remove_prefix(std::min(end + 1, page.size()));
    const std::size_t name_end = std::min(line.find_first_of("{ "), line.size());
    const KnownName* name = known(line.substr(0, name_end));
    const auto value = name ? value_of(line, name_end) : std::nullopt;
    if (!value) continue;
    add(load, name->number, *value);
    any = true;
  }
  return any ? std::optional(load) : std::nullopt;
}

}  // namespace cocoon::worker
