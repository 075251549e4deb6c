// Cells: hashes, limits, exotic kinds; and that builder and slice are each other's inverse.
#include "ton/cell.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "ton/cell_slice.h"
#include "ton/test_support.h"

namespace cocoon::ton {
namespace {

CellRef chain(unsigned depth) {
  CellRef cell = CellBuilder().finish_fixed();
  for (unsigned i = 0; i < depth; ++i) cell = CellBuilder().store_ref(cell).finish_fixed();
  return cell;
}

base::Bytes pruned_data(std::uint8_t mask, std::size_t levels) {
  base::Bytes data{1, mask};
  data.resize(2 + 34 * levels, 0);
  return data;
}

TEST(Cell, EmptyCellHasItsKnownHash) {
  const CellRef empty = CellBuilder().finish_fixed();
  EXPECT_EQ(base::to_hex(empty->hash()),
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
  EXPECT_EQ(empty->depth(), 0u);
  EXPECT_EQ(empty->level(), 0u);
}

TEST(Cell, LimitsOfBitsReferencesAndDepth) {
  const base::Bytes data(128, 0xff);
  EXPECT_EQ(reason_of(Cell::make_ordinary(data, 1023, {})), "accepted");
  EXPECT_EQ(reason_of(Cell::make_ordinary(data, 1024, {})), "cell_overflow");
  const std::vector<CellRef> refs(5, chain(0));
  EXPECT_EQ(reason_of(Cell::make_ordinary({}, 0, {refs.data(), 4})), "accepted");
  EXPECT_EQ(reason_of(Cell::make_ordinary({}, 0, refs)), "cell_overflow");
  const std::vector<CellRef> nothing(1);
  EXPECT_EQ(reason_of(Cell::make_ordinary({}, 0, nothing)), "cell_missing");
  const CellRef deepest = chain(kMaxCellDepth);
  EXPECT_EQ(deepest->depth(), kMaxCellDepth);
  EXPECT_EQ(reason_of(CellBuilder().store_ref(deepest).finish()), "cell_too_deep");
}

TEST(Cell, IgnoresBitsBehindTheLast) {
  const base::Bytes ones{0xff};
  const base::Bytes some{0xe0};
  const auto a = Cell::make_ordinary(ones, 3, {});
  const auto b = Cell::make_ordinary(some, 3, {});
  ASSERT_TRUE(a && b);
  EXPECT_EQ((*a)->hash(), (*b)->hash());
  EXPECT_EQ((*a)->padded_data(), base::Bytes{0xf0});
}

TEST(ExoticCell, PrunedBranchHasTheHashesItStores) {
  base::Bytes data = pruned_data(2, 1);
  data[2] = 7;
  data[35] = 9;
  const auto cell = Cell::make_exotic(data, 288, {});
  ASSERT_TRUE(cell);
  EXPECT_EQ((*cell)->level(), 2u);
  EXPECT_EQ((*cell)->hash(0)[0], 7);
  EXPECT_EQ((*cell)->hash(1)[0], 7);
  EXPECT_EQ((*cell)->depth(1), 9u);
  EXPECT_NE((*cell)->hash(2), (*cell)->hash(1));
  EXPECT_EQ((*cell)->hash(), (*cell)->hash(2));
  EXPECT_EQ((*cell)->depth(), 0u);
}

TEST(ExoticCell, RefusesMalformedPrunedBranches) {
  const CellRef child = chain(0);
  EXPECT_EQ(reason_of(Cell::make_exotic(pruned_data(0, 0), 16, {})), "cell_exotic_form");
  EXPECT_EQ(reason_of(Cell::make_exotic(pruned_data(8, 1), 288, {})), "cell_exotic_form");
  EXPECT_EQ(reason_of(Cell::make_exotic(pruned_data(1, 1), 280, {})), "cell_exotic_form");
  EXPECT_EQ(reason_of(Cell::make_exotic(pruned_data(3, 1), 288, {})), "cell_exotic_form");
  EXPECT_EQ(reason_of(Cell::make_exotic(pruned_data(1, 1), 288, {&child, 1})), "cell_exotic_form");
  base::Bytes deep = pruned_data(1, 1);
  deep[34] = 0xff;
  EXPECT_EQ(reason_of(Cell::make_exotic(deep, 288, {})), "cell_too_deep");
}

TEST(ExoticCell, RefusesUnknownKinds) {
  EXPECT_EQ(reason_of(Cell::make_exotic({}, 0, {})), "cell_exotic_form");
  for (const std::uint8_t kind : base::Bytes{0, 5, 255}) {
    EXPECT_EQ(reason_of(Cell::make_exotic(base::Bytes{kind}, 8, {})), "cell_exotic_form");
  }
  EXPECT_EQ(reason_of(Cell::make_exotic(base::Bytes(33, 2), 264, {})), "accepted");
  EXPECT_EQ(reason_of(Cell::make_exotic(base::Bytes(33, 2), 256, {})), "cell_exotic_form");
}

TEST(ExoticCell, MerkleProofMustNameItsChild) {
  const CellRef child = chain(3);
  base::Bytes data{3};
  data.insert(data.end(), child->hash().begin(), child->hash().end());
  data.push_back(0);
  data.push_back(3);
  EXPECT_EQ(reason_of(Cell::make_exotic(data, 280, {&child, 1})), "accepted");
  EXPECT_EQ(reason_of(Cell::make_exotic(data, 280, {})), "cell_exotic_form");
  data.back() = 4;
  EXPECT_EQ(reason_of(Cell::make_exotic(data, 280, {&child, 1})), "cell_exotic_form");
  data.back() = 3;
  data[1] ^= 1;
  EXPECT_EQ(reason_of(Cell::make_exotic(data, 280, {&child, 1})), "cell_exotic_form");
}

// A pruned branch in a tree moves the tree's hash at its level only: hash(0) is that of the whole
// tree.
TEST(ExoticCell, PruningKeepsTheHashOfLevelZero) {
  const CellRef left = chain(2);
  const CellRef right = CellBuilder().store_uint(5, 7).finish_fixed();
  const CellRef whole =
      CellBuilder().store_uint(1, 9).store_ref(left).store_ref(right).finish_fixed();
  base::Bytes data{1, 1};
  data.insert(data.end(), left->hash().begin(), left->hash().end());
  data.push_back(0);
  data.push_back(2);
  const auto pruned = Cell::make_exotic(data, 288, {});
  ASSERT_TRUE(pruned);
  const CellRef part =
      CellBuilder().store_uint(1, 9).store_ref(*pruned).store_ref(right).finish_fixed();
  EXPECT_EQ(part->level(), 1u);
  EXPECT_EQ(part->hash(0), whole->hash());
  EXPECT_EQ(part->depth(0), whole->depth());
  EXPECT_NE(part->hash(), whole->hash());
  EXPECT_EQ(reason_of(CellSlice::open(*pruned)), "cell_pruned");
}

TEST(CellSlice, ReadsBackEveryField) {
  const Address address{-1, base::Bits256{1, 2, 3}};
  const CellRef child = chain(1);
  const CellRef cell = CellBuilder()
                           .store_bit(true)
                           .store_uint(UINT64_MAX, 64)
                           .store_int(-5, 7)
                           .store_int(INT64_MIN, 64)
                           .store_coins(base::Nanoton(0))
                           .store_coins(base::Nanoton(1'000'000'001))
                           .store_coins(base::Nanoton(INT64_MAX))
                           .store_address(address)
                           .store_bytes(base::Bits256{9})
                           .store_maybe_ref(child)
                           .store_maybe_ref({})
                           .store_ref(child)
                           .finish_fixed();
  base::Result<CellSlice> opened = CellSlice::open(cell);
  ASSERT_TRUE(opened);
  CellSlice slice = *opened;
  EXPECT_EQ(*slice.load_bit(), true);
  EXPECT_EQ(*slice.load_uint(64), UINT64_MAX);
  EXPECT_EQ(*slice.load_int(7), -5);
  EXPECT_EQ(*slice.load_int(64), INT64_MIN);
  EXPECT_EQ(*slice.load_coins(), base::Nanoton(0));
  EXPECT_EQ(*slice.load_coins(), base::Nanoton(1'000'000'001));
  EXPECT_EQ(*slice.load_coins(), base::Nanoton(INT64_MAX));
  EXPECT_EQ(*slice.load_address(), address);
  EXPECT_EQ(reason_of(slice.expect_end()), "cell_leftover");
  EXPECT_EQ(*slice.load_bits256(), base::Bits256{9});
  EXPECT_EQ(*slice.load_maybe_ref(), child);
  EXPECT_EQ(*slice.load_maybe_ref(), nullptr);
  EXPECT_EQ(*slice.load_ref(), child);
  EXPECT_EQ(reason_of(slice.expect_end()), "accepted");
  EXPECT_EQ(reason_of(slice.load_ref()), "cell_underflow");
  EXPECT_EQ(reason_of(slice.load_bit()), "cell_underflow");
  EXPECT_EQ(reason_of(slice.load_bytes(SIZE_MAX)), "cell_underflow");
}

TEST(CellSlice, RefusesOtherFormsOfValues) {
  const auto open = [](const CellBuilder& builder) {
    return *CellSlice::open(builder.finish_fixed());
  };
  // Coins: a leading zero byte, more than 63 bits.
  EXPECT_EQ(reason_of(open(CellBuilder().store_uint(0x100, 12)).load_coins()), "value_form");
  CellBuilder huge;
  huge.store_uint(8, 4).store_uint(UINT64_MAX, 64);
  EXPECT_EQ(reason_of(open(huge).load_coins()), "value_out_of_range");
  CellBuilder longer;
  longer.store_uint(9, 4).store_uint(1, 64).store_uint(0, 8);
  EXPECT_EQ(reason_of(open(longer).load_coins()), "value_out_of_range");
  // Addresses: none, and with anycast.
  for (const std::uint64_t tag : {0b000u, 0b010u, 0b101u, 0b110u}) {
    CellBuilder address;
    address.store_uint(tag, 3).store_uint(0, 8).store_bytes(base::Bits256{});
    CellSlice slice = open(address);
    EXPECT_EQ(reason_of(slice.load_address()), "value_form");
    EXPECT_EQ(slice.bits_left(), 267u) << "a failed read must change nothing";
  }
}

TEST(CellBuilder, RefusesWhatDoesNotFit) {
  EXPECT_EQ(reason_of(CellBuilder().store_uint(8, 3).finish()), "cell_overflow");
  EXPECT_EQ(reason_of(CellBuilder().store_int(4, 3).finish()), "cell_overflow");
  EXPECT_EQ(reason_of(CellBuilder().store_int(-5, 3).finish()), "cell_overflow");
  EXPECT_EQ(reason_of(CellBuilder().store_int(-4, 3).finish()), "accepted");
  EXPECT_EQ(reason_of(CellBuilder().store_coins(base::Nanoton(-1)).finish()), "value_out_of_range");
  EXPECT_EQ(reason_of(CellBuilder().store_ref({}).finish()), "cell_missing");
  EXPECT_EQ(reason_of(CellBuilder().store_bytes(base::Bytes(128)).finish()), "cell_overflow");
  CellBuilder full;
  full.store_bytes(base::Bytes(127)).store_uint(0, 7);
  EXPECT_EQ(reason_of(full.finish()), "accepted");
  EXPECT_EQ(reason_of(full.store_bit(false).finish()), "cell_overflow");
  CellBuilder refs;
  for (unsigned i = 0; i < kMaxCellRefs; ++i) refs.store_ref(chain(0));
  EXPECT_EQ(reason_of(refs.finish()), "accepted");
  EXPECT_EQ(reason_of(refs.store_ref(chain(0)).finish()), "cell_overflow");
}

TEST(CellBuilder, UnalignedBitsComeBack) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    std::vector<std::pair<std::uint64_t, unsigned>> fields;
    CellBuilder builder;
    for (;;) {
      const auto bits = static_cast<unsigned>(1 + random.below(64));
      if (builder.bit_count() + bits > kMaxCellBits) break;
      fields.emplace_back(random.next_u64() >> (64 - bits), bits);
      builder.store_uint(fields.back().first, bits);
    }
    CellSlice slice = *CellSlice::open(builder.finish_fixed());
    // Copied as one unaligned run, too.
    CellBuilder shifted;
    shifted.store_slice(slice);
    for (const auto& [value, bits] : fields) EXPECT_EQ(*slice.load_uint(bits), value);
    EXPECT_EQ(shifted.finish_fixed()->hash(), builder.finish_fixed()->hash());
  }
}

}  // namespace
}  // namespace cocoon::ton
