// See load_options.h.
#include "load_options.h"

#include <getopt.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace bench {
namespace {

const char kUsage[] =
    "bench_load --port N [options]        one line of JSON with rates, latencies and errors\n"
    "  --host A --path P --header 'K: V'  where to ask (127.0.0.1, /v1/chat/completions)\n"
    "  -c, --connections N                requests at once (1)\n"
    "  --seconds S --warmup S             measured time (5) after an unmeasured one (1)\n"
    "  --requests N                       stop after N requests instead of after a time\n"
    "  --rate R --seed N                  open loop: R requests per second at random times\n"
    "  --model M --prompt-bytes N         what is asked (bench, 100)\n"
    "  --answer-bytes N                   size of a JSON answer\n"
    "  --chunks N --chunk-bytes N --pace-ms N   ask for a stream instead\n";

struct Number {
  const char* name;
  double LoadOptions::* real;
  std::uint64_t LoadOptions::* whole;
};

constexpr Number kNumbers[] = {
    {"seconds", &LoadOptions::seconds, nullptr},
    {"warmup", &LoadOptions::warmup_seconds, nullptr},
    {"drain", &LoadOptions::drain_seconds, nullptr},
    {"rate", &LoadOptions::rate, nullptr},
    {"requests", nullptr, &LoadOptions::requests},
    {"seed", nullptr, &LoadOptions::seed},
    {"prompt-bytes", nullptr, &LoadOptions::prompt_bytes},
    {"answer-bytes", nullptr, &LoadOptions::answer_bytes},
    {"chunks", nullptr, &LoadOptions::chunks},
    {"chunk-bytes", nullptr, &LoadOptions::chunk_bytes},
    {"pace-ms", nullptr, &LoadOptions::pace_ms},
};

[[noreturn]] void exit_with_usage(int status) {
  std::fputs(kUsage, status == 0 ? stdout : stderr);
  std::exit(status);
}

void apply(LoadOptions& options, int key) {
  constexpr int kCount = static_cast<int>(std::size(kNumbers));
  if (key >= 1000 && key < 1000 + kCount) {
    const Number& number = kNumbers[key - 1000];
    if (number.real != nullptr) options.*number.real = std::strtod(optarg, nullptr);
    if (number.whole != nullptr) options.*number.whole = std::strtoull(optarg, nullptr, 10);
    return;
  }
  switch (key) {
    case 'H':
      options.host = optarg;
      break;
    case 'p':
      options.port = static_cast<std::uint16_t>(std::strtoul(optarg, nullptr, 10));
      break;
    case 'P':
      options.path = optarg;
      break;
    case 'x':
      options.headers.emplace_back(optarg);
      break;
    case 'c':
      options.connections = static_cast<std::uint32_t>(std::strtoul(optarg, nullptr, 10));
      break;
    case 'm':
      options.model = optarg;
      break;
    default:
      exit_with_usage(key == 'h' ? 0 : 2);
  }
}

}  // namespace

LoadOptions parse_load_options(int argc, char** argv) {
  std::vector<option> known = {{"host", 1, nullptr, 'H'},  {"port", 1, nullptr, 'p'},
                               {"path", 1, nullptr, 'P'},  {"header", 1, nullptr, 'x'},
                               {"model", 1, nullptr, 'm'}, {"connections", 1, nullptr, 'c'},
                               {"help", 0, nullptr, 'h'}};
  for (int i = 0; i < static_cast<int>(std::size(kNumbers)); ++i) {
    known.push_back({kNumbers[i].name, 1, nullptr, 1000 + i});
  }
  known.push_back({nullptr, 0, nullptr, 0});
  LoadOptions options;
  for (int key = 0; (key = getopt_long(argc, argv, "c:h", known.data(), nullptr)) != -1;)
    apply(options, key);
  const bool sensible =
      options.port != 0 && options.connections > 0 && options.seconds > 0 && options.rate >= 0;
  if (!sensible || optind != argc) exit_with_usage(2);
  return options;
}

std::string request_text(const LoadOptions& options) {
  std::string body = "{\"model\":\"" + options.model +
                     "\",\"messages\":[{\"role\":\"user\",\"content\":\"" +
                     std::string(options.prompt_bytes, 'q') + "\"}]";
  if (options.answer_bytes > 0)
    body += ",\"bench_answer_bytes\":" + std::to_string(options.answer_bytes);
  body += ",\"max_tokens\":" + std::to_string(std::max<std::uint64_t>(options.chunks, 20));
  if (options.chunks > 0) {
    body += ",\"stream\":true,\"bench_pace_ms\":" + std::to_string(options.pace_ms) +
            ",\"bench_chunk_bytes\":" + std::to_string(options.chunk_bytes);
  }
  body += "}";
  std::string text =
      "POST " + options.path + " HTTP/1.1\r\nHost: " + options.host + ":" +
      std::to_string(options.port) +
      "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n";
  for (const std::string& header : options.headers) text += header + "\r\n";
  return text + "\r\n" + body;
}

}  // namespace bench
