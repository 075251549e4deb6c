// [WIRE-100] [WIRE-101] What an offer may say, and its way onto the wire and back.
#include "session/offer.h"

#include <gtest/gtest.h>

#include "tl/codec.h"

namespace cocoon::session {
namespace {

std::string refusal(const tl::OfferTerms& wire) {
  const auto terms = read_terms(wire);
  return terms ? "taken" : std::string(terms.error().reason());
}

TEST(Offer, TermsSurviveTheWire) {
  base::Bits256 hash{};
  hash[31] = 7;
  const OfferTerms cases[] = {
      {},
      {.capabilities = "chat,tools", .weights_hash = hash, .context_length = 1, .max_output = 2},
      {.capabilities = "", .weights_hash = {}, .context_length = INT32_MAX, .max_output = 0},
  };
  for (const auto& terms : cases) {
    const base::Bytes bytes = tl::encode_boxed(to_wire(terms));
    const auto wire = tl::decode_boxed<tl::OfferTerms>(bytes);
    ASSERT_TRUE(wire);
    const auto back = read_terms(*wire);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, terms);
  }
}

TEST(Offer, CapabilitiesHaveOneForm) {
  EXPECT_EQ(*join_capabilities({"tools", "chat", "tools"}), "chat,tools");
  EXPECT_EQ(*join_capabilities({}), "");
  EXPECT_EQ(join_capabilities({"Chat"}).error().reason(), "offer_bad_capabilities");
  EXPECT_EQ(join_capabilities({std::string(33, 'a')}).error().reason(), "offer_bad_capabilities");
  for (const char* bad : {",", "chat,", ",chat", "tools,chat", "chat,chat", "chat tools", "\xff"}) {
    EXPECT_EQ(refusal({.flags = 0, .capabilities = bad}), "offer_bad_capabilities") << bad;
  }
  std::vector<std::string> many;
  for (char a = 'a'; a <= 'z'; ++a) {
    many.push_back({a});
    many.push_back({a, a});
  }
  EXPECT_EQ(join_capabilities(many).error().reason(), "offer_bad_capabilities");
  many.resize(32);
  EXPECT_EQ(split_capabilities(*join_capabilities(many)).size(), 32u);
  const std::string endless(1 << 20, ',');
  EXPECT_EQ(refusal({.flags = 0, .capabilities = endless}), "offer_bad_capabilities");
}

TEST(Offer, LengthsArePositive) {
  tl::OfferTerms wire{.flags = tl::OfferTerms::kHasContextLength, .capabilities = {}};
  EXPECT_EQ(refusal(wire), "offer_bad_length");
  wire.context_length = -1;
  EXPECT_EQ(refusal(wire), "offer_bad_length");
  wire.context_length = 1;
  EXPECT_EQ(refusal(wire), "taken");
  wire.flags |= tl::OfferTerms::kHasMaxOutput;
  EXPECT_EQ(refusal(wire), "offer_bad_length");
}

TEST(Offer, WeightsStandInTheRegisteredName) {
  base::Bits256 hash{};
  hash[0] = 0xab;
  const std::string hex = "ab" + std::string(62, '0');
  EXPECT_EQ(weights_hash_of("a/b@0123:" + hex), hash);
  EXPECT_EQ(weights_hash_of("a:b@0123:" + hex), hash);
  for (const std::string bare : {"a/b", "a/b@0123", "a/b@0123:12", ""}) {
    EXPECT_EQ(weights_hash_of(bare), std::nullopt) << bare;
  }
  EXPECT_EQ(weights_hash_of("a/b:" + hex), std::nullopt);
}

}  // namespace
}  // namespace cocoon::session
