// Operation numbers of contract messages (schema/contracts.tlb). Those that begin with 7bd0a4 do
// not exist on the live network. Signed orders: ton/signed_payment.h.
#pragma once

#include <cstdint>

namespace cocoon::payment::chain {

enum class Operation : std::uint32_t {
  DoNotProcess = 0x9a1247c0,
  SaveState = 0x53109c0f,  // behind DoNotProcess
  // To a client contract.
  ClientTopUp = 0xf172e6c2,
  ClientReopen = 0x29111ceb,
  ClientRegister = 0xc45f9f3b,
  ClientChangeSecret = 0xa9357034,
  ClientChangeSecretAndTopUp = 0x8473b408,
  ClientIncreaseStake = 0x6a1f6a60,
  ClientWithdraw = 0xda068e78,
  ClientRequestRefund = 0xfafa6cc1,
  ClientSetVoucherKey = 0x7bd0a401,
  ClientChargeVoucher = 0x7bd0a402,
  // From a client contract to its proxy contract, and what the payload is.
  ClientRequest = 0x65448ff4,
  ToppedUp = 0x5cfc6b87,
  Registered = 0xa35cb580,
  RefundGranted = 0xc68ebc7b,
  RefundForced = 0xf4c354c9,
  Charged = 0x7bd0a411,
  Restored = 0x7bd0a412,
  VoucherKeySet = 0x7bd0a413,
  // To a worker contract.
  WorkerRegister = 0x26ed7f65,
  // From a worker contract to its proxy contract, and the payload.
  WorkerRequest = 0x4d725d2c,
  WorkerPaid = 0x08e7d036,
  // To a proxy contract.
  ProxyPayoutRequest = 0x7610e6eb,
  ProxyIncreaseStake = 0x9713f187,
  ProxyClose = 0xb51d5a01,
  ProxyCloseComplete = 0x7bd0a421,
  // What is signed by a client.
  Voucher = 0x7bd0a4ff,
};

constexpr std::uint32_t number_of(Operation operation) {
  return static_cast<std::uint32_t>(operation);
}

}  // namespace cocoon::payment::chain
