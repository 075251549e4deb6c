// The protocol's byte machines as io preambles: proof of work, SOCKS5, the router's report.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "io/dialer.h"
#include "io/preamble.h"
#include "ratls/router_report.h"

namespace cocoon::app {

std::unique_ptr<io::Preamble> pow_challenger(base::Random& random, std::int32_t difficulty);
std::unique_ptr<io::Preamble> pow_answerer();
// CONNECT to `target` through the router that was dialled.
base::Result<std::unique_ptr<io::Preamble>> socks_client(const io::HostPort& target);

// Reads the report that a local router sends before anything else; report() is set once done.
class RouterReportReader : public io::Preamble {
 public:
  base::Result<std::size_t> handle_bytes(base::BytesView bytes) override;
  base::Bytes poll_output() override { return {}; }
  bool done() const override { return report_.has_value(); }
  const ratls::RouterReport& report() const { return *report_; }

 private:
  base::Bytes received_;
  std::optional<ratls::RouterReport> report_;
};

}  // namespace cocoon::app
