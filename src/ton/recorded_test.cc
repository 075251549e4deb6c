// Everything in tests/vectors/ton-proofs, recorded from live networks or tampered with on purpose,
// is accepted or refused as a light client must. COCOON_TON_ITEMS names another folder of such
// items.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "ton/vector_items.h"

namespace cocoon::ton {
namespace {

std::string folder() {
  const char* other = std::getenv("COCOON_TON_ITEMS");
  return other != nullptr ? other : std::string(COCOON_VECTORS) + "/ton-proofs";
}

TEST(Recorded, EveryItemIsJudgedAsExpected) {
  const std::vector<VectorItem> items = list_vector_items(folder());
  ASSERT_GE(items.size(), 200u);
  std::map<std::string, std::size_t> reasons;
  std::size_t right = 0;
  for (const VectorItem& item : items) {
    const Verdict verdict = judge(folder(), item);
    EXPECT_EQ(verdict.accepted, item.expect_ok) << item.id << ": " << verdict.detail;
    EXPECT_TRUE(verdict.consistent) << item.id << ": " << verdict.detail;
    if (!verdict.accepted) ++reasons[item.kind + ": " + verdict.detail];
    if (verdict.accepted == item.expect_ok && verdict.consistent) ++right;
  }
  std::printf("%zu of %zu items judged as expected\n", right, items.size());
  for (const auto& [reason, count] : reasons) std::printf("%4zu %s\n", count, reason.c_str());
}

}  // namespace
}  // namespace cocoon::ton
