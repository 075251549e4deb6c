// For tests: reads a recorded vector of tests/vectors/attest.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/bytes.h"
#include "base/encoding.h"

namespace cocoon::attest {

inline base::Bytes vector_file(const std::string& name) {
  std::ifstream file(std::string(COCOON_VECTORS) + "/attest/" + name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// A file with one line of hexadecimal digits.
inline base::Bytes vector_file_of_hex(const std::string& name) {
  std::string text = base::to_text(vector_file(name));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const auto bytes = base::from_hex(text);
  EXPECT_TRUE(bytes.has_value()) << name;
  return bytes.value_or(base::Bytes());
}

}  // namespace cocoon::attest
