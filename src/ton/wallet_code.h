// The code of common wallet contracts.
#pragma once

#include "ton/cell.h"

namespace cocoon::ton {

CellRef wallet_v3r2_code();
CellRef wallet_v4r2_code();
CellRef wallet_v5r1_code();

}  // namespace cocoon::ton
