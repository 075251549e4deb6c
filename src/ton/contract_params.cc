// The params cell, as chain contracts read and copy it.
#include "ton/contract_params.h"

#include "ton/cell_builder.h"
#include "ton/cell_slice.h"

namespace cocoon::ton {
namespace {

// The first struct version that has a field.
constexpr std::uint8_t kSinceStakes = 1;
constexpr std::uint8_t kSinceCachedAndReasoning = 2;
constexpr std::uint8_t kSincePromptAndCompletion = 3;

base::Result<void> check_struct_version(std::uint8_t version) {
  if (version <= kNewestStructVersion) return {};
  return base::Error(TonError::StructVersion,
                     "The network's parameters are of a newer version than this program knows.");
}

base::Result<void> check_code(const CellRef& code) {
  if (!code || (code->depth() <= kMaxCodeDepth && code->level() == 0)) return {};
  return base::Error(TonError::CellTooDeep, "A contract's code is nested too deeply.");
}

base::Result<CellRef> load_code(CellSlice& slice) {
  const CellRef code = TRY(slice.load_maybe_ref());
  TRY(check_code(code));
  return code;
}

base::Result<void> load_multipliers(CellSlice& slice, std::uint8_t version, PriceMultipliers& out) {
  if (version >= kSincePromptAndCompletion) out.prompt = TRY(slice.load_u32());
  if (version >= kSinceCachedAndReasoning) out.cached = TRY(slice.load_u32());
  if (version >= kSincePromptAndCompletion) out.completion = TRY(slice.load_u32());
  if (version >= kSinceCachedAndReasoning) out.reasoning = TRY(slice.load_u32());
  return {};
}

void store_multipliers(CellBuilder& cell, std::uint8_t version, const PriceMultipliers& values) {
  if (version >= kSincePromptAndCompletion) cell.store_uint(values.prompt, 32);
  if (version >= kSinceCachedAndReasoning) cell.store_uint(values.cached, 32);
  if (version >= kSincePromptAndCompletion) cell.store_uint(values.completion, 32);
  if (version >= kSinceCachedAndReasoning) cell.store_uint(values.reasoning, 32);
}

void store_seconds(CellBuilder& cell, std::chrono::seconds delay) {
  cell.store_uint(static_cast<std::uint64_t>(delay.count()), 32);
}

}  // namespace

base::Result<ContractParams> parse_contract_params(const CellRef& cell) {
  CellSlice slice = TRY(CellSlice::open(cell));
  ContractParams params;
  params.struct_version = static_cast<std::uint8_t>(TRY(slice.load_uint(8)));
  TRY(check_struct_version(params.struct_version));
  params.params_version = TRY(slice.load_u32());
  params.unique_id = TRY(slice.load_u32());
  params.is_test = TRY(slice.load_bit());
  params.price_per_token = TRY(slice.load_coins());
  params.worker_fee_per_token = TRY(slice.load_coins());
  TRY(load_multipliers(slice, params.struct_version, params.multipliers));
  params.proxy_delay_before_close = std::chrono::seconds(TRY(slice.load_u32()));
  params.client_delay_before_close = std::chrono::seconds(TRY(slice.load_u32()));
  if (params.struct_version >= kSinceStakes) {
    params.min_proxy_stake = TRY(slice.load_coins());
    params.min_client_stake = TRY(slice.load_coins());
  }
  params.proxy_code = TRY(load_code(slice));
  params.worker_code = TRY(load_code(slice));
  params.client_code = TRY(load_code(slice));
  TRY(slice.expect_end());
  return params;
}

base::Result<CellRef> build_contract_params(const ContractParams& params, ParamsForm form) {
  TRY(check_struct_version(params.struct_version));
  for (const CellRef& code : {params.proxy_code, params.worker_code, params.client_code}) {
    TRY(check_code(code));
  }
  CellBuilder cell;
  cell.store_uint(params.struct_version, 8).store_uint(params.params_version, 32);
  cell.store_uint(params.unique_id, 32).store_bit(params.is_test);
  cell.store_coins(params.price_per_token).store_coins(params.worker_fee_per_token);
  store_multipliers(cell, params.struct_version, params.multipliers);
  store_seconds(cell, params.proxy_delay_before_close);
  store_seconds(cell, params.client_delay_before_close);
  if (params.struct_version >= kSinceStakes) {
    cell.store_coins(params.min_proxy_stake).store_coins(params.min_client_stake);
  }
  cell.store_maybe_ref(form == ParamsForm::Full ? params.proxy_code : CellRef());
  cell.store_maybe_ref(form == ParamsForm::WithoutCode ? CellRef() : params.worker_code);
  cell.store_maybe_ref(form == ParamsForm::WithoutCode ? CellRef() : params.client_code);
  return cell.finish();
}

}  // namespace cocoon::ton
