// The stable names of refusals.
#include "payment/reason.h"

namespace cocoon::payment {

std::string_view reason_name(PaymentReason reason) {
  switch (reason) {
    case PaymentReason::NegativeTokens:
      return "negative_tokens";
    case PaymentReason::TooManyTokens:
      return "too_many_tokens";
    case PaymentReason::TotalMismatch:
      return "total_mismatch";
    case PaymentReason::BadCoefficient:
      return "bad_coefficient";
    case PaymentReason::BadTariff:
      return "bad_tariff";
    case PaymentReason::AmountOverflow:
      return "amount_overflow";
    case PaymentReason::BadParty:
      return "bad_party";
    case PaymentReason::BadAmount:
      return "bad_amount";
    case PaymentReason::UnknownAccount:
      return "unknown_account";
    case PaymentReason::WrongAccountKind:
      return "wrong_account_kind";
    case PaymentReason::TooManyAccounts:
      return "too_many_accounts";
    case PaymentReason::TooManyDeposits:
      return "too_many_deposits";
    case PaymentReason::InsufficientFunds:
      return "insufficient_funds";
    case PaymentReason::AlreadyReserved:
      return "already_reserved";
    case PaymentReason::AlreadyCharged:
      return "already_charged";
    case PaymentReason::AlreadyRefunded:
      return "already_refunded";
    case PaymentReason::UnknownRequest:
      return "unknown_request";
    case PaymentReason::TooManyRequests:
      return "too_many_requests";
    case PaymentReason::DiskBehind:
      return "disk_behind";
    case PaymentReason::ChainAhead:
      return "chain_ahead";
    case PaymentReason::NotCovered:
      return "not_covered";
    case PaymentReason::BooksDamaged:
      return "books_damaged";
    case PaymentReason::BooksUnbalanced:
      return "books_unbalanced";
    case PaymentReason::BooksDigestMismatch:
      return "books_digest_mismatch";
    case PaymentReason::BooksStale:
      return "books_stale";
    case PaymentReason::MemoryDamaged:
      return "memory_damaged";
  }
  return "unknown";
}

}  // namespace cocoon::payment
