// For tests: the vectors of tests/vectors/attestation.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "base/bytes.h"
#include "base/encoding.h"

namespace cocoon::attest::measure {

inline base::Bytes vector_file(const std::string& name) {
  std::ifstream file(std::string(COCOON_VECTORS) + "/attestation/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline nlohmann::json vectors_of(const std::string& folder) {
  const base::Bytes text = vector_file(folder + "/expect.json");
  return nlohmann::json::parse(text.begin(), text.end());
}

inline nlohmann::json vector_of(const std::string& folder, const std::string& id) {
  for (const auto& vector : vectors_of(folder)) {
    if (vector.at("id") == id) return vector;
  }
  ADD_FAILURE() << "no vector " << id;
  return {};
}

inline base::Bytes file_of(const nlohmann::json& vector, const std::string& name) {
  base::Bytes bytes = vector_file(vector.at("files").at(name));
  if (vector.contains("flip") && vector.at("flip").contains(name)) {
    bytes.at(vector.at("flip").at(name).get<std::size_t>()) ^= 1;
  }
  return bytes;
}

inline base::Bits384 bits384(const nlohmann::json& hex) {
  const auto bytes = base::from_hex(hex.get<std::string>());
  base::Bits384 out{};
  EXPECT_TRUE(bytes && bytes->size() == out.size());
  if (bytes && bytes->size() == out.size()) std::ranges::copy(*bytes, out.begin());
  return out;
}

}  // namespace cocoon::attest::measure
