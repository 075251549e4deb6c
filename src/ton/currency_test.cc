// Currencies beside the nanoton: what is written is read, in messages and accounts, and no second
// encoding of an amount is accepted. @ton/core's reading is in tests/interop.
#include "ton/currency.h"

#include <gtest/gtest.h>

#include "ton/dictionary.h"
#include "ton/limits.h"
#include "ton/merkle.h"
#include "ton/message.h"
#include "ton/test_support.h"

namespace cocoon::ton {
namespace {

constexpr std::uint32_t kSomeId = 100;
constexpr std::size_t kAmountBytes = 31;

base::Bits256 amount_of(std::uint64_t value) {
  base::Bits256 amount{};
  for (std::size_t i = 0; i < 8; ++i) amount[31 - i] = static_cast<std::uint8_t>(value >> 8 * i);
  return amount;
}

std::vector<ExtraCurrency> random_currencies(base::Random& random, std::size_t count) {
  std::vector<ExtraCurrency> currencies;
  std::uint32_t id = static_cast<std::uint32_t>(random.below(1000));
  for (std::size_t i = 0; i < count; ++i) {
    ExtraCurrency currency{id, random.bits256()};
    const auto zeros = 1 + random.below(kAmountBytes);
    std::fill_n(currency.amount.begin(), zeros, std::uint8_t{0});
    currency.amount.back() |= 1;
    currencies.push_back(currency);
    id += 1 + static_cast<std::uint32_t>(random.below(1u << 20));
  }
  return currencies;
}

// A dictionary of one currency whose value is what `write` stores.
template <class Write>
CellRef raw_currency(Write write) {
  CellBuilder builder;
  write(builder);
  const CellRef value = builder.finish_fixed();
  const DictionaryEntry entry{base::Bytes{0, 0, 0, 100}, *CellSlice::open(value)};
  return *build_dictionary({entry}, 32);
}

TEST(Currency, WhatIsWrittenIsRead) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const auto currencies = random_currencies(random, random.below(20));
    const auto root = build_extra_currencies(currencies);
    ASSERT_TRUE(root) << root.error().message();
    EXPECT_EQ(*root == nullptr, currencies.empty());
    const auto back = read_extra_currencies(*root);
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ(*back, currencies);
  }
}

TEST(Currency, AMessageCarriesThem) {
  SeededRandom random(7);
  const auto currencies = random_currencies(random, 2);
  Message message;
  message.source = MessageAddress::from(random_address(random));
  message.destination = MessageAddress::from(random_address(random));
  message.value = {base::Nanoton(5), *build_extra_currencies(currencies)};
  message.body = CellBuilder().finish_fixed();
  const auto cell = build_message(message);
  ASSERT_TRUE(cell);
  const auto back = parse_message(*cell);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->value.coins, base::Nanoton(5));
  EXPECT_EQ(*read_extra_currencies(back->value.extra), currencies);
}

TEST(Currency, OtherEncodingsAreRefused) {
  const auto verdict = [](auto write) {
    return reason_of(read_extra_currencies(raw_currency(write)));
  };
  EXPECT_EQ(verdict([](CellBuilder& b) { b.store_uint(1, 5).store_uint(7, 8); }), "accepted");
  EXPECT_EQ(verdict([](CellBuilder& b) { b.store_uint(0, 5); }), "value_form");
  EXPECT_EQ(verdict([](CellBuilder& b) { b.store_uint(2, 5).store_uint(7, 16); }), "value_form");
  EXPECT_EQ(verdict([](CellBuilder& b) { b.store_uint(2, 5).store_uint(7, 8); }), "cell_underflow");
  EXPECT_EQ(verdict([](CellBuilder& b) { b.store_uint(1, 5).store_uint(7, 9); }), "cell_leftover");
  EXPECT_EQ(verdict([](CellBuilder&) {}), "cell_underflow");
  EXPECT_EQ(reason_of(read_extra_currencies(CellBuilder().finish_fixed())), "cell_underflow");
}

TEST(Currency, WhatCannotBeWrittenIsRefused) {
  const ExtraCurrency one{kSomeId, amount_of(1)};
  ExtraCurrency huge = one;
  huge.amount.front() = 1;
  const auto verdict = [](std::vector<ExtraCurrency> list) {
    return reason_of(build_extra_currencies(list));
  };
  EXPECT_EQ(verdict({one}), "accepted");
  EXPECT_EQ(verdict({{kSomeId, amount_of(0)}}), "value_out_of_range");
  EXPECT_EQ(verdict({huge}), "value_out_of_range");
  EXPECT_EQ(verdict({one, one}), "dictionary_form");
  EXPECT_EQ(verdict({one, {kSomeId - 1, amount_of(1)}}), "dictionary_form");
}

TEST(Currency, TheirNumberIsBounded) {
  std::vector<ExtraCurrency> many;
  std::vector<DictionaryEntry> entries;
  for (std::uint32_t id = 0; id <= kMaxExtraCurrencies; ++id) {
    many.push_back({id, amount_of(1)});
    base::Bytes key{0, 0, static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)};
    const CellRef one = CellBuilder().store_uint(1, 5).store_uint(1, 8).finish_fixed();
    entries.push_back({std::move(key), *CellSlice::open(one)});
  }
  EXPECT_EQ(reason_of(build_extra_currencies(many)), "dictionary_too_big");
  EXPECT_EQ(reason_of(read_extra_currencies(*build_dictionary(entries, 32))), "dictionary_too_big");
  many.pop_back();
  const auto root = build_extra_currencies(many);
  ASSERT_TRUE(root);
  EXPECT_EQ(read_extra_currencies(*root)->size(), kMaxExtraCurrencies);
}

TEST(Currency, WhatAProofLeavesOutIsUnknown) {
  SeededRandom random(11);
  const auto root = build_extra_currencies(random_currencies(random, 20));
  const auto proof = build_proof(*root, {});
  ASSERT_TRUE(proof);
  const auto inside = open_proof(*proof);
  ASSERT_TRUE(inside);
  EXPECT_EQ(reason_of(read_extra_currencies(*inside)), "cell_pruned");
  EXPECT_EQ(extra_text(*inside), "unreadable (cell_pruned)");
}

TEST(Currency, AmountsInWords) {
  EXPECT_EQ(extra_text({}), "");
  const std::vector<ExtraCurrency> two = {{7, amount_of(5)}, {kSomeId, amount_of(UINT64_MAX)}};
  EXPECT_EQ(extra_text(*build_extra_currencies(two)),
            "5 of currency 7, 18446744073709551615 of currency 100");
  ExtraCurrency most{1, {}};
  std::fill_n(most.amount.begin() + 1, kAmountBytes, std::uint8_t{0xff});
  // 2^248 - 1, by another program.
  EXPECT_EQ(
      extra_text(*build_extra_currencies(std::vector{most})),
      "452312848583266388373324160190187140051835877600158453279131187530910662655 of currency 1");
}

}  // namespace
}  // namespace cocoon::ton
