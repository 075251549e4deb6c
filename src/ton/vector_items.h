// For tests only: items of tests/vectors/ton-proofs (or another folder of the same form), each with
// what a light client must make of it. vector_items.cc has one judge per kind of item.
#pragma once

#include <string>
#include <vector>

namespace cocoon::ton {

struct VectorItem {
  std::string id;
  std::string kind;
  std::string path;
  bool expect_ok = false;
};

struct Verdict {
  bool accepted = false;
  // Reason of a refusal, or where the accepted result differs from the expected one.
  std::string detail;
  // False if something else than the verdict is wrong: values that differ, an unknown kind.
  bool consistent = true;
};

std::vector<VectorItem> list_vector_items(const std::string& folder);
Verdict judge(const std::string& folder, const VectorItem& item);

}  // namespace cocoon::ton
