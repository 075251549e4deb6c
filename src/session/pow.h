// Proof of work before TLS: the listening side asks for one at once, the dialing side finds it
// (docs/protocol/wire.md [WIRE-60] to [WIRE-63]).
//
// It makes connecting cost something. It proves nothing about who connects. The machines take as
// many bytes as are theirs and leave the rest, which is TLS, to the caller. They have no clock: the
// shell ends an opening that takes longer than kOpeningTimeout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"
#include "session/fault.h"
#include "session/limits.h"

namespace cocoon::session {

inline constexpr std::size_t kPowChallengeSize = 24;
inline constexpr std::size_t kPowResponseSize = 12;

struct PowChallenge {
  std::int32_t difficulty = 0;  // leading zero bits
  base::Bits128 salt{};
  friend bool operator==(const PowChallenge&, const PowChallenge&) = default;
};

base::Bytes encode_pow_challenge(const PowChallenge& challenge);
// Exactly kPowChallengeSize bytes; refuses a wrong magic number, and difficulties outside
// 0..max_difficulty.
base::Result<PowChallenge> decode_pow_challenge(base::BytesView bytes, std::int32_t max_difficulty);
base::Bytes encode_pow_response(std::int64_t nonce);
base::Result<std::int64_t> decode_pow_response(base::BytesView bytes);
bool is_pow_solved(const PowChallenge& challenge, std::int64_t nonce);

// Tries nonces from 0 on.
class PowSolver {
 public:
  explicit PowSolver(const PowChallenge& challenge) : challenge_(challenge) {}
  // At most `tries` more; the nonce once found. Difficulty 20 takes a million tries on average.
  std::optional<std::int64_t> step(std::uint64_t tries);

 private:
  PowChallenge challenge_;
  std::int64_t next_ = 0;
};

// The listening side: challenge out, response in.
class PowChallenger {
 public:
  PowChallenger(base::Random& random, std::int32_t difficulty);
  // Takes at most what belongs to the response. An error: end the connection.
  base::Result<std::size_t> handle_bytes(base::BytesView input);
  base::Bytes poll_output() { return std::exchange(output_, {}); }
  bool done() const { return done_; }

 private:
  PowChallenge challenge_;
  base::Bytes output_;
  base::Bytes received_;
  bool done_ = false;
};

// The dialing side: challenge in, work, response out.
class PowAnswerer {
 public:
  explicit PowAnswerer(std::int32_t max_difficulty = kMaxPowDifficulty)
      : max_difficulty_(max_difficulty) {}
  // Takes at most what belongs to the challenge. An error: end the connection.
  base::Result<std::size_t> handle_bytes(base::BytesView input);
  // The challenge is there and not solved: call work() until this is false.
  bool needs_work() const { return solver_.has_value(); }
  void work(std::uint64_t tries);
  base::Bytes poll_output() { return std::exchange(output_, {}); }
  // The response is in the output, or has been.
  bool done() const { return done_; }

 private:
  std::int32_t max_difficulty_;
  std::optional<PowSolver> solver_;
  base::Bytes output_;
  base::Bytes received_;
  bool done_ = false;
};

}  // namespace cocoon::session
