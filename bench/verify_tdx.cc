// What verifying a TDX quote with its collateral costs in processor time, all checks each time and
// nothing kept: `bench_verify_tdx [SECONDS]`, run in the root of a checkout. Prints JSON.
//
// Unlike the other programs here it links the product, since it measures nothing else.
#include <string>

#include "attest/intel/findings.h"
#include "attest/intel/root.h"
#include "attest/intel/verify.h"
#include "base/encoding.h"
#include "bench/verify_cost.h"

namespace {

using namespace cocoon;
using nlohmann::json;

const std::string kFolder = "tdx/";
constexpr const char* kVector = "phala-v4";

struct Case {
  base::Bytes quote;
  attest::IntelCollateral collateral;
  base::WallTime now;
};

Case load_case() {
  const json manifest = json::parse(cocoon::bench::read_vector(kFolder + "manifest.json"));
  const json parts = json::parse(cocoon::bench::read_vector(kFolder + "collateral_parts.json"));
  for (const json& vector : manifest.at("vectors")) {
    if (vector.at("id") != kVector) continue;
    const auto text = [&](const char* name) {
      const std::string key = vector.at("collateral").at(name);
      return parts.at(key).get<std::string>();
    };
    const auto hex = [&](const char* name) { return base::from_hex(text(name)).value(); };
    Case one;
    one.quote =
        base::to_bytes(cocoon::bench::read_vector(kFolder + vector.at("quote").get<std::string>()));
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

bool verify_once(const Case& one) {
  const attest::intel::Examination found = attest::intel::examine_quote(
      one.now, one.quote, &one.collateral, attest::intel::intel_root());
  const attest::Findings findings = attest::intel::findings_of(found, {}, {});
  return found.fault() == nullptr && !findings.factors.empty();
}

}  // namespace

int main(int count, char** arguments) {
  const double seconds = count > 1 ? std::atof(arguments[1]) : 2.0;
  const Case one = load_case();
  const json result = bench::verification_cost(
      "TDX quote, all checks, nothing cached (" + std::string(kVector) + ")", seconds,
      [&] { return verify_once(one); });
  std::puts(result.dump().c_str());
  return 0;
}
