// Blocks split when full and go away when empty.
#include "market/price_index.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace cocoon::market {
namespace {

std::ptrdiff_t offset(std::size_t place) { return static_cast<std::ptrdiff_t>(place); }

}  // namespace

std::size_t PriceIndex::find_block(Entry entry) const {
  const auto found = std::partition_point(blocks_.begin(), blocks_.end(),
                                          [&](const Block& block) { return block.back() < entry; });
  const auto index = static_cast<std::size_t>(found - blocks_.begin());
  return std::min(index, blocks_.size() - 1);
}

void PriceIndex::add(Entry entry) {
  if (blocks_.empty()) {
    blocks_.emplace_back();
    sizes_.push_back(0);
  }
  const std::size_t index = size_ == 0 ? 0 : find_block(entry);
  Block& block = blocks_[index];
  const auto place = std::lower_bound(block.begin(), block.end(), entry);
  CHECK(place == block.end() || *place != entry);
  block.insert(place, entry);
  ++sizes_[index];
  ++size_;
  if (block.size() < kMaxBlock) return;
  Block upper(block.begin() + offset(kMaxBlock / 2), block.end());
  block.resize(kMaxBlock / 2);
  sizes_[index] = static_cast<std::uint32_t>(block.size());
  sizes_.insert(sizes_.begin() + offset(index + 1), static_cast<std::uint32_t>(upper.size()));
  blocks_.insert(blocks_.begin() + offset(index + 1), std::move(upper));
}

void PriceIndex::remove(Entry entry) {
  CHECK(size_ > 0);
  const std::size_t index = find_block(entry);
  Block& block = blocks_[index];
  const auto place = std::lower_bound(block.begin(), block.end(), entry);
  CHECK(place != block.end() && *place == entry);
  block.erase(place);
  --sizes_[index];
  --size_;
  if (!block.empty()) return;
  blocks_.erase(blocks_.begin() + offset(index));
  sizes_.erase(sizes_.begin() + offset(index));
}

std::size_t PriceIndex::count_up_to(std::uint32_t coefficient) const {
  if (size_ == 0) return 0;
  const Entry last{coefficient, UINT32_MAX};
  const std::size_t index = find_block(last);
  const Block& block = blocks_[index];
  const auto before =
      std::accumulate(sizes_.begin(), sizes_.begin() + offset(index), std::size_t{0});
  return before + static_cast<std::size_t>(std::upper_bound(block.begin(), block.end(), last) -
                                           block.begin());
}

PriceIndex::Entry PriceIndex::at(std::size_t place) const {
  CHECK(place < size_);
  std::size_t index = 0;
  while (place >= sizes_[index]) place -= sizes_[index++];
  return blocks_[index][place];
}

std::vector<PriceIndex::Entry> PriceIndex::entries() const {
  std::vector<Entry> all;
  all.reserve(size_);
  for (const Block& block : blocks_) all.insert(all.end(), block.begin(), block.end());
  return all;
}

}  // namespace cocoon::market
