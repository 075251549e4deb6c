// What an examined quote is worth, factor by factor, under rules.
#pragma once

#include <vector>

#include "attest/factor.h"
#include "attest/intel/verify.h"
#include "attest/policy.h"

namespace cocoon::attest::intel {

// What a trust domain may look like beyond its TCB.
struct TdRules {
  // Extended features that a TD may have been given: those of the TDX module specification.
  std::uint64_t xfam_allowed = 0x6dbe7;
  // MRSERVICETD of accepted bound service TDs, such as migration TDs; "none" is always accepted.
  std::vector<base::Bits384> service_tds;
  // MRSEAM of accepted TDX modules; empty: all that Intel's collateral accepts.
  std::vector<base::Bits384> tdx_modules;
};

// Factors: signature chain, collateral dates, revocation lists, TCB status, TDX module identity
// (trust domains only), QE identity, debug off, attributes. A statement if the quote could be read;
// a platform if its chain and signatures hold.
Findings findings_of(const Examination& examination, const TcbRules& tcb, const TdRules& td);

}  // namespace cocoon::attest::intel
