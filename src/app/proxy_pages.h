// The proxy's /jsonstats document and its part of /metrics.
#pragma once

#include <string>

#include "app/metrics.h"
#include "app/role_shell.h"
#include "proxy/proxy.h"

namespace cocoon::app {

std::string proxy_stats_json(const RoleShell& shell, const proxy::Proxy& machine);
void add_proxy_metrics(MetricsPage& page, const proxy::Proxy& machine);

}  // namespace cocoon::app
