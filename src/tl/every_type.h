// For tests: every type of tl/types.h behind one plain interface, so that a test over all of them
// is a loop and not a hundred instantiations.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::tl {

struct EveryType {
  std::uint32_t id = 0;
  std::string_view name;
  std::size_t min_size = 0;
  // An object with random fields, encoded; refuses if what is decoded again differs from it.
  base::Result<base::Bytes> (*random)(std::uint64_t seed) = nullptr;
  // Decodes and encodes again.
  base::Result<base::Bytes> (*recode)(base::BytesView boxed) = nullptr;
  // Two objects with random fields are equal exactly if their bytes are.
  bool (*compares_as_bytes)(std::uint64_t seed_a, std::uint64_t seed_b) = nullptr;
};

const std::vector<EveryType>& every_type();

}  // namespace cocoon::tl
