// Fuzz target: any cell as account data, and as the body of a message to a proxy contract.
#include "payment/chain/notices.h"
#include "ton/boc.h"

namespace {

using namespace cocoon;

ton::NetworkContracts contracts() {
  ton::ContractParams params;
  params.proxy_code = params.worker_code = params.client_code =
      ton::CellBuilder().store_uint(1, 8).finish_fixed();
  return *ton::NetworkContracts::make({}, params);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ton::NetworkContracts network = contracts();
  const auto cell = ton::parse_single_root_boc({data, size});
  if (!cell) return 0;
  (void)payment::chain::parse_client_account(*cell);
  (void)payment::chain::parse_proxy_account(*cell);
  (void)payment::chain::parse_worker_account(*cell);
  ton::Transaction transaction;
  transaction.in_message.emplace();
  transaction.in_message->source = ton::MessageAddress::from({});
  transaction.in_message->body = *cell;
  transaction.description.compute = ton::ComputePhase::Succeeded;
  transaction.description.action_success = true;
  (void)payment::chain::read_notice(network, {}, {}, transaction);
  return 0;
}
