// For tests: a recorded TDX quote and its collateral, of tests/vectors/attestation/tdx.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "base/bytes.h"
#include "base/time.h"

namespace cocoon::app::attestation {

inline std::string tdx_file(const std::string& name) {
  std::ifstream file(std::string(COCOON_VECTORS) + "/attestation/tdx/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct RecordedEvidence {
  base::Bytes quote;
  std::string collateral;  // as other verifiers keep it
  base::WallTime time;     // at which it is good
};

inline RecordedEvidence recorded_evidence(const std::string& id) {
  const auto manifest = nlohmann::json::parse(tdx_file("manifest.json"));
  const auto parts = nlohmann::json::parse(tdx_file("collateral_parts.json"));
  for (const auto& vector : manifest.at("vectors")) {
    if (vector.at("id") != id) continue;
    nlohmann::json collateral;
    for (const auto& [name, part] : vector.at("collateral").items()) {
      collateral[name] = parts.at(part.get<std::string>());
    }
    return {base::to_bytes(tdx_file(vector.at("quote"))), collateral.dump(),
            base::from_unix_seconds(vector.at("checks").at(0).at("time"))};
  }
  ADD_FAILURE() << "no vector " << id;
  return {};
}

}  // namespace cocoon::app::attestation
