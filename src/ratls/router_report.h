// The report of a router on this machine: who is at the other end of the connection that it hands
// over. The reference implementation's applications speak plainly to local routers, which do TLS
// for them; this is the first thing that the application then reads.
//
// Format: u32 length, then (integers little-endian, all fields multiples of four bytes)
//   first layout:  int32 0 or 1: is there a report | if 1: int32 kind (0 TDX, 1 SGX), measurements,
//   64 report data |
//                  48 collateral root hash | peer
//   second layout: int32 2 | int32 kind (0 TDX, 1 SEV-SNP), measurements, 64 report data | for TDX:
//   48 collateral root
//                  hash | peer
//   peer: public key (32 bytes as TL string) | source host (TL string), int32 port | destination
//   host, int32 port
#pragma once

#include <optional>
#include <string>

#include "attest/evidence.h"
#include "attest/measurement.h"
#include "base/bytes.h"
#include "base/result.h"
#include "ratls/error.h"

namespace cocoon::ratls {

enum class RouterReportLayout { First, Second };

struct Endpoint {
  std::string host;       // an IP address, usually
  std::int32_t port = 0;  // 0 to 65535
};

struct RouterReport {
  RouterReportLayout layout = RouterReportLayout::First;
  std::optional<attest::Statement> statement;
  base::Bits384 collateral_root_hash{};  // all zero if there is none
  base::Bits256 public_key{};            // the peer's, as the router says
  Endpoint source;
  Endpoint destination;
};

// `bytes` is what the u32 length announced, at most kRouterReportSizeMax bytes.
base::Result<RouterReport> parse_router_report(base::BytesView bytes);
// With its length before it. The second layout needs a statement; SGX exists in the first only,
// SEV-SNP in the second.
base::Bytes serialize_router_report(const RouterReport& report);

// What can be made of the report: nothing, fake evidence (measurements all zero), or somebody
// else's word.
attest::Evidence evidence_of(const RouterReport& report);

}  // namespace cocoon::ratls
