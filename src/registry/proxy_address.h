// The text under which a proxy registers: "workers_host:port clients_host:port", or one address
// that serves both.
#pragma once

#include <optional>
#include <string_view>

#include "registry/snapshot.h"

namespace cocoon::registry {

// Nothing if the text is anything else.
std::optional<RegisteredProxy> parse_proxy_address(std::uint32_t seqno, std::string_view text);

}  // namespace cocoon::registry
