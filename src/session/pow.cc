// Proof of work: messages, search, and the machines of both sides.
#include "session/pow.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>

#include "base/check.h"
#include "crypto/hash.h"
#include "tl/reader.h"
#include "tl/writer.h"

namespace cocoon::session {

using base::Bytes;
using base::BytesView;
using base::Error;
using base::Result;

namespace {

constexpr std::uint32_t kChallengeMagic = 0x418e1291;
constexpr std::uint32_t kResponseMagic = 0x01827319;

// Moves what is missing up to `size` bytes from the front of `input` into `received`.
std::size_t collect(Bytes& received, BytesView input, std::size_t size) {
  const std::size_t taken = std::min(size - received.size(), input.size());
  received.insert(received.end(), input.begin(),
                  input.begin() + static_cast<std::ptrdiff_t>(taken));
  return taken;
}

}  // namespace

// [WIRE-60]
Bytes encode_pow_challenge(const PowChallenge& challenge) {
  Bytes out;
  tl::Writer writer(out);
  writer.reserve(kPowChallengeSize);
  writer.u32(kChallengeMagic);
  writer.i32(challenge.difficulty);
  writer.raw(challenge.salt);
  return out;
}

Result<PowChallenge> decode_pow_challenge(BytesView bytes, std::int32_t max_difficulty) {
  tl::Reader reader(bytes);
  const std::uint32_t magic = reader.u32();
  PowChallenge challenge;
  challenge.difficulty = reader.i32();
  reader.raw_into(challenge.salt);
  TRY(reader.finish("proof-of-work challenge"));
  if (magic != kChallengeMagic) {
    return Error(SessionFault::BadPowMagic,
                 "the peer does not begin with a proof-of-work challenge");
  }
  if (challenge.difficulty < 0 || challenge.difficulty > max_difficulty) {
    return Error(SessionFault::PowTooDifficult, "the peer asks for a proof of work of difficulty " +
                                                    std::to_string(challenge.difficulty) +
                                                    ", at most " + std::to_string(max_difficulty) +
                                                    " is allowed");
  }
  return challenge;
}

// [WIRE-61]
Bytes encode_pow_response(std::int64_t nonce) {
  Bytes out;
  tl::Writer writer(out);
  writer.reserve(kPowResponseSize);
  writer.u32(kResponseMagic);
  writer.i64(nonce);
  return out;
}

Result<std::int64_t> decode_pow_response(BytesView bytes) {
  tl::Reader reader(bytes);
  const std::uint32_t magic = reader.u32();
  const std::int64_t nonce = reader.i64();
  TRY(reader.finish("proof-of-work response"));
  if (magic != kResponseMagic) {
    return Error(SessionFault::BadPowMagic, "the peer does not answer the proof-of-work challenge");
  }
  return nonce;
}

// [WIRE-62]: the first eight bytes of the hash, as a little-endian number, begin with zero bits.
bool is_pow_solved(const PowChallenge& challenge, std::int64_t nonce) {
  std::array<std::uint8_t, 24> message;
  std::copy(challenge.salt.begin(), challenge.salt.end(), message.begin());
  std::memcpy(message.data() + challenge.salt.size(), &nonce, sizeof(nonce));
  const base::Bits256 hash = crypto::sha256(message);
  std::uint64_t head = 0;
  std::memcpy(&head, hash.data(), sizeof(head));
  return std::countl_zero(head) >= challenge.difficulty;
}

std::optional<std::int64_t> PowSolver::step(std::uint64_t tries) {
  for (; tries > 0; --tries) {
    const std::int64_t nonce = next_++;
    if (is_pow_solved(challenge_, nonce)) return nonce;
  }
  return std::nullopt;
}

PowChallenger::PowChallenger(base::Random& random, std::int32_t difficulty) {
  CHECK(difficulty >= 0 && difficulty <= 64);
  challenge_.difficulty = difficulty;
  random.fill(challenge_.salt);
  output_ = encode_pow_challenge(challenge_);
}

Result<std::size_t> PowChallenger::handle_bytes(BytesView input) {
  if (done_) return std::size_t{0};
  const std::size_t taken = collect(received_, input, kPowResponseSize);
  if (received_.size() < kPowResponseSize) return taken;
  const std::int64_t nonce = TRY(decode_pow_response(received_));
  if (!is_pow_solved(challenge_, nonce)) {
    return Error(SessionFault::WrongPow, "the peer's proof of work is wrong");
  }
  done_ = true;
  return taken;
}

Result<std::size_t> PowAnswerer::handle_bytes(BytesView input) {
  if (done_ || solver_) return std::size_t{0};
  const std::size_t taken = collect(received_, input, kPowChallengeSize);
  if (received_.size() == kPowChallengeSize) {
    solver_.emplace(TRY(decode_pow_challenge(received_, max_difficulty_)));
  }
  return taken;
}

void PowAnswerer::work(std::uint64_t tries) {
  if (!solver_) return;
  const std::optional<std::int64_t> nonce = solver_->step(tries);
  if (!nonce) return;
  solver_.reset();
  output_ = encode_pow_response(*nonce);
  done_ = true;
}

}  // namespace cocoon::session
