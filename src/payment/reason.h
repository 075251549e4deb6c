// Why a payment operation is refused: the names that counters, logs, tests and error answers use.
#pragma once

#include <string_view>

namespace cocoon::payment {

enum class PaymentReason {
  // Prices and token counts.
  NegativeTokens,
  TooManyTokens,
  TotalMismatch,
  BadCoefficient,
  BadTariff,
  AmountOverflow,
  // Accounts.
  BadParty,
  BadAmount,
  UnknownAccount,
  WrongAccountKind,
  TooManyAccounts,
  TooManyDeposits,
  // Requests.
  InsufficientFunds,
  AlreadyReserved,
  AlreadyCharged,
  AlreadyRefunded,
  UnknownRequest,
  TooManyRequests,
  DiskBehind,
  // What the chain reports.
  ChainAhead,  // more is settled there than these books have metered
  NotCovered,  // more has left than these books hold
  // Stored books that can't be taken over.
  BooksDamaged,
  BooksUnbalanced,
  BooksDigestMismatch,
  BooksStale,  // an account is not what the newest epoch sealed
  MemoryDamaged,
};

std::string_view reason_name(PaymentReason reason);

}  // namespace cocoon::payment
