// Reading contracts' data, field by field.
#include "payment/chain/accounts.h"

#include "payment/chain/fields.h"

namespace cocoon::payment::chain {

using base::Result;
using ton::CellRef;
using ton::CellSlice;

std::string_view state_name(ContractState state) {
  switch (state) {
    case ContractState::Normal:
      return "normal";
    case ContractState::Closing:
      return "closing";
    case ContractState::Closed:
      return "closed";
  }
  CHECK(false);
}

Result<ContractState> contract_state(std::uint64_t number) {
  if (number > 2) {
    return base::Error(ton::TonError::ValueOutOfRange, "A contract is in an unknown state.");
  }
  return static_cast<ContractState>(number);
}

Result<ClientAccount> parse_client_account(const CellRef& data) {
  CellSlice slice = TRY(CellSlice::open(data));
  ClientAccount account;
  account.state = TRY(load_state(slice));
  account.balance = TRY(slice.load_coins());
  account.stake = TRY(slice.load_coins());
  account.tokens = TRY(load_tokens(slice));
  account.unlock_at = TRY(slice.load_u32());
  account.secret_hash = TRY(slice.load_bits256());
  CellSlice parties = TRY(slice.open_ref());
  account.owner = TRY(parties.load_address());
  account.proxy = TRY(parties.load_address());
  account.proxy_key = TRY(parties.load_bits256());
  TRY(parties.expect_end());
  TRY(slice.load_ref());  // params: the address says which
  if (slice.refs_left() > 0) {
    CellSlice terms = TRY(slice.open_ref());
    VoucherTerms voucher;
    voucher.key = TRY(terms.load_bits256());
    voucher.charged = TRY(terms.load_coins());
    TRY(terms.expect_end());
    account.voucher = voucher;
  }
  TRY(slice.expect_end());
  return account;
}

Result<ProxyAccount> parse_proxy_account(const CellRef& data) {
  CellSlice slice = TRY(CellSlice::open(data));
  ProxyAccount account;
  account.owner = TRY(slice.load_address());
  account.public_key = TRY(slice.load_bits256());
  account.root = TRY(slice.load_address());
  account.state = TRY(load_state(slice));
  account.commission = TRY(slice.load_coins());
  account.stake = TRY(slice.load_coins());
  account.unlock_at = TRY(slice.load_u32());
  TRY(slice.load_ref());  // params
  if (slice.refs_left() > 0) {
    CellSlice accounts = TRY(slice.open_ref());
    account.client_funds = TRY(accounts.load_coins());
    account.earned = TRY(accounts.load_coins());
    TRY(accounts.expect_end());
  }
  TRY(slice.expect_end());
  return account;
}

Result<WorkerAccount> parse_worker_account(const CellRef& data) {
  CellSlice slice = TRY(CellSlice::open(data));
  WorkerAccount account;
  account.owner = TRY(slice.load_address());
  account.proxy = TRY(slice.load_address());
  account.proxy_key = TRY(slice.load_bits256());
  account.state = TRY(load_state(slice));
  account.tokens = TRY(load_tokens(slice));
  TRY(slice.load_ref());  // params
  TRY(slice.expect_end());
  return account;
}

}  // namespace cocoon::payment::chain
