// What simulated and fake evidence is found to say.
#include "attest/simulated/verifier.h"

#include <algorithm>

#include "attest/limits.h"
#include "attest/simulated/quote.h"
#include "base/check.h"
#include "base/encoding.h"

namespace cocoon::attest::simulated {
namespace {

Factor chain_factor(const Quote& quote, const std::vector<base::Bits256>& allowed_roots) {
  Values values = {{"root", base::to_hex(quote.root)}, {"program", quote.program}};
  if (std::ranges::find(allowed_roots, quote.root) == allowed_roots.end()) {
    return failed(FactorId::SignatureChain, Refusal::RootNotAllowed,
                  "The simulated quote is of the root key " + values[0].second +
                      ", which is not the one of this network.",
                  std::move(values));
  }
  if (!signature_holds(quote)) {
    return failed(FactorId::SignatureChain, Refusal::SignatureInvalid,
                  "The signature of the simulated quote doesn't hold.", std::move(values));
  }
  return passed(FactorId::SignatureChain, std::move(values));
}

Factor freshness_factor(const Quote& quote, base::WallTime now) {
  Values values = {{"issued_at", std::to_string(base::to_unix_whole_seconds(quote.issued_at))}};
  if (quote.issued_at > now + kClockSkew) {
    return failed(FactorId::Freshness, Refusal::EvidenceFromFuture,
                  "The simulated quote was issued in the future.", std::move(values));
  }
  if (quote.issued_at + kEvidenceLifetime + kClockSkew < now) {
    return failed(FactorId::Freshness, Refusal::EvidenceStale,
                  "The simulated quote is older than a day.", std::move(values));
  }
  return passed(FactorId::Freshness, std::move(values));
}

}  // namespace

Findings QuoteVerifier::examine(base::WallTime now, const Evidence& evidence) const {
  const auto* simulated = std::get_if<SimulatedEvidence>(&evidence);
  CHECK(simulated != nullptr);
  Findings findings;
  const base::Result<Quote> quote = parse_quote(simulated->quote);
  if (!quote) {
    findings.factors.push_back(
        failed(FactorId::SignatureChain, Refusal::EvidenceMalformed,
               quote.error().message() + " (" + std::string(quote.error().reason()) + ")"));
    return findings;
  }
  findings.statement = Statement{measurements_of(quote->program), quote->report_data};
  findings.factors.push_back(chain_factor(*quote, allowed_roots_));
  findings.factors.push_back(freshness_factor(*quote, now));
  return findings;
}

Findings FakeTdxVerifier::examine(base::WallTime, const Evidence& evidence) const {
  const auto* fake = std::get_if<FakeTdxEvidence>(&evidence);
  CHECK(fake != nullptr);
  Findings findings;
  findings.statement = Statement{TdxMeasurements{}, fake->report_data};
  findings.factors.push_back(not_checked(FactorId::SignatureChain, Refusal::FakeEvidence,
                                         "Fake TDX evidence has no signature."));
  return findings;
}

}  // namespace cocoon::attest::simulated
