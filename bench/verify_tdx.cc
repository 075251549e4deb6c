// What verifying a TDX quote with its collateral costs in processor time, all checks each time and
// nothing kept: `bench_verify_tdx [SECONDS]`, run in the root of a checkout. Prints JSON.
//
// Unlike the other programs here it links the product, since it measures nothing else.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "attest/intel/findings.h"
#include "attest/intel/root.h"
#include "attest/intel/verify.h"
#include "base/encoding.h"

namespace {

using namespace cocoon;
using nlohmann::json;

const std::string kFolder = "tests/vectors/attestation/tdx/";
constexpr const char* kVector = "phala-v4";

struct Case {
  base::Bytes quote;
  attest::IntelCollateral collateral;
  base::WallTime now;
};

std::string read_file(const std::string& name) {
  std::ifstream file(kFolder + name, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "%s%s is missing: run this in the root of a checkout\n", kFolder.c_str(),
                 name.c_str());
    std::exit(1);
  }
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Case load_case() {
  const json manifest = json::parse(read_file("manifest.json"));
  const json parts = json::parse(read_file("collateral_parts.json"));
  for (const json& vector : manifest.at("vectors")) {
    if (vector.at("id") != kVector) continue;
    const auto text = [&](const char* name) {
      const std::string key = vector.at("collateral").at(name);
      return parts.at(key).get<std::string>();
    };
    const auto hex = [&](const char* name) { return base::from_hex(text(name)).value(); };
    Case one;
    one.quote = base::to_bytes(read_file(vector.at("quote").get<std::string>()));
    one.collateral = {.root_ca_crl = hex("root_ca_crl"),
                      .pck_crl = hex("pck_crl"),
                      .pck_crl_issuer_chain = base::to_bytes(text("pck_crl_issuer_chain")),
                      .tcb_info = base::to_bytes(text("tcb_info")),
                      .tcb_info_signature = hex("tcb_info_signature"),
                      .tcb_info_issuer_chain = base::to_bytes(text("tcb_info_issuer_chain")),
                      .qe_identity = base::to_bytes(text("qe_identity")),
                      .qe_identity_signature = hex("qe_identity_signature"),
                      .qe_identity_issuer_chain = base::to_bytes(text("qe_identity_issuer_chain"))};
    one.now = base::from_unix_seconds(vector.at("checks").at(0).at("time").get<std::int64_t>());
    return one;
  }
  std::fprintf(stderr, "no vector %s\n", kVector);
  std::exit(1);
}

// Processor time of this process, in milliseconds.
double processor_ms() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double verify_once(const Case& one) {
  const double begin = processor_ms();
  const attest::intel::Examination found = attest::intel::examine_quote(
      one.now, one.quote, &one.collateral, attest::intel::intel_root());
  const attest::Findings findings = attest::intel::findings_of(found, {}, {});
  const double spent = processor_ms() - begin;
  if (found.fault() != nullptr || findings.factors.empty()) {
    std::fprintf(stderr, "the quote was refused\n");
    std::exit(1);
  }
  return spent;
}

}  // namespace

int main(int count, char** arguments) {
  const double seconds = count > 1 ? std::atof(arguments[1]) : 2.0;
  const Case one = load_case();
  const double first = verify_once(one);
  std::vector<double> times;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (times.size() < 10 || std::chrono::steady_clock::now() < end) {
    times.push_back(verify_once(one));
  }
  std::ranges::sort(times);
  const json result = {{"what", "TDX quote, all checks, nothing cached"},
                       {"vector", kVector},
                       {"first_ms", first},
                       {"p50_ms", times[times.size() / 2]},
                       {"p99_ms", times[times.size() * 99 / 100]},
                       {"verifications", times.size() + 1}};
  std::puts(result.dump().c_str());
  return 0;
}
