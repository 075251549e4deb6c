// Why the proxy refuses a worker's terms, a client's proof or its request.
#pragma once

#include <string_view>

namespace cocoon::proxy {

enum class Refusal {
  BadPrice,
  BadCapacity,
  BadModel,
  ModelNotRegistered,
  ImageNotRegistered,
  BadRequest,
  ConfigTooOld,
  Draining,
  TooManyRequests,
  // Workers' messages.
  BadMessage,
  UnexpectedMessage,
  OfferPrices,
  OfferWeights,
  // Clients' proofs and channels.
  BadProof,
  WrongSecret,
  LongProofUnavailable,
  ContractNotOpen,
  VouchersNotTaken,
  ChannelClosing,
};

std::string_view reason_name(Refusal refusal);

}  // namespace cocoon::proxy
