// The configuration file of a TON network (global.config.json): its lite servers, and the blocks
// with which trust begins. ton.org publishes those of mainnet and testnet; devnet writes its own.
//
// Everything a lite client believes follows from `zero_state` and `init_block`, so the file is to
// come from where one's software comes from. Members for other software are ignored.
#pragma once

#include <string_view>

#include "base/result.h"
#include "ton/lite_client.h"

namespace cocoon::registry {

// Refuses a file without lite servers or blocks, and servers whose type of key is unknown.
base::Result<ton::LiteClientConfig> parse_chain_config(std::string_view json);

}  // namespace cocoon::registry
