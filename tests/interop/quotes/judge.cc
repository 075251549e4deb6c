// Judges quotes: a case per line of standard input as JSON, a verdict per line of standard output.
//
// Case: {"time": Unix seconds, "root": PEM or "", "quote": hex, "collateral": {names as in Intel's
// service; lists and signatures in hex}}. Verdict: {"status", "advisories"} or {"class", "fault"}.
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "attest/intel/root.h"
#include "attest/intel/verify.h"
#include "base/encoding.h"

namespace {

using namespace cocoon;
using nlohmann::json;

base::Bytes hex(const json& text) {
  return base::from_hex(text.get<std::string>()).value_or(base::Bytes());
}

base::Bytes text(const json& value) { return base::to_bytes(value.get<std::string>()); }

attest::IntelCollateral read_collateral(const json& parts) {
  attest::IntelCollateral collateral;
  collateral.root_ca_crl = hex(parts.at("root_ca_crl"));
  collateral.pck_crl = hex(parts.at("pck_crl"));
  collateral.pck_crl_issuer_chain = text(parts.at("pck_crl_issuer_chain"));
  collateral.tcb_info = text(parts.at("tcb_info"));
  collateral.tcb_info_signature = hex(parts.at("tcb_info_signature"));
  collateral.tcb_info_issuer_chain = text(parts.at("tcb_info_issuer_chain"));
  collateral.qe_identity = text(parts.at("qe_identity"));
  collateral.qe_identity_signature = hex(parts.at("qe_identity_signature"));
  collateral.qe_identity_issuer_chain = text(parts.at("qe_identity_issuer_chain"));
  return collateral;
}

json judge(const json& line) {
  crypto::PublicKey root = attest::intel::intel_root();
  if (const std::string pem = line.at("root"); !pem.empty()) {
    const auto certificate = crypto::Certificate::parse_any(base::as_bytes(pem));
    if (!certificate) return {{"class", "bad_case"}};
    root = certificate->public_key();
  }
  const auto now = base::from_unix_seconds(line.at("time").get<std::int64_t>());
  const auto verified = attest::intel::verify_quote(now, hex(line.at("quote")),
                                                    read_collateral(line.at("collateral")), root);
  if (verified) {
    return {{"status", attest::intel::tcb_status_name(verified->tcb.status)},
            {"advisories", verified->tcb.advisories}};
  }
  const auto fault = verified.error().as<attest::intel::Fault>();
  return {{"class", attest::intel::fault_class_name(attest::intel::class_of(*fault))},
          {"fault", verified.error().reason()}};
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::puts(judge(json::parse(line)).dump().c_str());
  }
  return 0;
}
