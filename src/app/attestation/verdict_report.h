// A verdict on paper: JSON for programs, sentences for people.
#pragma once

#include <string>

#include "attest/verdict.h"

namespace cocoon::app::attestation {

// {"accepted", "policy", "evidence", "tier", "image_hash", "platform", "refusal", "factors", ...}
std::string verdict_json(const attest::Verdict& verdict);

// What a passed factor proves, in a few words: "debugging is off".
std::string_view meaning_of(attest::FactorId id);

struct ReportLine {
  attest::FactorId id{};
  attest::Outcome outcome{};
  std::string text;  // the meaning, or why it failed; values behind it
};
std::vector<ReportLine> report_lines(const attest::Verdict& verdict);
// What the evidence does not prove, whatever passed.
std::vector<std::string> caveats(const attest::Verdict& verdict);

}  // namespace cocoon::app::attestation
