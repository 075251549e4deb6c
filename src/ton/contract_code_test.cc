// The embedded contracts against the hashes that their compiler wrote.
#include "ton/contract_code.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "base/encoding.h"

namespace cocoon::ton {
namespace {

std::string compiled_hash(const std::string& name) {
  std::ifstream file("contracts/build/" + name + ".compiled.json");
  std::stringstream text;
  text << file.rdbuf();
  const std::string document = text.str();
  std::smatch match;
  const std::regex pattern("\"hash\": *\"([0-9a-f]{64})\"");
  return std::regex_search(document, match, pattern) ? match[1].str() : "";
}

TEST(ContractCode, HasTheCompilersHashes) {
  const std::pair<CocoonContract, std::string> contracts[] = {{CocoonContract::Root, "root"},
                                                              {CocoonContract::Proxy, "proxy"},
                                                              {CocoonContract::Client, "client"},
                                                              {CocoonContract::Worker, "worker"},
                                                              {CocoonContract::Wallet, "wallet"}};
  std::set<std::string> seen;
  for (const auto& [contract, name] : contracts) {
    const std::string hash = base::to_hex(contract_code(contract)->hash());
    EXPECT_EQ(hash, compiled_hash(name)) << name;
    seen.insert(hash);
  }
  EXPECT_EQ(seen.size(), std::size(contracts));
}

}  // namespace
}  // namespace cocoon::ton
