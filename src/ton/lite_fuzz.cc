// Any bytes as a lite server's answer, and as what comes over the connection. Nothing unproven may
// come out of it, so no answer to a made-up block may be accepted; one that is about the block it
// names itself gets further in.
#include <algorithm>

#include "base/check.h"
#include "tl/codec.h"
#include "ton/block_proof.h"
#include "ton/boc.h"
#include "ton/lite_client.h"
#include "ton/lite_ids.h"

using namespace cocoon;

namespace {

// Enough for a client that never connects.
class NoRandom final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), 1); }
};

void try_as_about_its_own_block(base::BytesView bytes) {
  const auto proof = tl::decode_boxed<tl::lite::LiteServerPartialBlockProof>(bytes);
  if (proof) {
    const ton::BlockId from = ton::from_tl(proof->from);
    const ton::BlockId to = ton::from_tl(proof->to);
    const auto path = ton::check_block_proof(bytes, from, to);
    CHECK(!path || !path->complete || path->end == to);
  }
  const auto answer = tl::decode_boxed<tl::lite::LiteServerAccountState>(bytes);
  if (!answer) return;
  const auto cell = ton::parse_single_root_boc(answer->state);
  if (!cell) return;
  const auto account = ton::parse_account(*cell);
  if (!account || !*account) return;
  const ton::Address address = (*account)->address;
  const auto proven =
      ton::check_answer(ton::AccountRequest{address}, ton::from_tl(answer->id), bytes);
  if (proven) CHECK(std::get<ton::ProvenAccount>(*proven).address == address);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::BytesView bytes(data, size);
  ton::BlockId made_up;
  made_up.seqno = 7;
  made_up.root_hash.fill(0x5a);
  const auto path = ton::check_block_proof(bytes, made_up, std::nullopt);
  CHECK(!path || path->end == made_up);
  const ton::Address address{0, made_up.root_hash};
  CHECK(!ton::check_answer(ton::AccountRequest{address}, made_up, bytes));
  CHECK(!ton::check_answer(ton::TransactionsRequest{address, {7, made_up.root_hash}, 16}, made_up,
                           bytes));
  CHECK(!ton::check_answer(ton::ConfigRequest{{34}}, made_up, bytes));
  CHECK(!ton::check_answer(ton::LibraryRequest{made_up.root_hash}, made_up, bytes));
  CHECK(!ton::check_answer(ton::BlockTransactionsRequest{made_up}, made_up, bytes));

  try_as_about_its_own_block(bytes);

  ton::AdnlOpener opener({});
  const auto fed = opener.feed(bytes);
  while (const auto payload = opener.next()) CHECK(payload->size() + 64 <= ton::kMaxAdnlFrame);
  (void)fed;
  NoRandom random;
  ton::LiteClient client({{made_up, made_up}, {}}, random);
  CHECK(!client.restore(bytes));
  return 0;
}
