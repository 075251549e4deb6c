// PriceIndex: workers sorted by price, of which any prefix can be counted and any member picked by
// its place.
//
// Kept as a list of sorted blocks: adding, removing, counting and picking touch one block and the
// sizes of the others, which is a few hundred numbers at 100,000 workers. That is faster there than
// a tree, and simpler.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cocoon::market {

class PriceIndex {
 public:
  struct Entry {
    std::uint32_t coefficient = 0;
    std::uint32_t slot = 0;
    friend constexpr auto operator<=>(const Entry&, const Entry&) = default;
  };

  void add(Entry entry);     // must not be there
  void remove(Entry entry);  // must be there
  std::size_t size() const { return size_; }
  // How many entries cost at most `coefficient`: they have the places 0 to that number less one.
  std::size_t count_up_to(std::uint32_t coefficient) const;
  // By ascending price; place < size().
  Entry at(std::size_t place) const;
  std::vector<Entry> entries() const;  // all, by ascending price

 private:
  static constexpr std::size_t kMaxBlock = 512;
  using Block = std::vector<Entry>;

  // The block that holds `entry`, or would.
  std::size_t find_block(Entry entry) const;

  std::vector<Block> blocks_;         // none is empty
  std::vector<std::uint32_t> sizes_;  // of the blocks, side by side for quick sums
  std::size_t size_ = 0;
};

}  // namespace cocoon::market
