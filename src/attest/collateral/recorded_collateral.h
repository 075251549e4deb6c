// For tests: recorded collateral of tests/vectors/attestation/tdx, as a verifier's JSON and as
// items.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "attest/collateral/bundle.h"

namespace cocoon::attest::collateral {

inline nlohmann::json recorded_json(const std::string& name) {
  std::ifstream file(std::string(COCOON_VECTORS) + "/attestation/tdx/" + name);
  EXPECT_TRUE(file.good()) << name;
  return nlohmann::json::parse(file);
}

// Of the vector with this id: "phala-v4".
inline std::string recorded_collateral(const std::string& id) {
  const nlohmann::json manifest = recorded_json("manifest.json");
  const nlohmann::json parts = recorded_json("collateral_parts.json");
  for (const auto& vector : manifest.at("vectors")) {
    if (vector.at("id") != id) continue;
    nlohmann::json out;
    for (const auto& [name, part] : vector.at("collateral").items()) {
      out[name] = parts.at(part.get<std::string>());
    }
    return out.dump();
  }
  ADD_FAILURE() << "no vector " << id;
  return {};
}

inline std::vector<BundledItem> recorded_items(const std::string& id) {
  const auto items = parse_bundle(recorded_collateral(id));
  EXPECT_TRUE(items.ok());
  return items ? *items : std::vector<BundledItem>();
}

}  // namespace cocoon::attest::collateral
