// Reading transactions. Field orders are those of TON's block.tlb.
#include "ton/transaction.h"

#include "ton/dictionary.h"
#include "ton/limits.h"

namespace cocoon::ton {
namespace {

constexpr std::uint64_t kTransactionTag = 0b0111;
constexpr unsigned kCountBits = 15;

base::Result<void> skip_storage_phase(CellSlice& slice) {
  TRY(slice.load_coins());                             // collected
  if (TRY(slice.load_bit())) TRY(slice.load_coins());  // due
  const bool status_changed = TRY(slice.load_bit());
  if (status_changed) TRY(slice.load_bit());
  return {};
}

base::Result<void> skip_credit_phase(CellSlice& slice) {
  if (TRY(slice.load_bit())) TRY(slice.load_coins());
  TRY(load_currency(slice));
  return {};
}

base::Result<void> load_compute_phase(CellSlice& slice, TransactionDescription& description) {
  if (!TRY(slice.load_bit())) {
    description.compute = ComputePhase::Skipped;
    // no state 00, bad state 01, no gas 10, suspended 110
    const std::uint64_t reason = TRY(slice.load_uint(2));
    if (reason == 0b11) TRY(slice.load_bit());
    return {};
  }
  const bool success = TRY(slice.load_bit());
  description.compute = success ? ComputePhase::Succeeded : ComputePhase::Failed;
  TRY(slice.skip_bits(2));  // state used, account activated
  TRY(slice.load_coins());
  CellSlice details = TRY(slice.open_ref());
  TRY(details.load_var_uint(3));                               // gas used
  TRY(details.load_var_uint(3));                               // gas limit
  if (TRY(details.load_bit())) TRY(details.load_var_uint(2));  // gas credit
  TRY(details.load_int(8));                                    // mode
  description.exit_code = static_cast<std::int32_t>(TRY(details.load_int(32)));
  return {};
}

base::Result<void> load_action_phase(CellSlice phase, TransactionDescription& description) {
  description.action_success = TRY(phase.load_bit());
  TRY(phase.skip_bits(2));  // valid, no funds
  const bool status_changed = TRY(phase.load_bit());
  if (status_changed) TRY(phase.load_bit());
  if (TRY(phase.load_bit())) TRY(phase.load_coins());
  if (TRY(phase.load_bit())) TRY(phase.load_coins());
  description.action_result_code = static_cast<std::int32_t>(TRY(phase.load_int(32)));
  return {};
}

base::Result<void> load_maybe_action(CellSlice& slice, TransactionDescription& description) {
  if (!TRY(slice.load_bit())) return {};
  const CellSlice phase = TRY(slice.open_ref());
  return load_action_phase(phase, description);
}

base::Result<void> load_ordinary(CellSlice& slice, TransactionDescription& description) {
  TRY(slice.load_bit());  // credit first
  if (TRY(slice.load_bit())) TRY(skip_storage_phase(slice));
  if (TRY(slice.load_bit())) TRY(skip_credit_phase(slice));
  TRY(load_compute_phase(slice, description));
  TRY(load_maybe_action(slice, description));
  description.aborted = TRY(slice.load_bit());
  if (TRY(slice.load_bit())) {
    // Bounce phase: negative funds 00, no funds 01 with sizes and fee, ok 1 with sizes and fees.
    const bool ok = TRY(slice.load_bit());
    const bool sized = ok || TRY(slice.load_bit());
    if (sized) {
      TRY(slice.load_var_uint(3));
      TRY(slice.load_var_uint(3));
      TRY(slice.load_coins());
    }
    if (ok) TRY(slice.load_coins());
  }
  description.destroyed = TRY(slice.load_bit());
  return {};
}

base::Result<void> load_tick_tock(CellSlice& slice, TransactionDescription& description) {
  TRY(skip_storage_phase(slice));
  TRY(load_compute_phase(slice, description));
  TRY(load_maybe_action(slice, description));
  description.aborted = TRY(slice.load_bit());
  description.destroyed = TRY(slice.load_bit());
  return {};
}

// Ordinary 0000, storage 0001, tick 0010 and tock 0011, split 010_, merge 011_. The last two
// concern whole shards of an account and are told apart only.
base::Result<TransactionDescription> parse_description(CellSlice slice) {
  TransactionDescription description;
  const std::uint64_t tag = TRY(slice.load_uint(4));
  if (tag == 0) {
    TRY(load_ordinary(slice, description));
  } else if (tag == 1) {
    description.kind = TransactionDescription::Kind::Storage;
    TRY(skip_storage_phase(slice));
  } else if (tag == 2 || tag == 3) {
    description.kind = TransactionDescription::Kind::TickTock;
    TRY(load_tick_tock(slice, description));
  } else if (tag < 8) {
    description.kind =
        tag < 6 ? TransactionDescription::Kind::Split : TransactionDescription::Kind::Merge;
  } else {
    return base::Error(TonError::AccountForm, "A transaction is of an unknown kind.");
  }
  return description;
}

base::Result<void> load_messages(CellSlice cell, std::size_t count, Transaction& transaction) {
  const CellRef in = TRY(cell.load_maybe_ref());
  if (in) {
    transaction.in_message = TRY(parse_message(in));
    transaction.in_message_hash = in->hash();
  }
  const CellRef out = TRY(cell.load_maybe_ref());
  const std::vector<DictionaryEntry> entries =
      TRY(read_dictionary(out, kCountBits, kMaxOutMessages));
  if (entries.size() != count) {
    return base::Error(TonError::AccountForm, "A transaction miscounts its messages.");
  }
  for (const DictionaryEntry& entry : entries) {
    CellSlice value = entry.value;
    const CellRef message = TRY(value.load_ref());
    transaction.out_messages.push_back(TRY(parse_message(message)));
  }
  return cell.expect_end();
}

}  // namespace

base::Result<Transaction> parse_transaction(const CellRef& cell) {
  CellSlice slice = TRY(CellSlice::open(cell));
  TRY(slice.expect_tag(kTransactionTag, 4));
  Transaction transaction;
  transaction.hash = cell->hash();
  transaction.account = TRY(slice.load_bits256());
  transaction.lt = TRY(slice.load_uint(64));
  transaction.previous_hash = TRY(slice.load_bits256());
  transaction.previous_lt = TRY(slice.load_uint(64));
  transaction.now = TRY(slice.load_u32());
  const std::uint64_t out_count = TRY(slice.load_uint(kCountBits));
  transaction.before = static_cast<AccountStatus>(TRY(slice.load_uint(2)));
  transaction.after = static_cast<AccountStatus>(TRY(slice.load_uint(2)));
  const CellSlice messages = TRY(slice.open_ref());
  TRY(load_messages(messages, out_count, transaction));
  transaction.total_fees = TRY(load_currency(slice));
  TRY(slice.load_ref());  // hashes of the account before and after
  const CellSlice description = TRY(slice.open_ref());
  transaction.description = TRY(parse_description(description));
  TRY(slice.expect_end());
  return transaction;
}

}  // namespace cocoon::ton
