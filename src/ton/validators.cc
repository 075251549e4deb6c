// Reading sets of validators and choosing from them.
#include "ton/validators.h"

#include <algorithm>
#include <array>

#include "crypto/crc.h"
#include "crypto/hash.h"
#include "tl/codec.h"
#include "tl/lite/types.h"
#include "ton/bits.h"
#include "ton/dictionary.h"
#include "ton/limits.h"

namespace cocoon::ton {
namespace {

constexpr std::int32_t kCatchainParam = 28;
constexpr std::int32_t kCurrentValidatorsParam = 34;
constexpr std::uint64_t kPublicKeyTag = 0x8e81278a;
// Of the hashed list: -1877581587 as the reference writes it.
constexpr std::uint32_t kListMagic = 0x901660ed;

base::Error validators_error(const char* message) { return {TonError::ValidatorsForm, message}; }

base::Result<Validator> load_validator(CellSlice slice) {
  const std::uint64_t tag = TRY(slice.load_uint(8));
  if (tag != 0x53 && tag != 0x73) return validators_error("A validator is of an unknown kind.");
  TRY(slice.expect_tag(kPublicKeyTag, 32));
  Validator validator;
  validator.public_key = TRY(slice.load_bits256());
  validator.weight = TRY(slice.load_uint(64));
  if (tag == 0x73) validator.adnl_address = TRY(slice.load_bits256());
  if (validator.weight == 0) return validators_error("A validator has no weight.");
  TRY(slice.expect_end());
  return validator;
}

// Keys 0, 1, 2 and so on, without gaps.
base::Result<void> take_validators(const std::vector<DictionaryEntry>& entries, ValidatorSet& set) {
  set.total_weight = 0;
  for (const DictionaryEntry& entry : entries) {
    if (read_bits(entry.key, 0, 16) != set.validators.size()) {
      return validators_error("The list of validators has gaps.");
    }
    set.validators.push_back(TRY(load_validator(entry.value)));
    const std::uint64_t weight = set.validators.back().weight;
    if (weight > kMaxTotalWeight - set.total_weight) {
      return validators_error("The validators' weights are impossibly large.");
    }
    set.total_weight += weight;
  }
  return {};
}

// The reference's generator: 64-bit words of SHA-512 over a counter and what the draw is for.
class Lottery {
 public:
  Lottery(const ShardId& shard, std::uint32_t catchain_seqno) {
    write_bits(input_, 256, shard.prefix, 64);
    write_bits(input_, 320, static_cast<std::uint32_t>(shard.workchain), 32);
    write_bits(input_, 352, catchain_seqno, 32);
  }
  // 0 to range-1.
  std::uint64_t below(std::uint64_t range) { return high_product(range, next()); }

 private:
  static constexpr std::size_t kWords = 8;

  std::uint64_t next() {
    if (used_ == kWords) {
      digest_ = crypto::sha512(input_);
      used_ = 0;
      for (std::size_t i = 32; i-- > 0 && ++input_[i] == 0;) {
      }
    }
    return read_bits(digest_, 64 * used_++, 64);
  }
  // The upper 64 bits of a product of 128, in halves of 32.
  static std::uint64_t high_product(std::uint64_t a, std::uint64_t b) {
    const std::uint64_t a_low = a & 0xffffffff, a_high = a >> 32;
    const std::uint64_t b_low = b & 0xffffffff, b_high = b >> 32;
    const std::uint64_t low_high = a_low * b_high, high_low = a_high * b_low;
    const std::uint64_t carry =
        (a_low * b_low >> 32) + (low_high & 0xffffffff) + (high_low & 0xffffffff);
    return a_high * b_high + (low_high >> 32) + (high_low >> 32) + (carry >> 32);
  }

  std::array<std::uint8_t, 48> input_{};  // counter 32, shard 8, workchain 4, catchain 4 bytes
  base::Bits512 digest_{};
  std::size_t used_ = kWords;
};

std::vector<Validator> select_for_masterchain(const NetworkValidators& network, Lottery lottery) {
  const std::vector<Validator>& all = network.current.validators;
  const std::size_t count = std::min(network.current.main, all.size());
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (network.catchain.masterchain_order == MasterchainOrder::AsListed) {
      order[i] = i;
      continue;
    }
    const auto other = static_cast<std::size_t>(lottery.below(i + 1));
    order[i] = order[other];
    order[other] = i;
  }
  std::vector<Validator> chosen;
  chosen.reserve(order.size());
  for (const std::size_t index : order) chosen.push_back(all[index]);
  return chosen;
}

// Draws by weight, without putting back: a drawn number counts the weight that is still there.
std::vector<Validator> select_for_shard(const NetworkValidators& network, Lottery lottery) {
  const std::vector<Validator>& all = network.current.validators;
  std::vector<std::uint64_t> start(all.size());
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    start[i] = total;
    total += all[i].weight;
  }
  const std::size_t count = std::min<std::size_t>(network.catchain.shard_validators, all.size());
  std::vector<std::size_t> drawn;  // ascending
  std::vector<Validator> chosen;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t point = lottery.below(total);
    for (const std::size_t index : drawn) {
      if (point < start[index]) break;
      point += all[index].weight;
    }
    const auto after = std::upper_bound(start.begin(), start.end(), point);
    const auto index = static_cast<std::size_t>(after - start.begin()) - 1;
    chosen.push_back(all[index]);
    chosen.back().weight = 1;
    total -= all[index].weight;
    drawn.insert(std::upper_bound(drawn.begin(), drawn.end(), index), index);
  }
  return chosen;
}

void append_little_endian(base::Bytes& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

}  // namespace

base::Result<ValidatorSet> parse_validator_set(const CellRef& cell) {
  CellSlice slice = TRY(CellSlice::open(cell));
  const std::uint64_t tag = TRY(slice.load_uint(8));
  if (tag != 0x11 && tag != 0x12)
    return validators_error("A set of validators is of an unknown kind.");
  ValidatorSet set;
  set.since = TRY(slice.load_u32());
  set.until = TRY(slice.load_u32());
  const std::uint64_t total = TRY(slice.load_uint(16));
  set.main = TRY(slice.load_uint(16));
  if (tag == 0x11) {
    const std::vector<DictionaryEntry> entries =
        TRY(read_inline_dictionary(slice, 16, kMaxValidators));
    TRY(take_validators(entries, set));
  } else {
    const std::uint64_t declared = TRY(slice.load_uint(64));
    const CellRef list = TRY(slice.load_maybe_ref());
    TRY(slice.expect_end());
    const std::vector<DictionaryEntry> entries = TRY(read_dictionary(list, 16, kMaxValidators));
    TRY(take_validators(entries, set));
    if (set.total_weight != declared)
      return validators_error("The validators' weights do not add up.");
  }
  const bool main_fits = set.main >= 1 && set.main <= total;
  if (set.validators.size() != total || !main_fits) {
    return validators_error("A set of validators miscounts itself.");
  }
  return set;
}

base::Result<CatchainConfig> parse_catchain_config(const CellRef& cell) {
  CellSlice slice = TRY(CellSlice::open(cell));
  const std::uint64_t tag = TRY(slice.load_uint(8));
  CatchainConfig config;
  if (tag == 0xc2) {
    const std::uint64_t flags = TRY(slice.load_uint(7));
    if (flags != 0) return validators_error("The catchain configuration has unknown flags.");
    const bool shuffled = TRY(slice.load_bit());
    if (shuffled) config.masterchain_order = MasterchainOrder::Shuffled;
  } else if (tag != 0xc1) {
    return validators_error("The catchain configuration is of an unknown kind.");
  }
  config.masterchain_lifetime = TRY(slice.load_u32());
  config.shard_lifetime = TRY(slice.load_u32());
  config.shard_validators_lifetime = TRY(slice.load_u32());
  config.shard_validators = TRY(slice.load_u32());
  TRY(slice.expect_end());
  return config;
}

base::Result<CellRef> find_config_param(const CellRef& config, std::int32_t number) {
  std::optional<CellSlice> entry =
      TRY(find_in_dictionary(config, static_cast<std::uint32_t>(number)));
  if (!entry) return CellRef();
  return entry->load_ref();
}

base::Result<NetworkValidators> parse_network_validators(const CellRef& config) {
  if (!config) return base::Error(TonError::CellMissing, "There is no configuration.");
  NetworkValidators network;
  const CellRef current = TRY(find_config_param(config, kCurrentValidatorsParam));
  network.current = TRY(parse_validator_set(current));
  const CellRef catchain = TRY(find_config_param(config, kCatchainParam));
  if (catchain) network.catchain = TRY(parse_catchain_config(catchain));
  return network;
}

std::vector<Validator> select_validators(const NetworkValidators& network, const ShardId& shard,
                                         std::uint32_t catchain_seqno) {
  const Lottery lottery(shard, catchain_seqno);
  return shard.is_masterchain() ? select_for_masterchain(network, lottery)
                                : select_for_shard(network, lottery);
}

std::uint32_t validator_list_hash(const std::vector<Validator>& validators,
                                  std::uint32_t catchain_seqno) {
  base::Bytes data;
  data.reserve(12 + validators.size() * 72);
  append_little_endian(data, kListMagic, 4);
  append_little_endian(data, catchain_seqno, 4);
  append_little_endian(data, validators.size(), 4);
  for (const Validator& validator : validators) {
    data.insert(data.end(), validator.public_key.begin(), validator.public_key.end());
    append_little_endian(data, validator.weight, 8);
    data.insert(data.end(), validator.adnl_address.begin(), validator.adnl_address.end());
  }
  return crypto::crc32c(data);
}

base::Bits256 validator_id(const base::Bits256& public_key) {
  return crypto::sha256(tl::encode_boxed(tl::lite::PubEd25519{public_key}));
}

}  // namespace cocoon::ton
