// Reading accounts. Field orders are those of TON's block.tlb.
#include "ton/account.h"

namespace cocoon::ton {
namespace {

constexpr unsigned kSizeLengthBits = 3;  // VarUInteger 7
constexpr unsigned kStorageNone = 0b000;
constexpr unsigned kStorageDictionary = 0b001;

base::Result<void> load_storage_info(CellSlice& slice, Account& account) {
  account.used_cells = TRY(slice.load_var_uint(kSizeLengthBits));
  account.used_bits = TRY(slice.load_var_uint(kSizeLengthBits));
  // Older states had a third size here, of public cells, which was always 0: the same bits.
  const std::uint64_t extra = TRY(slice.load_uint(3));
  if (extra == kStorageDictionary) {
    account.storage_hash = TRY(slice.load_bits256());
  } else if (extra != kStorageNone) {
    return base::Error(TonError::AccountForm, "An account's storage is of an unknown kind.");
  }
  account.last_paid = TRY(slice.load_u32());
  if (TRY(slice.load_bit())) account.due_payment = TRY(slice.load_coins());
  return {};
}

base::Result<void> load_state(CellSlice& slice, Account& account) {
  if (TRY(slice.load_bit())) {
    account.status = AccountStatus::Active;
    account.state = TRY(load_state_init(slice));
  } else if (TRY(slice.load_bit())) {
    account.status = AccountStatus::Frozen;
    account.frozen_state = TRY(slice.load_bits256());
  } else {
    account.status = AccountStatus::Uninitialized;
  }
  return slice.expect_end();
}

}  // namespace

base::Result<std::optional<Account>> parse_account(const CellRef& cell) {
  CellSlice slice = TRY(CellSlice::open(cell));
  if (!TRY(slice.load_bit())) {
    TRY(slice.expect_end());
    return std::optional<Account>{};
  }
  Account account;
  const MessageAddress address = TRY(load_message_address(slice));
  const std::optional<Address> plain = address.account();
  if (!plain) return base::Error(TonError::AccountForm, "An account's address is not a plain one.");
  account.address = *plain;
  TRY(load_storage_info(slice, account));
  account.last_transaction_lt = TRY(slice.load_uint(64));
  account.balance = TRY(load_currency(slice));
  TRY(load_state(slice, account));
  return std::optional(account);
}

}  // namespace cocoon::ton
