// Sets of signatures as nodes keep them in cells: both kinds come back, and what miscounts itself
// or can't be what was signed is refused.
#include "ton/signatures.h"

#include <gtest/gtest.h>

#include "ton/dictionary.h"
#include "ton/limits.h"
#include "ton/test_support.h"

namespace cocoon::ton {
namespace {

constexpr std::uint64_t kOrdinary = 0x11;
constexpr std::uint64_t kSimplex = 0x12;

base::Bytes pattern(std::size_t size) {
  base::Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + 1);
  return bytes;
}

base::Bytes number_key(unsigned number) {
  return {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

CellRef signature_cell(unsigned number) {
  base::Bits256 validator{};
  validator[0] = static_cast<std::uint8_t>(number);
  return CellBuilder()
      .store_bytes(validator)
      .store_uint(5, 4)
      .store_bytes(base::Bytes(64, static_cast<std::uint8_t>(number + 1)))
      .finish_fixed();
}

// A dictionary of signatures with these numbers.
CellRef signatures(const std::vector<unsigned>& numbers) {
  std::vector<DictionaryEntry> entries;
  for (const unsigned number : numbers) {
    entries.push_back({number_key(number), *CellSlice::open(signature_cell(number))});
  }
  return *build_dictionary(entries, 16);
}

CellBuilder head(std::uint64_t tag, std::uint32_t count, const std::vector<unsigned>& numbers) {
  CellBuilder builder;
  builder.store_uint(tag, 8).store_uint(0xaabbccdd, 32).store_uint(77, 32);
  return builder.store_uint(count, 32).store_uint(900, 64).store_maybe_ref(signatures(numbers));
}

CellRef simplex(const CellRef& candidate) {
  CellBuilder builder = head(kSimplex, 2, {0, 1});
  base::Bits256 session{};
  session.fill(0x5e);
  return builder.store_bytes(session).store_uint(4711, 32).store_ref(candidate).finish_fixed();
}

// `bytes` in cells of so many bits each.
CellRef chain(base::BytesView bytes, unsigned bits_each) {
  const std::size_t bits = bytes.size() * 8;
  CellRef tail;
  const std::size_t cells = std::max<std::size_t>(1, (bits + bits_each - 1) / bits_each);
  for (std::size_t i = cells; i-- > 0;) {
    CellBuilder builder;
    const std::size_t end = std::min(bits, (i + 1) * bits_each);
    for (std::size_t bit = i * bits_each; bit < end; ++bit) {
      builder.store_bit((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0);
    }
    if (tail) builder.store_ref(tail);
    tail = builder.finish_fixed();
  }
  return tail;
}

template <class T>
std::string reason(const base::Result<T>& result) {
  return result ? "ok" : std::string(result.error().reason());
}

TEST(StoredSignatures, AnOrdinarySetComesBack) {
  const auto stored = parse_block_signatures(head(kOrdinary, 3, {0, 1, 2}).finish_fixed());
  ASSERT_TRUE(stored) << stored.error().message();
  EXPECT_EQ(stored->set.validator_list_hash, 0xaabbccddU);
  EXPECT_EQ(stored->set.catchain_seqno, 77u);
  EXPECT_EQ(stored->signed_weight, 900u);
  EXPECT_FALSE(stored->set.simplex);
  ASSERT_EQ(stored->set.signatures.size(), 3u);
  EXPECT_EQ(stored->set.signatures[2].validator[0], 2);
  EXPECT_EQ(stored->set.signatures[2].signature, base::Bytes(64, 3));
}

TEST(StoredSignatures, WhatSimplexValidatorsSignedComesBackHoweverItIsCut) {
  for (const unsigned size : {1U, 100U, 127U, 128U, 300U, 1000U, 1024U}) {
    for (const unsigned bits_each : {1016U, 1023U, 777U, 520U}) {
      const base::Bytes candidate = pattern(size);
      const auto stored = parse_block_signatures(simplex(chain(candidate, bits_each)));
      ASSERT_TRUE(stored) << size << " " << bits_each << " " << stored.error().message();
      ASSERT_TRUE(stored->set.simplex);
      EXPECT_EQ(stored->set.simplex->candidate, candidate) << size << " " << bits_each;
      EXPECT_EQ(stored->set.simplex->slot, 4711u);
      EXPECT_EQ(stored->set.simplex->session_id[31], 0x5e);
    }
  }
}

TEST(StoredSignatures, RefusesWhatNobodyCanHaveSigned) {
  const auto of = [](const CellRef& candidate) {
    return reason(parse_block_signatures(simplex(candidate)));
  };
  EXPECT_EQ(of(CellBuilder().store_uint(1, 7).finish_fixed()), "signature_candidate");
  EXPECT_EQ(of(chain(pattern(1025), 1016)), "signature_candidate");
  EXPECT_EQ(of(chain(pattern(17), 8)), "signature_candidate") << "17 cells";
  EXPECT_EQ(of(chain(pattern(16), 8)), "ok");
  const CellRef leaf = chain(pattern(4), 32);
  EXPECT_EQ(of(CellBuilder().store_uint(1, 8).store_ref(leaf).store_ref(leaf).finish_fixed()),
            "cell_leftover");
}

TEST(StoredSignatures, RefusesMiscountsAndOtherLayouts) {
  EXPECT_EQ(reason(parse_block_signatures(head(kOrdinary, 2, {0, 1, 2}).finish_fixed())),
            "signature_count");
  EXPECT_EQ(reason(parse_block_signatures(head(kOrdinary, 2, {0, 2}).finish_fixed())),
            "signature_count");
  EXPECT_EQ(reason(parse_block_signatures(head(0x13, 2, {0, 1}).finish_fixed())), "value_form");
  EXPECT_EQ(reason(parse_block_signatures(head(kSimplex, 2, {0, 1}).finish_fixed())),
            "cell_underflow");
  CellBuilder longer = head(kOrdinary, 2, {0, 1});
  EXPECT_EQ(reason(parse_block_signatures(longer.store_bit(true).finish_fixed())), "cell_leftover");
  EXPECT_EQ(reason(parse_block_signatures({})), "cell_missing");
}

}  // namespace
}  // namespace cocoon::ton
