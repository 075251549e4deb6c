// The project's compiled contracts as bags of cells. The source is made by tools/embed_contracts
// from contracts/build; contract_code.h is what others include.
#pragma once

#include "base/bytes.h"

namespace cocoon::ton {

base::BytesView root_contract_bytes();
base::BytesView proxy_contract_bytes();
base::BytesView client_contract_bytes();
base::BytesView worker_contract_bytes();
base::BytesView wallet_contract_bytes();

}  // namespace cocoon::ton
