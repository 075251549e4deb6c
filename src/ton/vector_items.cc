// Judges of recorded and tampered items. What is expected beside the verdict (hashes, amounts,
// counts) is compared too: an item accepted for the wrong reason shows as inconsistent.
#include "ton/vector_items.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "tl/codec.h"
#include "tl/writer.h"
#include "ton/adnl.h"
#include "ton/block_proof.h"
#include "ton/boc.h"
#include "ton/dictionary.h"
#include "ton/lite_ids.h"
#include "ton/merkle.h"
#include "ton/network_contracts.h"
#include "ton/proofs.h"
#include "ton/wallet.h"

namespace cocoon::ton {
namespace {

using Json = nlohmann::json;

base::Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// One item with its files at hand, and the list of what is not as expected.
class Item {
 public:
  Item(const std::string& folder, const VectorItem& item)
      : folder_(folder + "/" + std::filesystem::path(item.path).parent_path().string()),
        json_(Json::parse(read_file(folder + "/" + item.path))) {}

  const Json& in(const std::string& name) const { return json_.at("inputs").at(name); }
  bool has_in(const std::string& name) const {
    return json_.at("inputs").contains(name) && !in(name).is_null();
  }
  const Json& expected() const { return json_.at("expect"); }

  // {"hex"}, {"file"}, or {"like", "keep_front", "keep_back", "middle"}; null is empty.
  base::Bytes bytes(const std::string& name) const {
    return json_.at("inputs").contains(name) ? bytes_of(in(name)) : base::Bytes{};
  }
  base::Bits256 bits256(const std::string& name) const { return hash(in(name)); }
  BlockId block(const std::string& name) const { return block_of(in(name)); }

  template <class T>
  void same(const std::string& what, const T& actual, const T& wanted) {
    if (actual != wanted) problems_ += " " + what;
  }
  // Compares if the item says what to expect.
  template <class T>
  void wants(const Json& place, const std::string& name, const T& actual) {
    if (place.contains(name)) same(name, Json(actual), place.at(name));
  }
  void wants_block(const Json& place, const std::string& name, const BlockId& actual) {
    if (place.contains(name) && !place.at(name).is_null()) {
      same(name, actual, block_of(place.at(name)));
    }
  }
  Verdict accepted() const { return {true, problems_, problems_.empty()}; }
  static Verdict refused(const base::Error& error) {
    return {false, std::string(error.reason()), true};
  }
  static base::Bits256 hash(const Json& json) {
    return json.is_null() ? base::Bits256{} : *base::bits256_from_hex(json.get<std::string>());
  }
  static BlockId block_of(const Json& json) {
    BlockId id;
    id.shard.workchain = json.at("workchain");
    id.shard.prefix = std::stoull(json.at("shard").get<std::string>(), nullptr, 16);
    id.seqno = json.at("seqno");
    id.root_hash = hash(json.at("root_hash"));
    if (json.contains("file_hash")) id.file_hash = hash(json.at("file_hash"));
    return id;
  }

 private:
  base::Bytes bytes_of(const Json& json) const {
    if (json.is_null()) return {};
    if (json.is_string()) return *base::from_hex(json.get<std::string>());
    if (json.contains("hex")) return *base::from_hex(json.at("hex").get<std::string>());
    if (json.contains("file")) return read_file(folder_ + "/" + json.at("file").get<std::string>());
    const base::Bytes base = read_file(folder_ + "/" + json.at("like").get<std::string>());
    const base::Bytes middle = *base::from_hex(json.at("middle").get<std::string>());
    const std::ptrdiff_t front = json.at("keep_front");
    const std::ptrdiff_t back = json.at("keep_back");
    base::Bytes out(base.begin(), base.begin() + front);
    out.insert(out.end(), middle.begin(), middle.end());
    out.insert(out.end(), base.end() - back, base.end());
    return out;
  }

  std::string folder_;
  Json json_;
  std::string problems_;
};

std::string hex(base::BytesView bytes) { return base::to_hex(bytes); }

Address address_of(const Json& json) {
  Address address;
  address.workchain = json.at("workchain");
  address.hash = Item::hash(json.at("id"));
  return address;
}

void compare_header(Item& item, const Json& place, const BlockHeader& header) {
  item.wants(place, "global_id", header.global_id);
  item.wants(place, "seqno", header.seqno);
  item.wants(place, "gen_utime", header.gen_utime);
  item.wants(place, "key_block", header.is_key_block);
  item.wants(place, "start_lt", header.start_lt);
  item.wants(place, "end_lt", header.end_lt);
  item.wants(place, "prev_key_block_seqno", header.prev_key_block_seqno);
  item.wants(place, "catchain_seqno", header.catchain_seqno);
  item.wants(place, "validator_list_hash_short", header.validator_list_hash_short);
}

void compare_account(Item& item, const Json& place, const Account& account) {
  item.wants(place, "wc", static_cast<int>(account.address.workchain));
  item.wants(place, "addr", hex(account.address.hash));
  item.wants(place, "balance", account.balance.coins.count());
  item.wants(place, "extra_currency", account.balance.extra != nullptr);
  item.wants(place, "last_trans_lt", account.last_transaction_lt);
  item.wants(place, "used_cells", account.used_cells);
  item.wants(place, "used_bits", account.used_bits);
  item.wants(place, "last_paid", account.last_paid);
  item.wants(place, "due", account.due_payment.count());
  item.wants(place, "dict_hash", account.storage_hash ? Json(hex(*account.storage_hash)) : Json());
  static const std::map<AccountStatus, std::string> kNames = {
      {AccountStatus::Uninitialized, "uninit"},
      {AccountStatus::Frozen, "frozen"},
      {AccountStatus::Active, "active"},
      {AccountStatus::Nonexistent, "nonexist"}};
  item.wants(place, "status", kNames.at(account.status));
  if (account.state.code) item.wants(place, "code_hash", hex(account.state.code->hash()));
  if (account.state.data) item.wants(place, "data_hash", hex(account.state.data->hash()));
}

void compare_validators(Item& item, const Json& place, const ValidatorSet& set) {
  item.wants(place, "total", set.validators.size());
  item.wants(place, "main", set.main);
  item.wants(place, "total_weight", set.total_weight);
  item.wants(place, "utime_since", set.since);
  item.wants(place, "utime_until", set.until);
  if (!set.validators.empty()) {
    item.wants(place, "first_public_key", hex(set.validators[0].public_key));
  }
}

void compare_config(Item& item, const Json& place, const CellRef& config) {
  const auto network = parse_network_validators(config);
  item.same("config", network.ok(), true);
  if (!network) return;
  if (place.contains("param34")) compare_validators(item, place.at("param34"), network->current);
  if (place.contains("param28")) {
    const Json& catchain = place.at("param28");
    const bool shuffled = network->catchain.masterchain_order == MasterchainOrder::Shuffled;
    item.wants(catchain, "shuffle_mc", shuffled ? 1 : 0);
    item.wants(catchain, "mc_life", network->catchain.masterchain_lifetime);
    item.wants(catchain, "sh_life", network->catchain.shard_lifetime);
    item.wants(catchain, "sh_vlife", network->catchain.shard_validators_lifetime);
    item.wants(catchain, "sh_num", network->catchain.shard_validators);
  }
  if (!place.contains("params")) return;
  for (const auto& [number, param] : place.at("params").items()) {
    const auto cell = find_config_param(config, std::stoi(number));
    item.same("param " + number, cell.ok() && *cell, true);
    if (cell && *cell) item.wants(param, "cell_hash", hex((*cell)->hash(0)));
  }
}

// ---- one judge per kind -----------------------------------------------------------------------

void compare_roots(Item& item, const std::vector<CellRef>& roots) {
  const Json& expected = item.expected();
  item.wants(expected, "root_count", roots.size());
  if (expected.contains("must_not_have_root")) {
    for (const CellRef& root : roots) {
      item.same("tampered root", expected.at("must_not_have_root") == hex(root->hash()), false);
    }
  }
  if (!expected.contains("roots")) return;
  for (std::size_t i = 0; i < expected.at("roots").size() && i < roots.size(); ++i) {
    const Json& root = expected.at("roots")[i];
    item.wants(root, "repr_hash", hex(roots[i]->hash()));
    item.wants(root, "hash0", hex(roots[i]->hash(0)));
    item.wants(root, "level_mask", roots[i]->level_mask());
    item.wants(root, "depth", roots[i]->depth());
    item.wants(root, "depth0", roots[i]->depth(0));
    item.wants(root, "bits", roots[i]->bit_count());
    item.wants(root, "refs", roots[i]->refs().size());
    item.wants(root, "exotic", roots[i]->kind() != CellKind::Ordinary);
  }
}

void compare_block(Item& item, const CellRef& root, const base::Bytes& bag) {
  const Json& place = item.expected().at("block");
  const auto block = parse_block(root);
  item.same("block", block.ok(), true);
  if (!block) return;
  compare_header(item, place, block->header);
  item.wants(place, "file_hash", hex(crypto::sha256(bag)));
  const auto update = parse_state_update(block->state_update);
  if (update) {
    item.wants(place, "state_new_hash", hex(update->new_hash));
    item.wants(place, "state_old_hash", hex(update->old_hash));
  }
  if (!item.expected().contains("config")) return;
  const auto extra = parse_masterchain_extra(block->extra);
  item.same("extra", extra.ok(), true);
  if (extra) compare_config(item, item.expected().at("config"), extra->config);
}

Verdict judge_boc(Item& item) {
  const base::Bytes bag = item.bytes("boc");
  const auto roots = parse_boc(bag);
  if (!roots) return Item::refused(roots.error());
  compare_roots(item, *roots);
  const Json& expected = item.expected();
  if (expected.contains("account")) {
    const auto account = parse_account(roots->front());
    item.same("account", account.ok() && account->has_value(), true);
    if (account && *account) compare_account(item, expected.at("account"), **account);
  }
  if (expected.contains("block")) compare_block(item, roots->front(), bag);
  if (expected.contains("zerostate")) {
    const auto state = parse_shard_state(roots->front());
    item.same("zero state", state.ok() && state->seqno == 0, true);
    if (state) {
      item.wants(expected, "global_id", state->global_id);
      const auto masterchain = parse_masterchain_state(state->custom);
      item.same("masterchain state", masterchain.ok(), true);
      if (masterchain) compare_config(item, expected.at("config"), masterchain->config);
    }
  }
  if (expected.contains("block_proof")) {
    const auto proof = parse_block_proof(bag);
    item.same("block proof", proof.ok() && proof->signatures, true);
    if (proof && proof->signatures) {
      item.wants_block(expected.at("block_proof"), "block", proof->id);
      item.wants(expected.at("block_proof"), "signatures",
                 proof->signatures->set.signatures.size());
    }
  }
  return item.accepted();
}

Verdict judge_block_proof(Item& item) {
  std::optional<BlockId> target;
  if (item.has_in("target")) target = item.block("target");
  const auto path = check_block_proof(item.bytes("answer"), item.block("trusted"), target);
  if (!path) return Item::refused(path.error());
  item.wants(item.expected(), "complete", path->complete);
  item.wants_block(item.expected(), "to", path->end);
  std::size_t forward = 0;
  for (const Json& step : item.expected().at("steps")) {
    if (!step.contains("signed_weight") || forward >= path->signatures.size()) continue;
    item.wants(step, "signed_weight", path->signatures[forward].signed_weight);
    item.wants(step, "total_weight", path->signatures[forward].total_weight);
    ++forward;
  }
  item.same("forward links", forward, path->signatures.size());
  return item.accepted();
}

Verdict judge_account(Item& item) {
  const BlockId masterchain = item.block("mc_block");
  const Address address = address_of(item.in("address"));
  const base::Bytes shard_proof = item.bytes("shard_proof");
  const base::Bytes proof = item.bytes("proof");
  const base::Bytes state = item.bytes("state");
  const BlockId shard = item.has_in("shard_block") ? item.block("shard_block") : masterchain;
  const auto account = check_account(masterchain, address, {shard, shard_proof, proof, state});
  if (!account) return Item::refused(account.error());
  item.wants(item.expected(), "exists", account->account.has_value());
  if (account->account) compare_account(item, item.expected().at("account"), *account->account);
  item.wants_block(item.expected(), "shard_block", account->shard_block);
  if (item.has_in("tl_answer")) {
    const base::Bytes bytes = item.bytes("tl_answer");
    const auto answer = tl::decode_boxed<tl::lite::LiteServerAccountState>(bytes);
    item.same("tl answer", answer.ok(), true);
    if (answer) item.same("tl bytes", tl::encode_boxed(*answer), bytes);
  }
  return item.accepted();
}

Verdict judge_shard(Item& item) {
  const base::Bytes proof = item.bytes("shard_proof");
  const auto shard =
      check_shard_proof(proof, item.block("mc_block"), address_of(item.in("address")));
  if (!shard) return Item::refused(shard.error());
  if (item.has_in("expected_shard_block") && shard->block != item.block("expected_shard_block")) {
    return {false, "another shard block", true};
  }
  item.wants_block(item.expected(), "shard_block", shard->block);
  if (item.expected().contains("shard_descr")) {
    const Json& place = item.expected().at("shard_descr");
    item.wants(place, "seqno", shard->block.seqno);
    item.wants(place, "reg_mc", shard->registered_at);
    item.wants(place, "start_lt", shard->start_lt);
    item.wants(place, "end_lt", shard->end_lt);
  }
  return item.accepted();
}

Verdict judge_stored_proof(Item& item) {
  const auto block =
      check_stored_block_proof(item.bytes("block_proof"), item.block("trusted_key_block"),
                               item.bytes("key_block_config_proof"));
  if (!block) return Item::refused(block.error());
  if (item.has_in("expected_block") && block->id != item.block("expected_block")) {
    return {false, "another block", true};
  }
  const Json& expected = item.expected();
  item.wants_block(expected, "block", block->id);
  item.wants(expected, "signed_weight", block->weight.signed_weight);
  item.wants(expected, "total_weight", block->weight.total_weight);
  item.wants(expected, "validators", block->validator_count);
  item.wants(expected, "signatures", block->signature_count);
  item.wants(expected, "catchain_seqno", block->header.catchain_seqno);
  item.wants(expected, "validator_set_hash", block->header.validator_list_hash_short);
  item.wants(expected, "is_key_block", block->header.is_key_block);
  return item.accepted();
}

Verdict judge_proof_link(Item& item) {
  const auto proof = parse_block_proof(item.bytes("block_proof"));
  if (!proof) return Item::refused(proof.error());
  item.wants_block(item.expected(), "block", proof->id);
  item.wants(item.expected(), "has_signatures", proof->signatures.has_value());
  compare_header(item, item.expected(), proof->block.header);
  return item.accepted();
}

SignatureSet signature_set(const Json& json) {
  SignatureSet set;
  set.catchain_seqno = json.at("catchain_seqno");
  set.validator_list_hash = json.at("validator_set_hash");
  for (const Json& entry : json.at("signatures")) {
    set.signatures.push_back({Item::hash(entry.at("node_id_short")),
                              *base::from_hex(entry.at("signature").get<std::string>())});
  }
  if (json.at("kind") == "simplex") {
    set.simplex = SimplexVote{Item::hash(json.at("session_id")), json.at("slot"),
                              *base::from_hex(json.at("candidate").get<std::string>())};
  }
  return set;
}

Verdict judge_signatures(Item& item) {
  std::vector<Validator> validators;
  for (const Json& entry : item.in("validators")) {
    Validator validator;
    validator.public_key = Item::hash(entry.at("public_key"));
    validator.weight = entry.at("weight");
    if (entry.contains("adnl")) validator.adnl_address = Item::hash(entry.at("adnl"));
    validators.push_back(validator);
  }
  const auto weight = check_signatures(
      item.block("block_id"), validators, item.in("catchain_seqno"),
      item.in("validator_list_hash_short"), signature_set(item.in("signature_set")));
  if (!weight) return Item::refused(weight.error());
  item.wants(item.expected(), "signed_weight", weight->signed_weight);
  item.wants(item.expected(), "total_weight", weight->total_weight);
  return item.accepted();
}

Verdict judge_subset(Item& item) {
  const auto catchain_cell = parse_single_root_boc(item.bytes("config_param_28"));
  if (!catchain_cell) return Item::refused(catchain_cell.error());
  const auto set_cell = parse_single_root_boc(item.bytes("config_param_34"));
  if (!set_cell) return Item::refused(set_cell.error());
  const auto catchain = parse_catchain_config(*catchain_cell);
  if (!catchain) return Item::refused(catchain.error());
  const auto set = parse_validator_set(*set_cell);
  if (!set) return Item::refused(set.error());
  const ShardId shard{item.in("workchain"),
                      std::stoull(item.in("shard").get<std::string>(), nullptr, 16)};
  const std::uint32_t seqno = item.in("catchain_seqno");
  const std::vector<Validator> chosen = select_validators({*set, *catchain}, shard, seqno);
  Json keys = Json::array();
  Json weights = Json::array();
  std::uint64_t total = 0;
  for (const Validator& validator : chosen) {
    keys.push_back(hex(validator.public_key));
    weights.push_back(validator.weight);
    total += validator.weight;
  }
  item.wants(item.expected(), "validators", keys);
  item.wants(item.expected(), "weights", weights);
  item.wants(item.expected(), "total_weight", total);
  item.wants(item.expected(), "validator_set_hash", validator_list_hash(chosen, seqno));
  return item.accepted();
}

Verdict judge_config_proof(Item& item) {
  const auto roots = parse_boc(item.bytes("config_proof"));
  if (!roots) return Item::refused(roots.error());
  const auto root = open_proof(roots->front());
  if (!root) return Item::refused(root.error());
  const auto state = parse_shard_state(*root);
  if (!state) return Item::refused(state.error());
  const auto masterchain = parse_masterchain_state(state->custom);
  if (!masterchain) return Item::refused(masterchain.error());
  item.wants(item.expected(), "state_root_hash", hex((*root)->hash(0)));
  item.wants(item.expected(), "global_id", state->global_id);
  item.wants(item.expected(), "seqno", state->seqno);
  item.wants(item.expected(), "gen_utime", state->gen_utime);
  compare_config(item, item.expected(), masterchain->config);
  return item.accepted();
}

Verdict judge_config_info(Item& item) {
  const base::Bytes bytes = item.bytes("answer");
  const auto answer = tl::decode_boxed<tl::lite::LiteServerConfigInfo>(bytes);
  if (!answer) return Item::refused(answer.error());
  const BlockId requested = item.block("requested");
  if (from_tl(answer->id) != requested) return {false, "answer_block", true};
  const auto config = check_config(answer->state_proof, answer->config_proof, requested);
  if (!config) return Item::refused(config.error());
  compare_config(item, item.expected(), *config);
  return item.accepted();
}

Verdict judge_block_header(Item& item) {
  const base::Bytes bytes = item.bytes("answer");
  const auto answer = tl::decode_boxed<tl::lite::LiteServerBlockHeader>(bytes);
  if (!answer) return Item::refused(answer.error());
  const BlockId requested = item.block("requested");
  if (from_tl(answer->id) != requested) return {false, "answer_block", true};
  const auto block = check_header(answer->header_proof, requested);
  if (!block) return Item::refused(block.error());
  compare_header(item, item.expected(), block->header);
  const auto update = parse_state_update(block->state_update);
  if (update) item.wants(item.expected(), "state_new_hash", hex(update->new_hash));
  const Json& previous = item.expected().at("prev");
  item.same("prev", previous.size(), block->header.previous.size());
  for (std::size_t i = 0; i < previous.size() && i < block->header.previous.size(); ++i) {
    item.wants(previous[i], "root_hash", hex(block->header.previous[i].root_hash));
    item.wants(previous[i], "file_hash", hex(block->header.previous[i].file_hash));
  }
  return item.accepted();
}

Verdict judge_shard_links(Item& item) {
  const base::Bytes bytes = item.bytes("answer");
  const auto answer = tl::decode_boxed<tl::lite::LiteServerShardBlockProof>(bytes);
  if (!answer) return Item::refused(answer.error());
  const BlockId trusted = item.block("trusted_mc");
  if (from_tl(answer->masterchain_id) != trusted) return {false, "answer_block", true};
  std::vector<ShardLink> links;
  for (const auto& link : answer->links) links.push_back({from_tl(link.id), link.proof});
  const auto last = check_shard_links(trusted, links);
  if (!last) return Item::refused(last.error());
  const Json& expected = item.expected().at("links");
  item.same("links", links.size(), expected.size());
  for (std::size_t i = 0; i < links.size() && i < expected.size(); ++i) {
    item.same("link", links[i].block, Item::block_of(expected[i]));
  }
  return item.accepted();
}

Verdict judge_old_blocks(Item& item) {
  const auto proof = parse_single_root_boc(item.bytes("state_proof"));
  if (!proof) return Item::refused(proof.error());
  const auto root = open_proof(*proof);
  if (!root) return Item::refused(root.error());
  const auto state = parse_shard_state(*root);
  if (!state) return Item::refused(state.error());
  const auto masterchain = parse_masterchain_state(state->custom);
  if (!masterchain) return Item::refused(masterchain.error());
  for (const Json& value : item.expected().at("values")) {
    const auto old = find_old_block(*masterchain, value.at("key"));
    item.same("found", old.ok() && old->has_value(), true);
    if (!old || !*old) continue;
    item.wants(value, "is_key", (*old)->is_key_block ? 1 : 0);
    item.wants(value, "seqno", (*old)->block.seqno);
    item.wants(value, "end_lt", (*old)->block.end_lt);
    item.wants(value, "root_hash", hex((*old)->block.root_hash));
    item.wants(value, "file_hash", hex((*old)->block.file_hash));
  }
  for (const Json& key : item.expected().at("absent")) {
    const auto old = find_old_block(*masterchain, key);
    item.same("absent", old.ok() && !old->has_value(), true);
  }
  return item.accepted();
}

Verdict judge_walk(Item& item) {
  const auto cell = parse_single_root_boc(item.bytes("cell"));
  if (!cell) return Item::refused(cell.error());
  Json keys = Json::array();
  const auto set = parse_validator_set(*cell);
  if (set) {
    for (const Validator& validator : set->validators) keys.push_back(hex(validator.public_key));
  }
  item.wants(item.expected(), "count", keys.size());
  item.wants(item.expected(), "public_keys", keys);
  return item.accepted();
}

Verdict judge_labels(Item& item) {
  for (const Json& entry : item.in("cases")) {
    CellBuilder builder;
    for (const char bit : entry.at("bits").get<std::string>()) builder.store_bit(bit == '1');
    CellSlice slice = *CellSlice::open(builder.finish_fixed());
    const auto label = load_dictionary_label(slice, entry.at("max_len"));
    if (!label) return Item::refused(label.error());
    std::string bits;
    for (unsigned i = 0; i < label->length; ++i) {
      bits += (label->bits[i / 8] >> (7 - i % 8) & 1) != 0 ? '1' : '0';
    }
    item.wants(entry, "len", label->length);
    item.wants(entry, "value", bits);
  }
  return item.accepted();
}

Verdict judge_wallet_address(Item& item) {
  const auto code = parse_single_root_boc(item.bytes("code"));
  const auto data = parse_single_root_boc(item.bytes("data"));
  if (!code) return Item::refused(code.error());
  if (!data) return Item::refused(data.error());
  const Json& expected = item.expected();
  item.wants(expected, "code_hash", hex((*code)->hash()));
  item.wants(expected, "data_hash", hex((*data)->hash()));
  const CellRef state = *build_state_init({*code, *data});
  item.wants(expected, "state_init_hash", hex(state->hash()));
  item.wants(expected, "address", to_raw_text(contract_address(state)));
  const base::Bits256 key = item.bits256("public_key");
  const std::string version = item.in("version");
  if (version == "V5R1") {
    const std::uint32_t id =
        wallet_v5_id(item.in("network_global_id"), 0, item.in("subwallet_number"));
    item.same("wallet id", Json(id), item.in("wallet_id"));
    item.wants(expected, "address", to_raw_text(Wallet::v5r1(key, id).address()));
  } else if (version == "V3R2") {
    item.wants(expected, "address",
               to_raw_text(Wallet::v3r2(key, item.in("subwallet_id")).address()));
  } else {
    item.wants(expected, "data_hash", hex(wallet_v4_data(key, item.in("subwallet_id"))->hash()));
  }
  return item.accepted();
}

Verdict judge_wallet_request(Item& item) {
  const auto message = parse_single_root_boc(item.bytes("message"));
  if (!message) return Item::refused(message.error());
  const auto request = check_wallet_v5_request(*message, item.bits256("public_key"));
  if (!request) return Item::refused(request.error());
  item.wants(item.expected(), "destination", to_raw_text(request->wallet));
  item.wants(item.expected(), "signed_hash", hex(request->signed_hash));
  item.wants(item.expected(), "signature", hex(request->signature));
  return item.accepted();
}

AdnlSessionBytes session_of(const Item& item) {
  const base::Bytes bytes = item.bytes("params");
  AdnlSessionBytes session{};
  std::copy(bytes.begin(), bytes.end(), session.begin());
  return session;
}

Verdict judge_handshake(Item& item) {
  const auto client = crypto::Ed25519PrivateKey::from_seed(item.bytes("client_seed"));
  const base::Bits256 server = item.bits256("server_public_key");
  const AdnlSessionBytes session = session_of(item);
  const auto packet = adnl_handshake(server, *client, session);
  if (!packet) return Item::refused(packet.error());
  const Json& expected = item.expected();
  item.wants(expected, "packet", hex(*packet));
  item.wants(expected, "server_key_id", hex(adnl_key_id(server)));
  item.wants(expected, "client_public_key", hex(client->public_key()));
  item.wants(expected, "rx_key", hex(adnl_server_to_client(session).key));
  item.wants(expected, "rx_iv", hex(adnl_server_to_client(session).counter));
  item.wants(expected, "tx_key", hex(adnl_client_to_server(session).key));
  item.wants(expected, "tx_iv", hex(adnl_client_to_server(session).counter));
  return item.accepted();
}

// Frames one way, fed in pieces of 7 bytes.
base::Result<void> take_frames(AdnlOpener& opener, base::BytesView stream, Json& payloads) {
  base::Result<void> result;
  for (std::size_t i = 0; i < stream.size() && result.ok(); i += 7) {
    result = opener.feed(stream.subspan(i, std::min<std::size_t>(7, stream.size() - i)));
  }
  while (const auto payload = opener.next()) payloads.push_back(hex(*payload));
  return result;
}

Verdict judge_session(Item& item) {
  const auto client = crypto::Ed25519PrivateKey::from_seed(item.bytes("client_seed"));
  const auto server = crypto::Ed25519PrivateKey::from_seed(item.bytes("server_seed"));
  const AdnlSessionBytes session = session_of(item);
  const auto packet = adnl_handshake(server->public_key(), *client, session);
  if (!packet) return Item::refused(packet.error());
  item.wants(item.expected(), "packet", hex(*packet));
  const auto opened = open_adnl_handshake(*server, *packet);
  item.same("server's view", opened.ok() && *opened == session, true);

  base::Bytes to_server = item.bytes("client_to_server");
  // The recording begins with the handshake.
  if (to_server.size() >= packet->size() &&
      std::equal(packet->begin(), packet->end(), to_server.begin())) {
    to_server.erase(to_server.begin(),
                    to_server.begin() + static_cast<std::ptrdiff_t>(packet->size()));
  }
  Json sent = Json::array();
  Json received = Json::array();
  AdnlOpener at_server(adnl_client_to_server(session));
  const auto up = take_frames(at_server, to_server, sent);
  AdnlOpener at_client(adnl_server_to_client(session));
  const auto down = take_frames(at_client, item.bytes("server_to_client"), received);
  item.wants(item.expected(), "client_payloads", sent);
  item.wants(item.expected(), "server_payloads", received);
  if (!up) return Item::refused(up.error());
  if (!down) {
    item.wants(item.expected(), "frames_ok_before", received.size());
    Verdict verdict = item.accepted();
    verdict.accepted = false;
    verdict.detail += std::string(down.error().reason());
    return verdict;
  }
  return item.accepted();
}

Verdict judge_seal(Item& item) {
  AdnlStreamKey key;
  key.key = item.bits256("key");
  const base::Bytes counter = item.bytes("iv");
  std::copy(counter.begin(), counter.end(), key.counter.begin());
  AdnlSealer sealer(key);
  item.wants(item.expected(), "wire",
             hex(sealer.seal(item.bytes("payload"), item.bits256("nonce"))));
  return item.accepted();
}

Verdict judge_tl_bytes(Item& item) {
  const std::uint8_t fill = item.in("fill_byte");
  for (const Json& entry : item.in("cases")) {
    const base::Bytes value(entry.at("len").get<std::size_t>(), fill);
    base::Bytes out;
    tl::Writer(out).bytes(value);
    if (entry.contains("encoded")) item.wants(entry, "encoded", hex(out));
    tl::Reader reader(out);
    const base::BytesView back = reader.bytes();
    item.same("read back", base::to_bytes(back), value);
  }
  return item.accepted();
}

const std::map<std::string, std::function<Verdict(Item&)>>& judges() {
  static const std::map<std::string, std::function<Verdict(Item&)>> all = {
      {"boc_parse", judge_boc},
      {"lite_partial_block_proof", judge_block_proof},
      {"lite_account_state", judge_account},
      {"shard_proof", judge_shard},
      {"node_block_proof", judge_stored_proof},
      {"node_block_proof_link", judge_proof_link},
      {"block_signatures", judge_signatures},
      {"validator_subset", judge_subset},
      {"config_proof", judge_config_proof},
      {"lite_config_info", judge_config_info},
      {"lite_block_header", judge_block_header},
      {"lite_shard_block_proof", judge_shard_links},
      {"hashmap_aug_lookup", judge_old_blocks},
      {"hashmap_walk", judge_walk},
      {"hashmap_label", judge_labels},
      {"wallet_address", judge_wallet_address},
      {"wallet_v5_message_signature", judge_wallet_request},
      {"adnl_handshake", judge_handshake},
      {"adnl_session", judge_session},
      {"adnl_frame_seal", judge_seal},
      {"tl_bytes", judge_tl_bytes},
  };
  return all;
}

}  // namespace

std::vector<VectorItem> list_vector_items(const std::string& folder) {
  const Json manifest = Json::parse(read_file(folder + "/manifest.json"));
  std::vector<VectorItem> items;
  for (const Json& entry : manifest.at("items")) {
    items.push_back(
        {entry.at("id"), entry.at("kind"), entry.at("file"), entry.at("expect_ok").get<bool>()});
  }
  return items;
}

Verdict judge(const std::string& folder, const VectorItem& item) {
  const auto found = judges().find(item.kind);
  if (found == judges().end()) return {false, "unknown kind " + item.kind, false};
  Item loaded(folder, item);
  return found->second(loaded);
}

}  // namespace cocoon::ton
