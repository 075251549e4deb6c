// For tests: the recorded and synthetic quotes of tests/vectors/attestation, with their collateral.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "attest/collateral.h"
#include "attest/intel/root.h"
#include "base/encoding.h"
#include "base/time.h"
#include "crypto/certificate.h"

namespace cocoon::attest::intel {

inline base::Bytes intel_vector_file(const std::string& name) {
  std::ifstream file(std::string(COCOON_VECTORS) + "/attestation/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct VectorCheck {
  std::string name;
  base::WallTime time;
  nlohmann::json expect;
};

struct IntelVector {
  std::string id;
  std::string folder;
  base::Bytes quote;
  IntelCollateral collateral;
  crypto::PublicKey root;
  bool test_root = false;
  nlohmann::json fields;
  std::vector<VectorCheck> checks;
};

inline base::Bytes part_bytes(const std::string& text) { return base::to_bytes(text); }
inline base::Bytes part_hex(const std::string& text) {
  return base::from_hex(text).value_or(base::Bytes());
}

// As `parts` of a manifest names them: each part is stored once.
inline IntelCollateral make_collateral(const nlohmann::json& names, const nlohmann::json& parts) {
  const auto part = [&](const char* name) {
    return parts.at(names.at(name).get<std::string>()).get<std::string>();
  };
  IntelCollateral collateral;
  collateral.root_ca_crl = part_hex(part("root_ca_crl"));
  collateral.pck_crl = part_hex(part("pck_crl"));
  collateral.pck_crl_issuer_chain = part_bytes(part("pck_crl_issuer_chain"));
  collateral.tcb_info = part_bytes(part("tcb_info"));
  collateral.tcb_info_signature = part_hex(part("tcb_info_signature"));
  collateral.tcb_info_issuer_chain = part_bytes(part("tcb_info_issuer_chain"));
  collateral.qe_identity = part_bytes(part("qe_identity"));
  collateral.qe_identity_signature = part_hex(part("qe_identity_signature"));
  collateral.qe_identity_issuer_chain = part_bytes(part("qe_identity_issuer_chain"));
  return collateral;
}

// `folder` is "tdx", "sgx" or "tdx-synth".
inline std::vector<IntelVector> load_intel_vectors(const std::string& folder) {
  const auto json_file = [&folder](const std::string& name) {
    return nlohmann::json::parse(intel_vector_file(folder + "/" + name));
  };
  const nlohmann::json manifest = json_file("manifest.json");
  const nlohmann::json parts = json_file("collateral_parts.json");
  std::vector<IntelVector> vectors;
  for (const nlohmann::json& entry : manifest.at("vectors")) {
    IntelVector vector{
        .id = entry.at("id"),
        .folder = folder,
        .quote = intel_vector_file(folder + "/" + entry.at("quote").get<std::string>()),
        .collateral = make_collateral(entry.at("collateral"), parts),
        .root = intel_root(),
        .test_root = entry.contains("root"),
        .fields = entry.value("fields", nlohmann::json()),
        .checks = {}};
    if (vector.test_root) {
      const base::Bytes pem = intel_vector_file(folder + "/" + entry.at("root").get<std::string>());
      const auto certificate = crypto::Certificate::parse_any(pem);
      EXPECT_TRUE(certificate.ok());
      if (certificate) vector.root = certificate->public_key();
    }
    for (const nlohmann::json& check : entry.at("checks")) {
      vector.checks.push_back({check.at("name"),
                               base::from_unix_seconds(check.at("time").get<std::int64_t>()),
                               check.at("expect")});
    }
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

// One vector by its id; the test fails if there is none.
inline IntelVector load_intel_vector(const std::string& folder, const std::string& id) {
  static std::map<std::string, std::vector<IntelVector>> loaded;
  std::vector<IntelVector>& vectors = loaded[folder];
  if (vectors.empty()) vectors = load_intel_vectors(folder);
  for (const IntelVector& vector : vectors) {
    if (vector.id == id) return vector;
  }
  ADD_FAILURE() << "no vector " << id;
  std::abort();
}

}  // namespace cocoon::attest::intel
