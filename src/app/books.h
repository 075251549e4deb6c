// The ledger's entries and accounts as rows of the store, and back.
#pragma once

#include "payment/ledger.h"
#include "store/records.h"

namespace cocoon::app {

store::Batch to_rows(const payment::LedgerBatch& batch);
// Refuses rows that no ledger has written (unknown kinds, numbers out of range).
base::Result<payment::LedgerSnapshot> from_rows(const store::Contents& contents);

}  // namespace cocoon::app
