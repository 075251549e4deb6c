// The params cell of the root contract: prices, delays, stakes and contract code. Every contract of
// the network keeps a copy in its data, so its exact bytes decide all addresses. Layout:
// schema/contracts.tlb.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/nanoton.h"
#include "ton/cell.h"

namespace cocoon::ton {

inline constexpr std::uint8_t kNewestStructVersion = 5;
// What multiplies a kind of token before it is priced; 10000 stands for 1.
inline constexpr std::uint32_t kMultiplierOne = 10000;

struct PriceMultipliers {
  std::uint32_t prompt = kMultiplierOne;
  std::uint32_t cached = kMultiplierOne;
  std::uint32_t completion = kMultiplierOne;
  std::uint32_t reasoning = kMultiplierOne;
  friend bool operator==(const PriceMultipliers&, const PriceMultipliers&) = default;
};

// Fields that a struct version does not carry have their defaults here.
struct ContractParams {
  std::uint8_t struct_version = kNewestStructVersion;
  std::uint32_t params_version = 0;
  std::uint32_t unique_id = 0;
  bool is_test = false;
  base::Nanoton price_per_token;
  base::Nanoton worker_fee_per_token;
  PriceMultipliers multipliers;
  std::chrono::seconds proxy_delay_before_close{0};   // fits 32 bits
  std::chrono::seconds client_delay_before_close{0};  // fits 32 bits
  base::Nanoton min_proxy_stake{base::kNanotonsPerTon};
  base::Nanoton min_client_stake{base::kNanotonsPerTon};
  CellRef proxy_code;  // each may be empty
  CellRef worker_code;
  CellRef client_code;
};

// Which code cells a copy of the params carries.
enum class ParamsForm {
  Full,              // in the root contract
  WithoutProxyCode,  // in the proxy contract
  WithoutCode,       // in the client and worker contracts
};

// Struct versions 0 to 5. Refuses code deeper than kMaxCodeDepth.
base::Result<ContractParams> parse_contract_params(const CellRef& cell);
base::Result<CellRef> build_contract_params(const ContractParams& params, ParamsForm form);

}  // namespace cocoon::ton
