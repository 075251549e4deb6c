// What the roles' pages say about the chain's money. Amounts are nanotons.
#pragma once

#include <nlohmann/json.hpp>

#include "payment/chain/client_channel.h"
#include "payment/chain/per_proxy.h"
#include "payment/chain/proxy_settlement.h"
#include "payment/chain/worker_earnings.h"

namespace cocoon::app {

nlohmann::json settlement_json(const payment::chain::ProxySettlement& settlement);
nlohmann::json channels_json(
    const payment::chain::PerProxy<payment::chain::ClientChannel>& channels);
nlohmann::json earnings_json(
    const payment::chain::PerProxy<payment::chain::WorkerEarnings>& earnings);

}  // namespace cocoon::app
