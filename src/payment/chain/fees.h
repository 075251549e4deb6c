// What operations cost, measured on the real TVM at the live chain's prices (contracts/gas.json, to
// which a test compares these). Without the fee of the wallet that sends the order.
#pragma once

#include <array>
#include <string_view>

#include "base/nanoton.h"

namespace cocoon::payment::chain {

struct MeasuredFee {
  std::string_view operation;  // as contracts/gas.json names it
  base::Nanoton fee;
};
inline constexpr MeasuredFee kTopUpFee{"client: top up", base::Nanoton(12'021'600)};
inline constexpr MeasuredFee kWithdrawFee{"client: withdraw", base::Nanoton(12'554'400)};
inline constexpr MeasuredFee kRequestRefundFee{"client: request refund", base::Nanoton(7'730'400)};
inline constexpr MeasuredFee kCollectRefundFee{"client: collect refund", base::Nanoton(12'841'826)};
inline constexpr MeasuredFee kOrderFee{"wallet: an order", base::Nanoton(3'388'400)};
inline constexpr std::array kMeasuredFees{kTopUpFee, kWithdrawFee, kRequestRefundFee,
                                          kCollectRefundFee, kOrderFee};

// What a message to a contract of the live network carries, beside a deposit: what its contracts
// insist on, and room for the dearest way. They return what they don't use.
inline constexpr base::Nanoton kLiveRequestValue{700'000'000};

}  // namespace cocoon::payment::chain
