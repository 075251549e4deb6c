// Any bytes as a quote with some other bytes as every part of its collateral: no crash, and never
// verified, since nobody but Intel can sign. Input: quote, then "\n--\n" between the parts.
#include <array>
#include <cstring>

#include "attest/intel/findings.h"
#include "attest/intel/root.h"
#include "attest/intel/verify.h"

namespace {

using cocoon::base::Bytes;
using cocoon::base::BytesView;

constexpr std::string_view kBetween = "\n--\n";

// Takes what stands before the next separator.
Bytes take_part(BytesView& rest) {
  const std::string_view text = cocoon::base::as_text(rest);
  const std::size_t end = text.find(kBetween);
  const Bytes part = cocoon::base::to_bytes(text.substr(0, end));
  rest = end == std::string_view::npos ? BytesView() : rest.subspan(end + kBetween.size());
  return part;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon::attest::intel;
  BytesView rest(data, size);
  const Bytes quote = take_part(rest);
  cocoon::attest::IntelCollateral collateral;
  for (Bytes cocoon::attest::IntelCollateral::* part :
       {&cocoon::attest::IntelCollateral::root_ca_crl, &cocoon::attest::IntelCollateral::pck_crl,
        &cocoon::attest::IntelCollateral::pck_crl_issuer_chain,
        &cocoon::attest::IntelCollateral::tcb_info_issuer_chain,
        &cocoon::attest::IntelCollateral::tcb_info_signature,
        &cocoon::attest::IntelCollateral::tcb_info,
        &cocoon::attest::IntelCollateral::qe_identity_issuer_chain,
        &cocoon::attest::IntelCollateral::qe_identity_signature,
        &cocoon::attest::IntelCollateral::qe_identity}) {
    collateral.*part = take_part(rest);
  }
  const auto now = cocoon::base::from_unix_seconds(1'751'624'191);
  const Examination found = examine_quote(now, quote, &collateral, intel_root());
  (void)findings_of(found, {}, {});
  (void)collateral_needed(quote).ok();
  // The seeds are genuine; what differs from them in a signed byte is not.
  if (found.fault() == nullptr && !found.evaluation) __builtin_trap();
  return 0;
}
