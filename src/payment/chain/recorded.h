// For tests only: the vectors of a settlement on the real TVM (tests/vectors/contracts).
#pragma once

#include <map>
#include <sstream>
#include <string>

#include "base/encoding.h"
#include "payment/chain/notices.h"
#include "ton/boc.h"
#include "ton/cell_slice.h"
#include "ton/test_support.h"

namespace cocoon::payment::chain {

class RecordedSettlement {
 public:
  RecordedSettlement() {
    std::istringstream lines(ton::vector_text("contracts/settlement.txt"));
    for (std::string name, value; lines >> name >> value;) values_[name] = value;
  }
  ton::Address address(const std::string& name) const {
    return *ton::parse_address(values_.at(name));
  }
  base::Bits256 key(const std::string& name) const {
    return *base::bits256_from_hex(values_.at(name));
  }
  ton::CellRef cell(const std::string& name) const {
    return *ton::parse_single_root_boc(*base::from_hex(values_.at(name)));
  }
  ton::Transaction transaction(const std::string& name) const {
    return *ton::parse_transaction(cell("tx_" + name));
  }
  ton::ContractParams params() const {
    auto root = *ton::CellSlice::open(cell("root_data"));
    CHECK(root.load_ref());  // the lists
    return *ton::parse_contract_params(*root.load_ref());
  }
  ton::NetworkContracts contracts() const {
    return *ton::NetworkContracts::make(address("root"), params());
  }
  ton::ProxyIdentity proxy() const { return {address("proxy"), key("proxy_key")}; }
  std::optional<ProxyNotice> notice(const ton::Transaction& transaction) const {
    static const ton::NetworkContracts network = contracts();
    return read_notice(network, proxy(), address("proxy_owner"), transaction);
  }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace cocoon::payment::chain
