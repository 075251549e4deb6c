#include "app/books.h"

namespace cocoon::app {
namespace {

using payment::Account;
using payment::LedgerEntry;

base::Error damaged(const std::string& what) {
  return base::Error(payment::PaymentReason::BooksDamaged, "the database holds " + what);
}

store::AccountRecord to_row(const Account& account) {
  return {.id = account.id.index,
          .kind = std::string(payment::account_kind_name(account.kind)),
          .party = account.party,
          .balance = account.balance.count(),
          .metered_tokens = account.metered.tokens.count,
          .metered = account.metered.amount.count(),
          .settled_tokens = account.on_chain.tokens.count,
          .settled = account.on_chain.amount.count(),
          .sequence = static_cast<std::int64_t>(account.sequence)};
}

store::EntryRecord to_row(const LedgerEntry& entry) {
  const bool permanent = payment::is_permanent(entry.kind);
  return {.sequence = static_cast<std::int64_t>(entry.sequence),
          .keep = permanent ? store::Keep::Permanent : store::Keep::Recent,
          .kind = std::string(payment::entry_kind_name(entry.kind)),
          .at_us = entry.at.time_since_epoch().count(),
          .account = entry.account.index,
          .worker = entry.worker.index,
          .reference = entry.reference,
          .prompt_tokens = entry.tokens.prompt.count,
          .cached_tokens = entry.tokens.cached.count,
          .completion_tokens = entry.tokens.completion.count,
          .reasoning_tokens = entry.tokens.reasoning.count,
          .excess_tokens = entry.excess.count,
          .amount = entry.amount.count(),
          .worker_part = entry.worker_part.count(),
          .digest = entry.digest};
}

base::Result<std::uint32_t> index_of(std::int64_t number) {
  if (number < 0 || number > UINT32_MAX) return damaged("an account number out of range");
  return static_cast<std::uint32_t>(number);
}

// Whoever can write the file may write any number: a sum of four must stay a number.
base::Result<payment::AdjustedTokens> tokens_of(const store::EntryRecord& row) {
  payment::AdjustedTokens tokens{.prompt = {row.prompt_tokens},
                                 .cached = {row.cached_tokens},
                                 .completion = {row.completion_tokens},
                                 .reasoning = {row.reasoning_tokens},
                                 .total = {}};
  for (const auto part : {tokens.prompt, tokens.cached, tokens.completion, tokens.reasoning}) {
    if (part.count < 0 || part.count > INT64_MAX / 4) {
      return damaged("a token count out of range");
    }
    tokens.total.count += part.count;
  }
  return tokens;
}

base::Result<Account> from_row(const store::AccountRecord& row) {
  const auto kind = payment::parse_account_kind(row.kind);
  if (!kind || row.sequence < 0) return damaged("an account of an unknown kind");
  const payment::Metered metered{{row.metered_tokens}, base::Nanoton(row.metered)};
  Account account{};
  account.id = {TRY(index_of(row.id))};
  account.kind = *kind;
  account.party = row.party;
  account.balance = base::Nanoton(row.balance);
  account.metered = metered;
  account.on_disk = metered;
  account.on_chain = {{row.settled_tokens}, base::Nanoton(row.settled)};
  account.sequence = static_cast<std::uint64_t>(row.sequence);
  return account;
}

base::Result<LedgerEntry> from_row(const store::EntryRecord& row) {
  const auto kind = payment::parse_entry_kind(row.kind);
  if (!kind || row.sequence < 0) return damaged("an entry of an unknown kind");
  LedgerEntry entry{};
  entry.sequence = static_cast<std::uint64_t>(row.sequence);
  entry.kind = *kind;
  entry.at = base::WallTime(base::Duration(row.at_us));
  entry.account = {TRY(index_of(row.account))};
  entry.worker = {TRY(index_of(row.worker))};
  entry.reference = row.reference;
  entry.tokens = TRY(tokens_of(row));
  entry.excess = {row.excess_tokens};
  entry.amount = base::Nanoton(row.amount);
  entry.worker_part = base::Nanoton(row.worker_part);
  entry.digest = row.digest;
  return entry;
}

}  // namespace

store::Batch to_rows(const payment::LedgerBatch& batch) {
  store::Batch rows;
  rows.entries.reserve(batch.entries.size());
  for (const auto& entry : batch.entries) rows.entries.push_back(to_row(entry));
  for (const auto& account : batch.accounts) rows.accounts.push_back(to_row(account));
  return rows;
}

base::Result<payment::LedgerSnapshot> from_rows(const store::Contents& contents) {
  payment::LedgerSnapshot snapshot;
  for (const auto& row : contents.accounts) snapshot.accounts.push_back(TRY(from_row(row)));
  for (const auto& row : contents.entries) snapshot.entries.push_back(TRY(from_row(row)));
  return snapshot;
}

}  // namespace cocoon::app
