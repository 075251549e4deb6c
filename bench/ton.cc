// bench_ton: processor time of reading the chain, per operation, on one core: bags of cells parsed
// and hashed, written, looked into, and proofs checked. ton_core.mjs does with @ton/core, on the
// same bags, what that can do: bench/ton_chain.py runs both in turns.
//
//     bench_ton VECTORS SECONDS     JSON on standard output; VECTORS is tests/vectors/ton-proofs
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "ton/block_proof.h"
#include "ton/boc.h"
#include "ton/cell_builder.h"
#include "ton/proofs.h"

namespace {

using namespace cocoon;

base::Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Microseconds of processor time for one call.
double cost(double seconds, const std::function<bool()>& work) {
  std::size_t calls = 0;
  const double start = processor_seconds();
  double spent = 0;
  while (spent < seconds) {
    for (int i = 0; i < 8; ++i) {
      if (!work()) {
        std::cerr << "bench_ton: an operation failed\n";
        std::exit(1);
      }
    }
    calls += 8;
    spent = processor_seconds() - start;
  }
  return spent / static_cast<double>(calls) * 1e6;
}

base::Bits256 hash_of(const nlohmann::json& json) {
  base::Bits256 bits{};
  if (json.is_null()) return bits;  // not recorded, and not needed
  const std::string text = json;
  for (std::size_t i = 0; i < 32; ++i) {
    bits[i] = static_cast<std::uint8_t>(std::stoul(text.substr(2 * i, 2), nullptr, 16));
  }
  return bits;
}

ton::BlockId block_of(const nlohmann::json& json) {
  return {{json.at("workchain"), std::stoull(json.at("shard").get<std::string>(), nullptr, 16)},
          json.at("seqno"),
          hash_of(json.at("root_hash")),
          hash_of(json.at("file_hash"))};
}

// Cells as contracts keep data: 64 bytes each, every one over the one before it.
bool build_cells() {
  ton::CellRef last;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    ton::CellBuilder builder;
    for (int k = 0; k < 8; ++k) builder.store_uint(i, 64);
    if (last && i % 100 != 0) builder.store_ref(last);
    const auto cell = builder.finish();
    if (!cell) return false;
    last = *cell;
  }
  return last->hash()[0] != 0 || last->hash()[1] != 0;
}

// An account's proof as a lite server sends it, from the masterchain block down to its state.
double account_proof(const std::string& folder, double seconds) {
  const auto item =
      nlohmann::json::parse(read_file(folder + "/account-proof/acc-mainnet-wc0-active.json"));
  const auto& inputs = item["inputs"];
  const auto bag = [&](const char* name) {
    return read_file(folder + "/account-proof/" + inputs[name]["file"].get<std::string>());
  };
  const base::Bytes shard_proof = bag("shard_proof");
  const base::Bytes proof = bag("proof");
  const base::Bytes state = bag("state");
  ton::Address address{inputs["address"]["workchain"].get<std::int8_t>(), {}};
  address.hash = hash_of(inputs["address"]["id"]);
  const ton::BlockId masterchain = block_of(inputs["mc_block"]);
  const ton::AccountAnswer answer{block_of(inputs["shard_block"]), shard_proof, proof, state};
  return cost(seconds, [&] { return ton::check_account(masterchain, address, answer).ok(); });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bench_ton VECTORS SECONDS\n";
    return 2;
  }
  const std::string folder = argv[1];
  const double seconds = std::stod(argv[2]);
  const auto item = [&](const std::string& name) {
    return nlohmann::json::parse(read_file(folder + "/" + name));
  };
  nlohmann::json result;

  const auto block = item("boc/block-basechain-86062610.json");
  const base::Bytes bag =
      read_file(folder + "/boc/" + block["inputs"]["boc"]["file"].get<std::string>());
  const ton::CellRef root = *ton::parse_single_root_boc(bag);
  result["bag_bytes"] = bag.size();
  result["bag_cells"] = block["expect"]["cell_count"];
  result["parse_and_hash_us"] = cost(seconds, [&] { return ton::parse_boc(bag).ok(); });
  result["serialise_us"] = cost(
      seconds, [&] { return ton::serialize_boc(root, ton::BocChecksum::Crc32c).size() > 1000; });

  result["hash_us"] = cost(seconds, build_cells);
  result["account_proof_us"] = account_proof(folder, seconds);

  const auto config = item("config/cfg-dict-mainnet-tonutils.json");
  const base::Bytes config_bag =
      read_file(folder + "/config/" + config["inputs"]["boc"]["file"].get<std::string>());
  const ton::CellRef config_root = *ton::parse_single_root_boc(config_bag);
  result["dictionary_lookup_us"] = cost(seconds, [&] {
    const auto found = ton::find_config_param(config_root, 34);
    return found.ok() && *found != nullptr;
  });

  const auto proof = item("block-proof/bp-mainnet-simplex-59238081-59379986.json");
  const base::Bytes answer =
      read_file(folder + "/block-proof/" + proof["inputs"]["answer"]["file"].get<std::string>());
  const ton::BlockId trusted = block_of(proof["inputs"]["trusted"]);
  const ton::BlockId target = block_of(proof["inputs"]["target"]);
  result["key_block_link_us"] =
      cost(seconds, [&] { return ton::check_block_proof(answer, trusted, target).ok(); });
  std::cout << result.dump() << "\n";
  return 0;
}
