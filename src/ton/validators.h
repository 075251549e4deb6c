// Validators: the configured set, the part of it that is in charge of a block, and the hash by
// which the block names that part (configuration parameters 28 and 34, as TON's validators compute
// them).
#pragma once

#include <vector>

#include "ton/block_id.h"

namespace cocoon::ton {

struct Validator {
  base::Bits256 public_key{};
  std::uint64_t weight = 0;
  base::Bits256 adnl_address{};
  friend bool operator==(const Validator&, const Validator&) = default;
};

// Configuration parameter 34 (32, 36 and the rest are of the same form).
struct ValidatorSet {
  std::uint32_t since = 0;  // Unix seconds
  std::uint32_t until = 0;
  std::size_t main = 0;  // how many of them make masterchain blocks
  std::uint64_t total_weight = 0;
  std::vector<Validator> validators;
};

// Total weights stay below, so that three times one fits 64 bits.
inline constexpr std::uint64_t kMaxTotalWeight = std::uint64_t{1} << 61;

enum class MasterchainOrder { AsListed, Shuffled };

// Configuration parameter 28; without one, these defaults.
struct CatchainConfig {
  MasterchainOrder masterchain_order = MasterchainOrder::AsListed;
  std::uint32_t masterchain_lifetime = 200;
  std::uint32_t shard_lifetime = 200;
  std::uint32_t shard_validators_lifetime = 3000;
  std::uint32_t shard_validators = 7;
};

struct NetworkValidators {
  ValidatorSet current;
  CatchainConfig catchain;
};

base::Result<ValidatorSet> parse_validator_set(const CellRef& cell);
base::Result<CatchainConfig> parse_catchain_config(const CellRef& cell);
// `config`: root of the configuration, Hashmap 32 ^Cell. Refuses one without parameter 34; empty
// cell_missing.
base::Result<NetworkValidators> parse_network_validators(const CellRef& config);
// One parameter; nothing if it is absent.
base::Result<CellRef> find_config_param(const CellRef& config, std::int32_t number);

// Those in charge of a shard while its catchain has this number, in their order and with the
// weights they have there (1 each but in the masterchain).
std::vector<Validator> select_validators(const NetworkValidators& network, const ShardId& shard,
                                         std::uint32_t catchain_seqno);
// validator_list_hash_short of a block made by them.
std::uint32_t validator_list_hash(const std::vector<Validator>& validators,
                                  std::uint32_t catchain_seqno);
// How signatures and peers name a validator: hash of its boxed public key.
base::Bits256 validator_id(const base::Bits256& public_key);

}  // namespace cocoon::ton
