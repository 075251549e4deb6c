// Both proof-of-work machines on any bytes, whole and byte by byte: the same verdict, and never
// more bytes taken than are theirs.
#include <string>

#include "base/check.h"
#include "session/pow.h"
#include "session/testing.h"

namespace {

using namespace cocoon;

template <class Machine>
std::string feed(Machine& machine, base::BytesView input, std::size_t portion, std::size_t most) {
  std::size_t taken = 0;
  while (taken < input.size()) {
    const auto count =
        machine.handle_bytes(input.subspan(taken, std::min(portion, input.size() - taken)));
    if (!count.ok()) return std::string(count.error().reason());
    if (*count == 0) break;
    taken += *count;
    CHECK(taken <= most);
  }
  return std::to_string(taken);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::BytesView input(data, size);
  for (const std::int32_t difficulty : {0, 8}) {
    session::SeededRandom random(1);
    session::SeededRandom same(1);
    session::PowChallenger whole(random, difficulty);
    session::PowChallenger pieces(same, difficulty);
    CHECK(feed(whole, input, SIZE_MAX, session::kPowResponseSize) ==
          feed(pieces, input, 1, session::kPowResponseSize));
    CHECK(whole.done() == pieces.done());
  }
  session::PowAnswerer whole(8);
  session::PowAnswerer pieces(8);
  CHECK(feed(whole, input, SIZE_MAX, session::kPowChallengeSize) ==
        feed(pieces, input, 1, session::kPowChallengeSize));
  CHECK(whole.needs_work() == pieces.needs_work());
  if (whole.needs_work()) {
    for (int i = 0; i < 1000 && whole.needs_work(); ++i) whole.work(256);
    CHECK(whole.done());
    const auto challenge =
        session::decode_pow_challenge(input.first(session::kPowChallengeSize), 8);
    CHECK(session::is_pow_solved(*challenge, *session::decode_pow_response(whole.poll_output())));
  }
  return 0;
}
