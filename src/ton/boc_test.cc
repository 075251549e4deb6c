// Bags of cells: known ones, all header forms, round trips of random graphs, and damage of every
// sort.
#include "ton/boc.h"

#include <gtest/gtest.h>

#include <sstream>

#include "base/encoding.h"
#include "crypto/crc.h"
#include "ton/test_support.h"

namespace cocoon::ton {
namespace {

std::string_view reason_of_boc(base::BytesView bytes, const BocLimits& limits = {}) {
  const auto roots = parse_boc(bytes, limits);
  return roots ? "accepted" : roots.error().reason();
}
std::string_view reason_of_boc(std::string_view hex) { return reason_of_boc(*base::from_hex(hex)); }

std::string with_checksum(std::string_view hex) {
  const base::Bytes bytes = *base::from_hex(hex);
  const std::uint32_t sum = crypto::crc32c(bytes);
  base::Bytes tail;
  for (unsigned i = 0; i < 4; ++i) tail.push_back(static_cast<std::uint8_t>(sum >> (8 * i)));
  return std::string(hex) + base::to_hex(tail);
}

// Two cells: the root has the bits aa and refers to an empty cell.
constexpr std::string_view kPlain = "b5ee9c72010102010006000102aa010000";

std::string describe(const std::vector<CellRef>& roots) {
  std::string text;
  for (const CellRef& root : roots) {
    if (!text.empty()) text += " ";
    text += base::to_hex(root->hash()) + ":" + base::to_hex(root->hash(0)) + ":" +
            std::to_string(root->level_mask()) + ":" + std::to_string(root->depth());
  }
  return text;
}

TEST(Boc, AgreesWithOthersAboutKnownBags) {
  std::istringstream lines(vector_text("ton/bags.txt"));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    std::istringstream fields(line);
    std::string name, repository, licence, verdict, hex, roots;
    fields >> name >> repository >> licence >> verdict >> hex >> std::ws;
    std::getline(fields, roots);
    SCOPED_TRACE(name);
    const auto parsed = parse_boc(*base::from_hex(hex));
    ASSERT_EQ(parsed.ok(), verdict == "accepted") << (parsed ? "" : parsed.error().message());
    if (parsed) EXPECT_EQ(describe(*parsed), roots);
  }
  EXPECT_EQ(count, 41);
}

TEST(Boc, WritesStandardBagsLikeTheirAuthors) {
  for (const char* name : {"mainnet-wallet-state.boc", "mainnet-wallet-external-message.boc",
                           "mainnet-proxy-state.boc", "mainnet-root-state.boc"}) {
    const base::Bytes bytes = vector_bytes(std::string("ton/") + name);
    const auto root = parse_single_root_boc(bytes);
    ASSERT_TRUE(root) << name;
    const base::Bytes again = serialize_boc(*root);
    EXPECT_EQ(again.size(), bytes.size()) << name;
    EXPECT_EQ((*parse_single_root_boc(again))->hash(), (*root)->hash());
  }
  const base::Bytes message = vector_bytes("ton/mainnet-wallet-external-message.boc");
  EXPECT_EQ(serialize_boc(*parse_single_root_boc(message)), message);
}

TEST(Boc, TakesEveryHeaderForm) {
  EXPECT_EQ(reason_of_boc(kPlain), "accepted");
  // Checksum; index; index with cache flags; wider numbers; the two older magics.
  EXPECT_EQ(reason_of_boc(with_checksum("b5ee9c72410102010006000102aa010000")), "accepted");
  EXPECT_EQ(reason_of_boc("b5ee9c7281010201000600"
                          "0406"
                          "0102aa010000"),
            "accepted");
  EXPECT_EQ(reason_of_boc("b5ee9c72a1010201000600"
                          "080c"
                          "0102aa010000"),
            "accepted");
  EXPECT_EQ(reason_of_boc("b5ee9c720202000200010000"
                          "0007"
                          "0000"
                          "0102aa00010000"),
            "accepted");
  EXPECT_EQ(reason_of_boc("68ff65f3010102010006"
                          "0406"
                          "0102aa010000"),
            "accepted");
  EXPECT_EQ(reason_of_boc(with_checksum("acc3a728010102010006"
                                        "0406"
                                        "0102aa010000")),
            "accepted");
}

TEST(Boc, TakesSeveralAndRepeatedRoots) {
  const auto repeated =
      parse_boc(*base::from_hex("b5ee9c72010102030006"
                                "000100"
                                "0102aa010000"));
  ASSERT_TRUE(repeated);
  ASSERT_EQ(repeated->size(), 3u);
  EXPECT_EQ((*repeated)[0], (*repeated)[2]);
  EXPECT_EQ((*repeated)[1], (*repeated)[0]->refs()[0]);
  const auto single =
      parse_single_root_boc(*base::from_hex("b5ee9c72010102020006"
                                            "0001"
                                            "0102aa010000"));
  EXPECT_TRUE(single.error().is(TonError::BocRoots));
}

TEST(Boc, RefusesEachDamageByName) {
  EXPECT_EQ(reason_of_boc(""), "boc_truncated");
  EXPECT_EQ(reason_of_boc("b5ee9c73010102010006000102aa010000"), "boc_header");  // magic
  EXPECT_EQ(reason_of_boc("b5ee9c72090102010006000102aa010000"), "boc_header");  // reserved flag
  EXPECT_EQ(reason_of_boc("b5ee9c72210102010006000102aa010000"),
            "boc_header");  // cache flags without index
  EXPECT_EQ(reason_of_boc("b5ee9c72000102010006000102aa010000"),
            "boc_header");  // numbers of no bytes
  EXPECT_EQ(reason_of_boc("b5ee9c72050102010006000102aa010000"),
            "boc_header");  // numbers of 5 bytes
  EXPECT_EQ(reason_of_boc("b5ee9c72010002010006000102aa010000"),
            "boc_header");  // offsets of no bytes
  EXPECT_EQ(reason_of_boc("b5ee9c72010902010006000102aa010000"),
            "boc_header");  // offsets of 9 bytes
  EXPECT_EQ(reason_of_boc("b5ee9c72010100010006000102aa010000"), "boc_header");  // no cells
  EXPECT_EQ(reason_of_boc("b5ee9c7201010200000600"
                          "0102aa010000"),
            "boc_header");                                                       // no roots
  EXPECT_EQ(reason_of_boc("b5ee9c72010102010106000102aa010000"), "boc_header");  // absent cells
  EXPECT_EQ(reason_of_boc("b5ee9c72010109010006000102aa010000"),
            "boc_header");  // cells of less than 2 bytes
  EXPECT_EQ(reason_of_boc("b5ee9c720101ff01000600"
                          "0102aa010000"),
            "boc_header");
  EXPECT_EQ(reason_of_boc("b5ee9c7201010201000602"
                          "0102aa010000"),
            "boc_reference");  // root out of range
  EXPECT_EQ(reason_of_boc("b5ee9c72010102010006000102aa000000"), "boc_reference");  // to itself
  EXPECT_EQ(reason_of_boc("b5ee9c72010102010006000102aa020000"), "boc_reference");  // out of range
  EXPECT_EQ(reason_of_boc("b5ee9c7201010201000700"
                          "0102aa01"
                          "010000"),
            "boc_reference");                                                  // backward
  EXPECT_EQ(reason_of_boc("b5ee9c72010102010006000502aa010000"), "boc_cell");  // 5 references
  EXPECT_EQ(reason_of_boc("b5ee9c72010102010006002102aa010000"),
            "boc_cell");  // level without reason
  EXPECT_EQ(reason_of_boc("b5ee9c720101020100060001010001"
                          "0000"),
            "boc_cell");  // padding without its 1
  EXPECT_EQ(reason_of_boc("b5ee9c720101020100060001018001"
                          "0000"),
            "boc_cell");  // a byte of padding only
  EXPECT_EQ(reason_of_boc("b5ee9c72010102010006000902aa010000"), "cell_exotic_form");
  EXPECT_EQ(reason_of_boc("b5ee9c7281010201000600"
                          "0506"
                          "0102aa010000"),
            "boc_index");
  EXPECT_EQ(reason_of_boc("b5ee9c72a1010201000600"
                          "080d"
                          "0102aa010000"),
            "boc_index");  // cache flag
  EXPECT_EQ(reason_of_boc("b5ee9c72410102010006000102aa01000000000000"), "boc_checksum");
  EXPECT_EQ(reason_of_boc(std::string(kPlain) + "00"), "boc_trailing");
  EXPECT_EQ(reason_of_boc("b5ee9c72010102010007000102aa01000000"), "boc_trailing");
  EXPECT_EQ(reason_of_boc("68ff65f3010102020006"
                          "0406"
                          "0102aa010000"),
            "boc_header");  // old form, two roots
}

TEST(Boc, RefusesSizesBeyondTheLimitsBeforeAllocating) {
  EXPECT_EQ(reason_of_boc("b5ee9c720408"
                          "ffffffff"
                          "00000001"
                          "00000000"
                          "ffffffffffffffff"
                          "00000000"),
            "boc_too_big");
  EXPECT_EQ(reason_of_boc("b5ee9c720408"
                          "00000001"
                          "ffffffff"
                          "00000000"
                          "0000000000000002"
                          "00000000"),
            "boc_too_big");
  EXPECT_EQ(reason_of_boc("b5ee9c720408"
                          "00000001"
                          "00000001"
                          "00000000"
                          "ffffffffffffffff"
                          "00000000"),
            "boc_truncated");
  const base::Bytes plain = *base::from_hex(kPlain);
  EXPECT_EQ(reason_of_boc(plain, {.max_bytes = plain.size()}), "accepted");
  EXPECT_EQ(reason_of_boc(plain, {.max_bytes = plain.size() - 1}), "boc_too_big");
  EXPECT_EQ(reason_of_boc(plain, {.max_cells = 2}), "accepted");
  EXPECT_EQ(reason_of_boc(plain, {.max_cells = 1}), "boc_too_big");
  EXPECT_EQ(reason_of_boc(plain, {.max_roots = 0}), "boc_too_big");
}

TEST(Boc, RefusesTooDeepTrees) {
  // A chain of cells, each referring to the next.
  for (const std::size_t count : {kMaxCellDepth + 1, kMaxCellDepth + 2}) {
    base::Bytes bytes = *base::from_hex("b5ee9c720202");
    const auto number = [&bytes](std::size_t value) {
      bytes.push_back(static_cast<std::uint8_t>(value >> 8));
      bytes.push_back(static_cast<std::uint8_t>(value & 0xff));
    };
    for (const std::size_t value : {count, std::size_t{1}, std::size_t{0}, count * 4 - 2})
      number(value);
    number(0);
    for (std::size_t i = 0; i < count; ++i) {
      bytes.push_back(i + 1 < count ? 1 : 0);
      bytes.push_back(0);
      if (i + 1 < count) number(i + 1);
    }
    EXPECT_EQ(reason_of_boc(bytes), count == kMaxCellDepth + 1 ? "accepted" : "cell_too_deep");
  }
}

TEST(Boc, RefusesEveryTruncation) {
  const base::Bytes bytes = vector_bytes("ton/mainnet-root-state.boc");
  ASSERT_EQ(reason_of_boc(bytes), "accepted");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(reason_of_boc(base::BytesView(bytes).first(size)), "boc_truncated") << size;
  }
}

TEST(Boc, StoredHashesMustBeRight) {
  const CellRef empty = CellBuilder().finish_fixed();
  const std::string hash = base::to_hex(empty->hash());
  const std::string cell =
      "10"
      "00" +
      hash + "0000";
  EXPECT_EQ(reason_of_boc("b5ee9c7201010101002400" + cell), "accepted");
  EXPECT_EQ(reason_of_boc("b5ee9c7201010101002400"
                          "1000" +
                          hash + "0001"),
            "boc_cell");
  EXPECT_EQ(reason_of_boc("b5ee9c7201010101002400"
                          "1000"
                          "00" +
                          hash.substr(2) + "0000"),
            "boc_cell");
}

TEST(Boc, RandomGraphsComeBack) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const CellRef root = random_graph(random, 1 + random.below(300));
    for (const BocChecksum checksum : {BocChecksum::None, BocChecksum::Crc32c}) {
      const base::Bytes bytes = serialize_boc(root, checksum);
      const auto back = parse_single_root_boc(bytes);
      ASSERT_TRUE(back) << back.error().message();
      EXPECT_EQ((*back)->hash(), root->hash());
      EXPECT_EQ((*back)->depth(), root->depth());
      EXPECT_EQ(serialize_boc(*back, checksum), bytes);
    }
  }
}

// A changed byte may give another valid bag, but never the same tree, and with a checksum nothing
// at all.
TEST(Boc, ChangedBytesNeverGoUnnoticed) {
  SeededRandom random(7);
  const CellRef root = random_graph(random, 12);
  const base::Bytes plain = serialize_boc(root);
  const base::Bytes checked = serialize_boc(root, BocChecksum::Crc32c);
  for (int i = 0; i < 4000; ++i) {
    base::Bytes damaged = plain;
    damaged[random.below(damaged.size())] ^= static_cast<std::uint8_t>(1 + random.below(255));
    const auto other = parse_single_root_boc(damaged);
    if (other) EXPECT_NE((*other)->hash(), root->hash());
    base::Bytes refused = checked;
    refused[random.below(refused.size())] ^= static_cast<std::uint8_t>(1 + random.below(255));
    EXPECT_NE(reason_of_boc(refused), "accepted");
  }
}

TEST(Boc, SharedCellsAreWrittenOnce) {
  // 2^60 paths, 61 cells.
  CellRef cell = CellBuilder().finish_fixed();
  for (int i = 0; i < 60; ++i) cell = CellBuilder().store_ref(cell).store_ref(cell).finish_fixed();
  const base::Bytes bytes = serialize_boc(cell);
  EXPECT_LT(bytes.size(), 300u);
  EXPECT_EQ((*parse_single_root_boc(bytes))->hash(), cell->hash());
}

}  // namespace
}  // namespace cocoon::ton
