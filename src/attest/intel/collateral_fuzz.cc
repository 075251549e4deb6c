// Any bytes as TCB info and as the identity of a quoting enclave: what is read keeps its bounds,
// and every quote can be compared with it;
// what is cut out of a body is an object.
#include "attest/intel/json.h"
#include "attest/intel/limits.h"
#include "attest/intel/signed_body.h"
#include "attest/intel/tcb_info.h"
#include "attest/intel/tcb_match.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon::attest::intel;
  const cocoon::base::BytesView bytes(data, size);
  if (const auto body = split_signed_body(bytes, "tcbInfo")) {
    if (body->object.size() > size || body->object.front() != '{' || body->object.back() != '}') {
      __builtin_trap();
    }
    if (!parse_json(body->object)) __builtin_trap();
  }
  cocoon::attest::TdReport report;
  report.tee_tcb_svn[0] = size > 0 ? data[size / 2] : 0;
  report.tee_tcb_svn[1] = size > 1 ? data[size - 1] % 4 : 0;
  report.newer.emplace();
  if (const auto info = parse_tcb_info(bytes)) {
    if (info->levels.empty() || info->levels.size() > kTcbLevelsMax) __builtin_trap();
    PckExtension platform;
    platform.pce_svn = 13;
    platform.sgx_svns.fill(3);
    if (info->tdx_module) {
      (void)check_tdx_module(*info, report).ok();
      (void)evaluate_td(*info, {}, platform, report).ok();
    }
    (void)evaluate_enclave(*info, {}, platform).ok();
  }
  if (const auto identity = parse_qe_identity(bytes)) {
    if (identity->levels.empty()) __builtin_trap();
    (void)check_qe(*identity, {}).ok();
    (void)qe_level(*identity, {}).ok();
  }
  return 0;
}
