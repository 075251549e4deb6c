// Simulated quotes: the bytes, and every way in which they can be wrong.
#include "attest/simulated/quote.h"

#include <gtest/gtest.h>

#include "attest/limits.h"
#include "base/encoding.h"

namespace cocoon::attest::simulated {
namespace {

constexpr std::size_t kMagicSize = 39;
constexpr std::size_t kNameAt = kMagicSize + 3;
constexpr std::size_t kTimeAt = kNameAt + 13 + 64;
const base::WallTime kNow = base::from_unix_seconds(1'795'400'000);

crypto::Ed25519PrivateKey root() {
  return *crypto::Ed25519PrivateKey::from_seed(base::Bytes(32, 5));
}

base::Bytes sample() { return *issue_quote(root(), "cocoon-worker", {1, 2, 3}, kNow); }

std::string_view reason_of(base::BytesView bytes) {
  const auto quote = parse_quote(bytes);
  return quote ? "accepted" : quote.error().reason();
}

TEST(SimulatedQuote, RoundTrip) {
  const auto quote = parse_quote(sample());
  ASSERT_TRUE(quote.ok()) << quote.error().message();
  EXPECT_EQ(quote->program, "cocoon-worker");
  EXPECT_EQ(quote->report_data, (base::Bits512{1, 2, 3}));
  EXPECT_EQ(quote->issued_at, kNow);
  EXPECT_EQ(quote->root, root().public_key());
  EXPECT_TRUE(signature_holds(*quote));
}

TEST(SimulatedQuote, SaysWhatItIs) {
  EXPECT_TRUE(base::to_text(sample()).starts_with("COCOON SIMULATED QUOTE, PROVES NOTHING\n"));
}

// The bytes are a promise to older programs of the same network: this one must not change within
// version 1.
TEST(SimulatedQuote, BytesOfVersionOne) {
  const base::Bytes bytes = sample();
  EXPECT_EQ(base::to_hex(base::BytesView(bytes).subspan(kMagicSize, 3)), "01000d");
  EXPECT_EQ(bytes.size(), kTimeAt + 8 + 32 + 64);
  EXPECT_EQ(base::to_hex(base::BytesView(bytes).subspan(kTimeAt, 8)), "40a1036b00000000");
}

TEST(SimulatedQuote, EveryTruncationAndAnyExtraByte) {
  base::Bytes bytes = sample();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(reason_of(base::BytesView(bytes).first(size)),
              size < kMagicSize ? "simulated_quote_unknown" : "simulated_quote_truncated")
        << size;
  }
  bytes.push_back(0);
  EXPECT_EQ(reason_of(bytes), "simulated_quote_trailing_bytes");
}

TEST(SimulatedQuote, EveryFlippedBitIsNoticed) {
  base::Bytes bytes = sample();
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
    const auto quote = parse_quote(bytes);
    EXPECT_FALSE(quote && signature_holds(*quote)) << "bit " << bit;
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
  }
}

TEST(SimulatedQuote, NamedRefusals) {
  base::Bytes bytes = sample();
  bytes[kMagicSize] = 2;
  EXPECT_EQ(reason_of(bytes), "simulated_quote_version_unsupported");
  bytes = sample();
  bytes[kNameAt] = 'W';
  EXPECT_EQ(reason_of(bytes), "simulated_quote_bad_program_name");
  bytes = sample();
  bytes[kTimeAt + 7] = 0xff;
  EXPECT_EQ(reason_of(bytes), "simulated_quote_time_out_of_range");
  EXPECT_EQ(reason_of(base::Bytes(500)), "simulated_quote_unknown");
}

TEST(SimulatedQuote, NamesOfPrograms) {
  for (const std::string& name : {std::string(), std::string("Worker"), std::string("a b"),
                                  std::string(kProgramNameMax + 1, 'a')}) {
    const auto quote = issue_quote(root(), name, {}, kNow);
    ASSERT_FALSE(quote.ok()) << name;
    EXPECT_EQ(quote.error().reason(), "simulated_quote_bad_program_name");
  }
  EXPECT_TRUE(issue_quote(root(), std::string(kProgramNameMax, 'a'), {}, kNow).ok());
}

TEST(SimulatedQuote, ProgramsMeasureDifferently) {
  EXPECT_EQ(measurements_of("cocoon-proxy"), measurements_of("cocoon-proxy"));
  EXPECT_NE(image_hash(measurements_of("cocoon-proxy")),
            image_hash(measurements_of("cocoon-worker")));
  EXPECT_NE(measurements_of("cocoon-proxy").rtmr[0], base::Bits384{});
}

}  // namespace
}  // namespace cocoon::attest::simulated
