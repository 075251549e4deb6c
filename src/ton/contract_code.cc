#include "ton/contract_code.h"

#include "base/check.h"
#include "ton/boc.h"
#include "ton/contract_bytes.h"

namespace cocoon::ton {
namespace {

base::BytesView bytes_of(CocoonContract contract) {
  switch (contract) {
    case CocoonContract::Root:
      return root_contract_bytes();
    case CocoonContract::Proxy:
      return proxy_contract_bytes();
    case CocoonContract::Client:
      return client_contract_bytes();
    case CocoonContract::Worker:
      return worker_contract_bytes();
    case CocoonContract::Wallet:
      return wallet_contract_bytes();
  }
  CHECK(false);
}

}  // namespace

CellRef contract_code(CocoonContract contract) {
  auto code = parse_single_root_boc(bytes_of(contract));
  CHECK(code);  // a test looks at each
  return *std::move(code);
}

}  // namespace cocoon::ton
