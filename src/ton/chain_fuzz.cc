// Any bag of cells as block, state, account, transaction, message, validators and proofs: parsers
// end, and what they accept they accept again.
#include "base/check.h"
#include "ton/account.h"
#include "ton/block.h"
#include "ton/block_proof.h"
#include "ton/boc.h"
#include "ton/merkle.h"
#include "ton/shard_state.h"
#include "ton/transaction.h"
#include "ton/wallet.h"

using namespace cocoon;

namespace {

void try_as_chain_data(const ton::CellRef& root) {
  const auto block = ton::parse_block(root);
  if (block) {
    (void)ton::parse_state_update(block->state_update);
    (void)ton::parse_masterchain_extra(block->extra);
    (void)ton::parse_account_blocks(block->extra);
  }
  const auto state = ton::parse_shard_state(root);
  if (state) {
    (void)ton::find_account(*state, root->hash());
    const auto masterchain = ton::parse_masterchain_state(state->custom);
    if (masterchain) {
      (void)ton::find_old_block(*masterchain, 1);
      (void)ton::find_shard(masterchain->shard_hashes, {0, root->hash()});
      (void)ton::parse_network_validators(masterchain->config);
    }
  }
  (void)ton::parse_account(root);
  (void)ton::parse_transaction(root);
  (void)ton::parse_validator_set(root);
  (void)ton::parse_catchain_config(root);
  (void)ton::parse_block_signatures(root);
  (void)ton::check_wallet_v5_request(root, {});
  const auto currencies = ton::read_extra_currencies(root);
  if (currencies) {
    const auto again = ton::build_extra_currencies(*currencies);
    CHECK(again);
    const auto back = ton::read_extra_currencies(*again);
    CHECK(back && *back == *currencies);
  }
  const auto message = ton::parse_message(root);
  if (message) {
    const auto again = ton::build_message(*message);
    if (again) {
      const auto back = ton::parse_message(*again);
      CHECK(back);
      CHECK(back->body->hash() == message->body->hash());
    }
  }
  const auto inside = ton::open_proof(root);
  if (inside) {
    (void)ton::parse_block(*inside);
    (void)ton::parse_shard_state(*inside);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto roots = ton::parse_boc({data, size});
  if (!roots) return 0;
  for (const ton::CellRef& root : *roots) try_as_chain_data(root);
  (void)ton::parse_block_proof({data, size});
  return 0;
}
