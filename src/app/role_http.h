// The statistics and health pages that every role serves on this machine.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/control.h"
#include "app/metrics.h"
#include "app/role_shell.h"
#include "io/http_server.h"

namespace cocoon::app {

struct RolePages {
  std::function<std::string()> stats;  // the /jsonstats document
  std::function<bool()> ready;
  std::function<void(MetricsPage&)> metrics;  // the role's own
  std::shared_ptr<const Controls> controls = std::make_shared<Controls>();
};

// Answers GET /healthz and /readyz, and to callers on this machine /metrics, /jsonstats, /stats and
// /cocoon/peers, and POST /control/... (app/control.h). False if the path is none of these.
bool serve_page(const RoleShell& shell, const RolePages& pages, io::HttpExchange& exchange);

class RoleHttp {
 public:
  static base::Result<std::unique_ptr<RoleHttp>> open(RoleShell& shell, const std::string& listen,
                                                      RolePages pages);
  const std::string& address() const { return address_; }

 private:
  RoleHttp() = default;
  std::unique_ptr<io::HttpServer> server_;
  std::string address_;
};

}  // namespace cocoon::app
