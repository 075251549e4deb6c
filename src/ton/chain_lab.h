// For tests only: a small chain with a masterchain, one basechain shard, validators that sign, and
// accounts whose transactions are made up rather than computed.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "ton/lite_client.h"
#include "ton/test_support.h"
#include "ton/wallet.h"

namespace cocoon::ton {

class ChainLab {
 public:
  enum class BlockKind { Plain, Key };
  explicit ChainLab(std::uint64_t seed);

  const ChainAnchor& anchor() const { return anchor_; }
  const BlockId& last() const { return masterchain_.back().id; }
  std::uint32_t now() const { return now_; }
  std::uint32_t block_seconds = 5;

  // An account with this balance, active if it has a state.
  void put_account(const Address& address, base::Nanoton balance,
                   const std::optional<FullStateInit>& state);
  // A transaction with this incoming message, to be in the next block.
  void add_transaction(const Address& address, const Message& message, ComputePhase compute);
  const std::vector<TransactionName>& transactions_of(const Address& address) const {
    return accounts_.at(address).names;
  }
  // A wallet's account: takes requests with its seqno that have not expired.
  void put_wallet(const Wallet& wallet, base::Nanoton balance);
  base::Result<void> send_message(base::BytesView boc);
  bool takes_messages = true;
  // No basechain block is made while nothing happens there.
  bool idle_basechain_stands = false;

  void make_block() { make(BlockKind::Plain); }
  // A key block, with new validators from then on.
  void make_key_block() { make(BlockKind::Key); }

  // Boxed answers.
  base::Bytes masterchain_info() const;
  base::Bytes block_proof(const BlockId& from, const BlockId& to) const;
  base::Bytes account_state(const BlockId& block, const Address& address) const;
  base::Bytes transactions(const Address& address, const TransactionName& newest,
                           std::uint32_t count) const;
  base::Bytes config(const BlockId& block) const;

 private:
  struct Entry {
    base::Nanoton balance;
    std::optional<FullStateInit> state;
    std::vector<CellRef> transactions;
    std::vector<TransactionName> names;
    std::optional<Wallet> wallet;
    std::uint32_t seqno = 0;
  };
  struct Made {
    BlockId id;
    CellRef block;  // empty for a zero state
    CellRef state;
    std::size_t generation = 0;  // of the validators that made it
    std::size_t shard = 0;       // index into shard_, of masterchain blocks
    bool is_key = false;
  };

  void make(BlockKind kind);
  CellRef account_cell(const Address& address, const Entry& entry) const;
  CellRef state_cell(const ShardId& shard, std::uint32_t seqno, const CellRef& custom) const;
  CellRef masterchain_custom(std::uint32_t seqno) const;
  CellRef shard_hashes() const;
  CellRef config_cell() const;
  CellRef info_cell(const Made& previous, BlockKind kind) const;
  CellRef masterchain_extra(BlockKind kind) const;
  Made make_on(const Made& previous, const CellRef& state, const CellRef& extra, BlockKind kind);
  std::vector<Validator> validators(std::size_t generation) const;

  mutable SeededRandom random_;
  std::uint32_t now_ = 1'700'000'000;
  bool worked_ = false;  // since the last block
  std::uint64_t lt_ = 1'000'000;
  std::vector<std::vector<crypto::Ed25519PrivateKey>> generations_;
  std::vector<Made> masterchain_;  // by seqno
  std::vector<Made> shard_;
  std::map<Address, Entry> accounts_;
  ChainAnchor anchor_;
};

// A Merkle proof cell that leaves nothing out.
CellRef whole_proof(const CellRef& root);

}  // namespace cocoon::ton
