// `cocoon attest measure`: what images will measure to, and what a log says was measured.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "app/commands/fault.h"
#include "app/commands/handlers.h"
#include "app/commands/table.h"
#include "app/pages_json.h"
#include "app/role_main.h"
#include "attest/measure/dm_verity.h"
#include "attest/measure/event_log.h"
#include "attest/measure/kernel_image.h"
#include "attest/measure/limits.h"
#include "attest/measure/snp_launch.h"
#include "attest/measure/tdx_boot.h"
#include "attest/quote.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "io/files.h"

namespace cocoon::app::commands {
namespace {

using base::Bytes;
using base::Result;
using nlohmann::json;
namespace measure = attest::measure;

constexpr std::size_t kImageFileMax = std::size_t{1} << 30;

Result<Bytes> file_of(const Arguments& arguments, const char* flag) {
  if (!arguments.has(flag)) return Bytes();
  return io::read_file(arguments.text(flag), kImageFileMax);
}

// "2G", "512M" or bytes.
Result<std::uint64_t> memory_of(const Arguments& arguments) {
  const std::string text = arguments.text("--memory", "2G");
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  const std::string_view unit(read.ptr, end);
  const std::uint64_t factor = unit == "G" ? 1ull << 30 : unit == "M" ? 1ull << 20 : 1;
  constexpr std::uint64_t kMemoryMax = 1ull << 46;
  if (read.ec != std::errc() || (factor == 1 && !unit.empty()) || number > kMemoryMax / factor) {
    return fault(CommandFault::Usage, "--memory wants a size such as 512M or 64G");
  }
  return number * factor;
}

Result<json> measure_tdx(const Arguments& arguments) {
  const Bytes firmware = TRY(file_of(arguments, "--firmware"));
  const std::uint64_t memory = TRY(memory_of(arguments));
  const auto sections = TRY(measure::read_tdvf(firmware));
  const auto single = TRY(measure::td_measurement(firmware, measure::PageOrder::SinglePass));
  const auto two = TRY(measure::td_measurement(firmware, measure::PageOrder::TwoPass));
  const auto hand_off = TRY(measure::hand_off_of(sections));
  const auto hand_off_digest = TRY(measure::hand_off_digest(hand_off, memory));
  const auto configuration = TRY(measure::configuration_digest(firmware));
  json out{{"mrtd_single_pass", base::to_hex(single)},
           {"mrtd_two_pass", base::to_hex(two)},
           {"memory", memory},
           {"td_hob_sha384", base::to_hex(hand_off_digest)},
           {"cfv_sha384", base::to_hex(configuration)}};
  if (!arguments.has("--kernel")) return out;
  const Bytes kernel = TRY(file_of(arguments, "--kernel"));
  const Bytes initrd = TRY(file_of(arguments, "--initrd"));
  const Bytes patched = TRY(measure::patch_kernel(kernel, initrd.size(), memory));
  const auto authenticode = TRY(measure::authenticode_digest(patched));
  const auto command_line = measure::command_line_digest(arguments.text("--cmdline"));
  const auto initrd_digest = crypto::sha384(initrd);
  out["kernel_authenticode"] = base::to_hex(authenticode);
  out["cmdline_sha384"] = base::to_hex(command_line);
  out["initrd_sha384"] = base::to_hex(initrd_digest);
  out["rtmr1"] = base::to_hex(measure::extend_all(measure::rtmr1_events(authenticode)));
  out["rtmr2"] =
      base::to_hex(measure::extend_all(measure::rtmr2_events(command_line, initrd_digest)));
  return out;
}

Result<json> measure_snp(const Arguments& arguments) {
  const Bytes firmware = TRY(file_of(arguments, "--firmware"));
  const Bytes kernel = TRY(file_of(arguments, "--kernel"));
  const Bytes initrd = TRY(file_of(arguments, "--initrd"));
  const std::string command_line = arguments.text("--cmdline");
  const std::string model = arguments.text("--cpu", "EPYC-Milan");
  const auto signature = measure::vcpu_signature(model);
  if (!signature) return fault(CommandFault::Usage, "the processor model " + model + " is unknown");
  measure::SnpGuest guest;
  guest.firmware = firmware;
  guest.vcpu_signature = *signature;
  guest.vcpus =
      static_cast<std::uint32_t>(TRY(arguments.number("--vcpus", 1, 1, measure::kVcpusMax)));
  guest.guest_features =
      static_cast<std::uint64_t>(TRY(arguments.number("--guest-features", 1, 0, INT64_MAX)));
  if (arguments.has("--kernel")) guest.boot = {kernel, initrd, command_line};
  const auto digest = TRY(measure::snp_launch_digest(guest));
  const attest::SevSnpMeasurements measurements{.measurement = digest};
  return json{{"launch_digest", base::to_hex(digest)},
              {"image_hash", base::to_hex(attest::image_hash(measurements))}};
}

json event_json(const measure::LogEvent& event) {
  const auto check = measure::check_data(event);
  const char* data = check == measure::DataCheck::Matches   ? "matches"
                     : check == measure::DataCheck::Differs ? "differs"
                                                            : "not_recomputable";
  return {{"rtmr", event.rtmr ? json(*event.rtmr) : json()},
          {"type", event.type},
          {"name", event.name},
          {"digest", base::to_hex(event.digest)},
          {"data", data}};
}

Result<measure::EventLog> read_log(const Bytes& content) {
  const std::string_view text = base::as_text(content);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '[') {
    return measure::parse_dstack_log(text);
  }
  return measure::parse_ccel(content);
}

// Replays a log, and compares with a quote if one is given.
Result<json> measure_log(const Arguments& arguments) {
  const Bytes content = TRY(file_of(arguments, "--log"));
  const measure::EventLog log = TRY(read_log(content));
  const measure::Registers registers = measure::replay(log);
  json out{{"rtmr", json::array()}, {"events", json::array()}};
  for (const base::Bits384& value : registers) out["rtmr"].push_back(base::to_hex(value));
  bool altered = false;
  for (const measure::LogEvent& event : log.events) {
    out["events"].push_back(event_json(event));
    altered = altered || measure::check_data(event) == measure::DataCheck::Differs;
  }
  out["events_extended"] = measure::extended_events(log);
  out["data_altered"] = altered;
  if (!arguments.has("--quote")) return out;
  const attest::Evidence evidence = attest::TdxEvidence{TRY(file_of(arguments, "--quote"))};
  const auto read = attest::read_unverified(evidence);
  if (!read || !read->statement) {
    return fault(CommandFault::Failed, arguments.text("--quote") + " is not a TDX quote");
  }
  const auto& quoted = std::get<attest::TdxMeasurements>(read->statement->measurements).rtmr;
  out["match"] = json::array();
  for (std::size_t i = 0; i < 4; ++i) out["match"].push_back(registers[i] == quoted[i]);
  out["verdict"] = registers == quoted && !altered ? "match" : "mismatch";
  return out;
}

Result<json> measure_verity(const Arguments& arguments) {
  const Bytes data = TRY(file_of(arguments, "--verity-data"));
  if (!arguments.has("--verity-hash")) {
    const measure::VerityFormat format{.data_blocks = data.size() / 4096};
    const auto tree = TRY(measure::build_verity(format, data));
    return json{{"root_hash", base::to_hex(tree.root)}};
  }
  const Bytes hashes = TRY(file_of(arguments, "--verity-hash"));
  const auto root = base::from_hex(arguments.text("--verity-root"));
  if (!root) return fault(CommandFault::Usage, "--verity-root wants hexadecimal digits");
  TRY(measure::check_verity(data, hashes, *root));
  return json{{"root_hash", base::to_hex(*root)}, {"verdict", "valid"}};
}

void print(const Terminal& out, const json& document) {
  std::vector<Fact> facts;
  for (const auto& [name, value] : document.items()) {
    if (name == "events") continue;
    facts.push_back({name, value.is_string() ? value.get<std::string>() : value.dump()});
  }
  out.write(fact_lines(facts, out));
}

Result<json> measure_what(const Arguments& arguments) {
  if (arguments.has("--log")) return measure_log(arguments);
  if (arguments.has("--verity-data")) return measure_verity(arguments);
  if (!arguments.has("--firmware")) {
    return fault(CommandFault::Usage, "there is nothing to measure",
                 "cocoon attest measure --help, which has examples");
  }
  return arguments.text("--tee", "tdx") == "snp" ? measure_snp(arguments) : measure_tdx(arguments);
}

}  // namespace

Result<int> run_attest_measure(const Invocation& invocation) {
  const json document = TRY(measure_what(invocation.arguments));
  if (invocation.arguments.printing() == Printing::Json) {
    invocation.out.line(json_text(document));
  } else {
    print(invocation.out, document);
  }
  const auto verdict = document.find("verdict");
  return verdict != document.end() && *verdict == "mismatch" ? kExitFailed : kExitOk;
}

}  // namespace cocoon::app::commands
