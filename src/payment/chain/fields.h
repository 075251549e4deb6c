// Fields that several layouts share.
#pragma once

#include "payment/chain/accounts.h"
#include "ton/cell_slice.h"

namespace cocoon::payment::chain {

inline base::Result<ContractState> load_state(ton::CellSlice& slice) {
  return contract_state(TRY(slice.load_uint(2)));
}

// Counts above 2^63 are no counts that a contract of ours would take.
inline base::Result<base::TokenCount> load_tokens(ton::CellSlice& slice) {
  const std::uint64_t tokens = TRY(slice.load_uint(64));
  if (tokens > INT64_MAX) {
    return base::Error(ton::TonError::ValueOutOfRange, "A contract counts impossibly many tokens.");
  }
  return base::TokenCount{static_cast<std::int64_t>(tokens)};
}

}  // namespace cocoon::payment::chain
