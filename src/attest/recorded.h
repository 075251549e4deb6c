// For tests: files of tests/vectors/attestation, and what findings say.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "attest/factor.h"
#include "base/bytes.h"
#include "base/time.h"

namespace cocoon::attest {

// `name` begins with the folder: "snp/ms-milan-v3.bin".
inline base::Bytes recorded(const std::string& name) {
  std::ifstream file(std::string(COCOON_VECTORS) + "/attestation/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The file that has this role in `vector`, an entry of a folder's manifest; empty if none has. A
// template on the JSON type, so that this header needs no JSON.
template <typename Json>
base::Bytes file_of(const std::string& folder, const Json& vector, const std::string& role) {
  const auto& files = vector.at("files");
  return files.contains(role) ? recorded(folder + "/" + files.at(role).template get<std::string>())
                              : base::Bytes();
}

inline const Factor* find_factor(const Findings& findings, FactorId id) {
  for (const Factor& factor : findings.factors) {
    if (factor.id == id) return &factor;
  }
  return nullptr;
}

// The reasons of all factors that failed, in order.
inline std::vector<std::string> failures(const Findings& findings) {
  std::vector<std::string> names;
  for (const Factor& factor : findings.factors) {
    if (factor.outcome == Outcome::Failed) names.emplace_back(reason_name(factor.refusal));
  }
  return names;
}

}  // namespace cocoon::attest
