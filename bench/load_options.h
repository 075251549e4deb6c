// The command line of bench_load.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct LoadOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string path = "/v1/chat/completions";
  std::vector<std::string> headers;
  std::uint32_t connections = 1;
  double seconds = 5;
  double warmup_seconds = 1;
  std::uint64_t requests = 0;  // stop after this many instead of after `seconds`; 0: no such limit
  double rate = 0;  // requests per second, whatever the answers do (open loop); 0: closed loop
  std::uint64_t seed = 1;  // of the arrival times of the open loop
  std::string model = "bench";
  std::uint64_t prompt_bytes = 100;
  std::uint64_t answer_bytes = 0;  // 0: the backend's own default
  std::uint64_t chunks = 0;        // 0: one JSON answer; otherwise a stream of so many
  std::uint64_t chunk_bytes = 160;
  std::uint64_t pace_ms = 0;
  double drain_seconds =
      10;  // how long answers may take to come in after the end before they count as unanswered
};

// Exits with a message if the arguments make no sense.
LoadOptions parse_load_options(int argc, char** argv);

// The whole HTTP request that these options describe.
std::string request_text(const LoadOptions& options);

}  // namespace bench
