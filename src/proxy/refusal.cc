#include "proxy/refusal.h"

namespace cocoon::proxy {

std::string_view reason_name(Refusal refusal) {
  switch (refusal) {
    case Refusal::BadPrice:
      return "bad_price";
    case Refusal::BadCapacity:
      return "bad_capacity";
    case Refusal::BadModel:
      return "bad_model";
    case Refusal::ModelNotRegistered:
      return "model_not_registered";
    case Refusal::ImageNotRegistered:
      return "image_not_registered";
    case Refusal::BadRequest:
      return "bad_request";
    case Refusal::ConfigTooOld:
      return "config_too_old";
    case Refusal::Draining:
      return "draining";
    case Refusal::TooManyRequests:
      return "too_many_requests";
    case Refusal::BadMessage:
      return "bad_message";
    case Refusal::UnexpectedMessage:
      return "unexpected_message";
    case Refusal::OfferPrices:
      return "offer_prices";
    case Refusal::OfferWeights:
      return "offer_weights";
    case Refusal::BadProof:
      return "bad_proof";
    case Refusal::WrongSecret:
      return "wrong_secret";
    case Refusal::LongProofUnavailable:
      return "long_proof_unavailable";
    case Refusal::ContractNotOpen:
      return "contract_not_open";
    case Refusal::VouchersNotTaken:
      return "vouchers_not_taken";
    case Refusal::ChannelClosing:
      return "channel_closing";
  }
  return "unknown";
}

}  // namespace cocoon::proxy
