// The code of the project's own contracts (contracts/src), as it is deployed. A network's root
// names the code that holds there, which may be another.
#pragma once

#include "ton/cell.h"

namespace cocoon::ton {

enum class CocoonContract { Root, Proxy, Client, Worker, Wallet };

CellRef contract_code(CocoonContract contract);

}  // namespace cocoon::ton
