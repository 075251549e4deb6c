// What operations cost, measured on the real TVM at the live chain's prices (contracts/gas.json, to
// which a test compares these). Those of contracts are without the fee of the wallet that sends the
// order.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "base/nanoton.h"

namespace cocoon::payment::chain {

struct MeasuredFee {
  std::string_view operation;  // as contracts/gas.json names it
  base::Nanoton fee;
};
inline constexpr MeasuredFee kOpenFee{"client: open", base::Nanoton(12'021'600)};
inline constexpr MeasuredFee kReopenFee{"client: reopen", base::Nanoton(12'115'200)};
inline constexpr MeasuredFee kTopUpFee{"client: top up", base::Nanoton(12'021'600)};
inline constexpr MeasuredFee kWithdrawFee{"client: withdraw", base::Nanoton(12'554'400)};
inline constexpr MeasuredFee kRequestRefundFee{"client: request refund", base::Nanoton(7'730'400)};
inline constexpr MeasuredFee kCollectRefundFee{"client: collect refund", base::Nanoton(12'841'826)};
// What the wallet pays for sending an order; more for one that deploys a channel's contract, since
// its code goes along, and for the wallet's first, which brings its own.
inline constexpr MeasuredFee kOrderFee{"wallet: an order", base::Nanoton(3'388'400)};
inline constexpr MeasuredFee kDeployOrderFee{"wallet: an order that deploys a channel",
                                             base::Nanoton(35'530'000)};
inline constexpr MeasuredFee kFirstOrderFee{"wallet: its first order", base::Nanoton(5'293'200)};
inline constexpr std::array kMeasuredFees{kOpenFee,     kReopenFee,        kTopUpFee,
                                          kWithdrawFee, kRequestRefundFee, kCollectRefundFee,
                                          kOrderFee,    kDeployOrderFee,   kFirstOrderFee};

// A client's contract keeps so much for its storage, and takes of each message no more than the
// refill towards it (contracts/src/value.tolk, STORAGE_RESERVE and REFILL).
inline constexpr base::Nanoton kStorageReserve{100'000'000};
inline constexpr base::Nanoton kReserveRefill{20'000'000};
// What the next message pays towards it; `coins` are on the contract now.
constexpr base::Nanoton missing_storage_reserve(base::Nanoton coins) {
  return coins < kStorageReserve ? std::min(kStorageReserve - coins, kReserveRefill)
                                 : base::Nanoton{};
}

// What a message to a contract of the live network carries, beside a deposit: what its contracts
// insist on, and room for the dearest way. They return what they don't use.
inline constexpr base::Nanoton kLiveRequestValue{700'000'000};

}  // namespace cocoon::payment::chain
