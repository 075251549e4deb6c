// Dictionaries against std::map, against dictionaries of the live network, and against hostile
// trees.
#include "ton/dictionary.h"

#include <gtest/gtest.h>

#include <map>

#include "base/encoding.h"
#include "ton/boc.h"
#include "ton/test_support.h"

namespace cocoon::ton {
namespace {

constexpr std::size_t kMany = 10000;

CellSlice number(std::uint64_t value) {
  return *CellSlice::open(CellBuilder().store_uint(value, 64).finish_fixed());
}

TEST(Dictionary, BehavesLikeAMap) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const auto key_bytes = 1 + random.below(6);
    const auto key_bits = static_cast<unsigned>(key_bytes * 8 - random.below(8));
    const auto random_key = [&] {
      base::Bytes key(key_bytes);
      random.fill(key);
      // Long equal runs, so that every form of label occurs.
      for (std::uint8_t& byte : key)
        byte = random.below(3) == 0 ? byte : random.below(4) == 0 ? 0xff : 0;
      key.back() &= static_cast<std::uint8_t>(0xff << (key_bytes * 8 - key_bits));
      return key;
    };
    std::map<base::Bytes, std::uint64_t> twin;
    for (std::uint64_t i = random.below(200); i-- > 0;) twin[random_key()] = random.next_u64();
    std::vector<DictionaryEntry> entries;
    for (const auto& [key, value] : twin) entries.push_back({key, number(value)});

    const auto root = build_dictionary(entries, key_bits);
    ASSERT_TRUE(root);
    auto back = read_dictionary(*root, key_bits, kMany);
    ASSERT_TRUE(back) << back.error().message();
    ASSERT_EQ(back->size(), twin.size());
    auto expected = twin.begin();
    for (DictionaryEntry& entry : *back) {
      EXPECT_EQ(entry.key, expected->first);
      EXPECT_EQ(*entry.value.load_uint(64), expected->second);
      ++expected;
    }
    for (int i = 0; i < 50; ++i) {
      const base::Bytes key =
          i % 2 == 0 || twin.empty()
              ? random_key()
              : std::next(twin.begin(), static_cast<long>(random.below(twin.size())))->first;
      auto found = find_in_dictionary(*root, key_bits, key);
      ASSERT_TRUE(found);
      ASSERT_EQ(found->has_value(), twin.contains(key));
      if (*found) EXPECT_EQ(*(*found)->load_uint(64), twin.at(key));
    }
  }
}

// The chain writes labels in one canonical way: what it wrote, read and written again, is the same
// tree.
TEST(Dictionary, WritesTheTreesOfTheLiveNetwork) {
  const auto root = parse_single_root_boc(vector_bytes("ton/mainnet-root-state.boc"));
  ASSERT_TRUE(root);
  const std::span<const CellRef> dictionaries = (*root)->refs()[0]->refs();
  ASSERT_EQ(dictionaries.size(), 4u);
  const unsigned key_bits[] = {256, 32, 256, 256};
  const std::size_t sizes[] = {4, 1, 5, 4};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto entries = read_dictionary(dictionaries[i], key_bits[i], kMany);
    ASSERT_TRUE(entries) << entries.error().message();
    EXPECT_EQ(entries->size(), sizes[i]);
    EXPECT_EQ((*build_dictionary(*entries, key_bits[i]))->hash(), dictionaries[i]->hash());
  }
}

// Where two forms of a label are equally short, the chain writes the short form; another choice is
// another hash.
TEST(Dictionary, EquallyShortLabelsTakeTheFirstForm) {
  const auto root_bits = [](std::vector<base::Bytes> keys, unsigned key_bits) {
    std::vector<DictionaryEntry> entries;
    for (const base::Bytes& key : keys) entries.push_back({key, number(0)});
    const CellRef root = *build_dictionary(entries, key_bits);
    return std::pair(root->bit_count(), *CellSlice::open(root)->load_uint(root->bit_count()));
  };
  // 01 of 3 bits: `0 110 01`, not the long `10 10 01`.
  EXPECT_EQ(root_bits({{0x40}, {0x60}}, 3), std::pair(6u, std::uint64_t{0b011001}));
  // 00 of 4 bits: `0 110 00`, not the same `11 0 010`.
  EXPECT_EQ(root_bits({{0x00}, {0x20}}, 4), std::pair(6u, std::uint64_t{0b011000}));
  // Longer ones do take the others: 0101 of 5 bits the long form, 000 of 4 bits the same.
  EXPECT_EQ(root_bits({{0x00}, {0x10}}, 4), std::pair(6u, std::uint64_t{0b110011}));
  EXPECT_EQ(root_bits({{0x50}, {0x58}}, 5), std::pair(9u, std::uint64_t{0b101000101}));
}

TEST(Dictionary, EmptyOne) {
  EXPECT_EQ(*build_dictionary({}, 8), nullptr);
  EXPECT_TRUE(read_dictionary({}, 8, 0)->empty());
  EXPECT_FALSE(*find_in_dictionary({}, 8, base::Bytes{1}));
}

TEST(Dictionary, RefusesTooManyEntriesEvenThroughSharedTrees) {
  // Both branches of every fork are the same cell: 2^32 entries in 33 cells.
  CellRef node = CellBuilder().store_uint(0, 2).finish_fixed();
  for (int i = 0; i < 32; ++i) {
    node = CellBuilder().store_uint(0, 2).store_ref(node).store_ref(node).finish_fixed();
  }
  EXPECT_EQ(reason_of(read_dictionary(node, 32, kMany)), "dictionary_too_big");
  EXPECT_TRUE(find_in_dictionary(node, 32, base::Bytes(4, 0xa5))->has_value());
}

TEST(Dictionary, RefusesMalformedNodes) {
  const CellRef leaf = CellBuilder().store_uint(0, 2).finish_fixed();
  const auto refused = [](const CellBuilder& builder, unsigned key_bits) {
    const CellRef node = builder.finish_fixed();
    const std::string_view read = reason_of(read_dictionary(node, key_bits, kMany));
    EXPECT_EQ(read, reason_of(find_in_dictionary(node, key_bits, base::Bytes((key_bits + 7) / 8))));
    return read;
  };
  EXPECT_EQ(refused(CellBuilder().store_uint(0b0110, 4), 1),
            "dictionary_form");  // short label, 2 of 1 bits
  EXPECT_EQ(refused(CellBuilder().store_uint(0b10111, 5), 6),
            "dictionary_form");                                                     // long, 7 of 6
  EXPECT_EQ(refused(CellBuilder().store_uint(0b110111, 6), 6), "dictionary_form");  // same, 7 of 6
  EXPECT_EQ(refused(CellBuilder().store_uint(0, 2), 1),
            "dictionary_form");  // fork without branches
  EXPECT_EQ(refused(CellBuilder().store_uint(0, 2).store_ref(leaf), 1), "dictionary_form");
  EXPECT_EQ(refused(CellBuilder().store_uint(0, 3).store_ref(leaf).store_ref(leaf), 1),
            "dictionary_form");
  EXPECT_EQ(refused(CellBuilder(), 1), "cell_underflow");
  EXPECT_EQ(refused(CellBuilder().store_uint(0b111, 3), 8), "cell_underflow");
}

TEST(Dictionary, WhatIsPrunedIsNotAbsent) {
  base::Bytes data{1, 1};
  data.resize(36);
  const CellRef pruned = *Cell::make_exotic(data, 288, {});
  const CellRef leaf = CellBuilder().store_uint(0, 2).finish_fixed();
  const CellRef node =
      CellBuilder().store_uint(0, 2).store_ref(leaf).store_ref(pruned).finish_fixed();
  EXPECT_TRUE(find_in_dictionary(node, 1, base::Bytes{0x00})->has_value());
  EXPECT_EQ(reason_of(find_in_dictionary(node, 1, base::Bytes{0x80})), "cell_pruned");
  EXPECT_EQ(reason_of(read_dictionary(node, 1, kMany)), "cell_pruned");
}

}  // namespace
}  // namespace cocoon::ton
