// The system's randomness fills all it is asked to fill, and doesn't repeat itself.
#include "crypto/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace cocoon::crypto {
namespace {

TEST(SystemRandom, FillsEverything) {
  SystemRandom random;
  base::Bytes bytes((3u << 20) + 17);
  random.fill(bytes);
  // 64 zero bytes in a row happen once in 2^490 draws.
  const base::Bytes zeros(64);
  EXPECT_EQ(std::search(bytes.begin(), bytes.end(), zeros.begin(), zeros.end()), bytes.end());
}

TEST(SystemRandom, DoesNotRepeat) {
  SystemRandom random;
  std::set<base::Bits256> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(random.bits256()).second);
}

TEST(SystemRandom, NothingToFill) {
  SystemRandom random;
  random.fill({});
}

}  // namespace
}  // namespace cocoon::crypto
