// bench_ton: processor time of reading the chain, per operation, on one core: bags of cells parsed
// and hashed, written, looked into, and proofs checked. ton_core.mjs does the first two with
// @ton/core on the same bags: run both in turns.
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

ton::BlockId block_of(const nlohmann::json& json) {
  const auto hash = [&](const char* name) {
    const std::string text = json.at(name);
    base::Bits256 bits{};
    for (std::size_t i = 0; i < 32; ++i) {
      bits[i] = static_cast<std::uint8_t>(std::stoul(text.substr(2 * i, 2), nullptr, 16));
    }
    return bits;
  };
  return {{json.at("workchain"), std::stoull(json.at("shard").get<std::string>(), nullptr, 16)},
          json.at("seqno"),
          hash("root_hash"),
          hash("file_hash")};
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
