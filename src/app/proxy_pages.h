// The proxy's /jsonstats document.
#pragma once

#include <string>

#include "app/role_shell.h"
#include "proxy/proxy.h"

namespace cocoon::app {

std::string proxy_stats_json(const RoleShell& shell, const proxy::Proxy& machine);

}  // namespace cocoon::app
