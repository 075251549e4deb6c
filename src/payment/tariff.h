// The tariff that a network's params cell states.
#pragma once

#include "payment/pricing.h"
#include "ton/contract_params.h"

namespace cocoon::payment {

inline Tariff tariff_of(const ton::ContractParams& params) {
  return {.price_per_token = params.price_per_token,
          .worker_fee_per_token = params.worker_fee_per_token,
          .prompt = {params.multipliers.prompt},
          .cached = {params.multipliers.cached},
          .completion = {params.multipliers.completion},
          .reasoning = {params.multipliers.reasoning}};
}

}  // namespace cocoon::payment
