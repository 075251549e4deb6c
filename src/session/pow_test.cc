// Proof of work: known answers, both machines against each other, every refusal.
#include "session/pow.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "session/testing.h"

namespace cocoon::session {
namespace {

base::Bytes bytes_of(std::string_view text) { return *base::from_hex(text); }

PowChallenge example(std::int32_t difficulty) {
  PowChallenge challenge{.difficulty = difficulty};
  for (std::size_t i = 0; i < challenge.salt.size(); ++i)
    challenge.salt[i] = static_cast<std::uint8_t>(i);
  return challenge;
}

// [WIRE-60], [WIRE-61]
TEST(Pow, Messages) {
  EXPECT_EQ(base::to_hex(encode_pow_challenge(example(20))),
            "91128e41"
            "14000000"
            "000102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(base::to_hex(encode_pow_response(303607)),
            "19738201"
            "f7a1040000000000");
  EXPECT_EQ(*decode_pow_challenge(encode_pow_challenge(example(20)), 20), example(20));
  EXPECT_EQ(*decode_pow_response(encode_pow_response(-5)), -5);
}

// [WIRE-62]
TEST(Pow, KnownNonces) {
  EXPECT_EQ(PowSolver(example(8)).step(481), 480);
  EXPECT_EQ(PowSolver(example(16)).step(100'000), 84956);
  EXPECT_TRUE(is_pow_solved(example(20), 303607));
  EXPECT_FALSE(is_pow_solved(example(20), 303606));
  EXPECT_TRUE(is_pow_solved(example(0), 0));
  EXPECT_FALSE(is_pow_solved(example(64), 303607));
}

TEST(Pow, StepsAreBounded) {
  PowSolver solver(example(8));
  EXPECT_EQ(solver.step(480), std::nullopt);
  EXPECT_EQ(solver.step(0), std::nullopt);
  EXPECT_EQ(solver.step(1), 480);
}

TEST(Pow, RefusesBadMessages) {
  base::Bytes challenge = encode_pow_challenge(example(20));
  EXPECT_EQ(decode_pow_challenge(challenge, 19).error().reason(), "pow_too_difficult");
  EXPECT_EQ(decode_pow_challenge(encode_pow_challenge(example(-1)), 28).error().reason(),
            "pow_too_difficult");
  challenge.push_back(0);
  EXPECT_EQ(decode_pow_challenge(challenge, 28).error().reason(), "trailing_bytes");
  challenge.resize(23);
  EXPECT_EQ(decode_pow_challenge(challenge, 28).error().reason(), "truncated");
  challenge = encode_pow_challenge(example(20));
  challenge[0] ^= 1U;
  EXPECT_EQ(decode_pow_challenge(challenge, 28).error().reason(), "bad_pow_magic");
  base::Bytes response = encode_pow_response(1);
  response[3] ^= 1U;
  EXPECT_EQ(decode_pow_response(response).error().reason(), "bad_pow_magic");
}

TEST(Pow, BothSidesInAnyPortions) {
  for (const std::size_t portion : {1U, 5U, 12U, 24U, 100U}) {
    SeededRandom random(portion);
    PowChallenger challenger(random, 8);
    PowAnswerer answerer;
    base::Bytes challenge = challenger.poll_output();
    EXPECT_TRUE(challenger.poll_output().empty());
    const base::Bytes after{0x16, 3, 1};  // what follows is not theirs
    challenge.insert(challenge.end(), after.begin(), after.end());
    base::BytesView view = challenge;
    while (!answerer.needs_work()) {
      const std::size_t taken = *answerer.handle_bytes(view.first(std::min(portion, view.size())));
      view = view.subspan(taken);
    }
    EXPECT_TRUE(std::ranges::equal(view, after));
    EXPECT_EQ(*answerer.handle_bytes(view), 0U);
    while (answerer.needs_work()) answerer.work(16);
    EXPECT_TRUE(answerer.done());
    base::Bytes response = answerer.poll_output();
    response.insert(response.end(), after.begin(), after.end());
    view = response;
    while (!challenger.done()) {
      const std::size_t taken =
          *challenger.handle_bytes(view.first(std::min(portion, view.size())));
      view = view.subspan(taken);
    }
    EXPECT_TRUE(std::ranges::equal(view, after));
    EXPECT_EQ(*challenger.handle_bytes(view), 0U);
  }
}

TEST(Pow, AWrongAnswerStaysWrong) {
  SeededRandom random(3);
  PowChallenger challenger(random, 60);
  EXPECT_EQ(challenger.handle_bytes(encode_pow_response(1)).error().reason(), "wrong_pow");
  EXPECT_FALSE(challenger.handle_bytes(encode_pow_response(2)).ok());
  EXPECT_FALSE(challenger.done());
}

TEST(Pow, ATooDifficultChallengeIsNotWorkedOn) {
  PowAnswerer answerer;
  EXPECT_EQ(answerer.handle_bytes(encode_pow_challenge(example(29))).error().reason(),
            "pow_too_difficult");
  EXPECT_FALSE(answerer.needs_work());
  EXPECT_FALSE(answerer.handle_bytes({}).ok());
}

TEST(Pow, RecordedOpening) {
  std::ifstream file(COCOON_VECTORS "/wire/public-port-first-bytes.json");
  const auto segments = nlohmann::json::parse(file);
  const base::Bytes challenge_bytes = bytes_of(segments[0]["hex"].get<std::string>());
  const base::Bytes answer_bytes = bytes_of(segments[1]["hex"].get<std::string>());
  const auto challenge = decode_pow_challenge(challenge_bytes, kMaxPowDifficulty);
  ASSERT_TRUE(challenge.ok());
  EXPECT_EQ(challenge->difficulty, kDefaultPowDifficulty);
  const auto nonce = decode_pow_response(base::BytesView(answer_bytes).first(kPowResponseSize));
  ASSERT_TRUE(nonce.ok());
  EXPECT_TRUE(is_pow_solved(*challenge, *nonce));
  EXPECT_EQ(answer_bytes[kPowResponseSize], 0x16);  // TLS begins at once
}

}  // namespace
}  // namespace cocoon::session
