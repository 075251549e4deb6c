// `cocoon attest verify`: whether evidence holds, what it proves, and what it does not.
#include <algorithm>
#include <charconv>
#include <chrono>

#include "app/attestation/collateral_keeper.h"
#include "app/attestation/policy_file.h"
#include "app/attestation/verdict_report.h"
#include "app/attestation/verifiers.h"
#include "app/commands/evidence_file.h"
#include "app/commands/fault.h"
#include "app/commands/handlers.h"
#include "app/commands/table.h"
#include "app/role_main.h"
#include "attest/collateral/limits.h"
#include "attest/quote.h"
#include "base/encoding.h"
#include "io/files.h"

namespace cocoon::app::commands {
namespace {

using base::Result;

constexpr std::size_t kPolicyFileMax = 1 << 20;
constexpr base::Duration kCollateralWait = std::chrono::seconds(20);

// "1751624191" or "2026-06-30T07:53:47Z".
std::optional<base::WallTime> parse_time(const std::string& text) {
  std::int64_t seconds = 0;
  const char* end = text.data() + text.size();
  const auto whole = std::from_chars(text.data(), end, seconds);
  constexpr std::int64_t kYear9999 = 253'402'300'799;
  if (whole.ec == std::errc() && whole.ptr == end && seconds >= 0 && seconds <= kYear9999) {
    return base::from_unix_seconds(seconds);
  }
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  int used = 0;
  if (std::sscanf(text.c_str(), "%4u-%2u-%2uT%2u:%2u:%2uZ%n", &year, &month, &day, &hour, &minute,
                  &second, &used) != 6 ||
      static_cast<std::size_t>(used) != text.size()) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return base::WallTime(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
                        std::chrono::minutes(minute) + std::chrono::seconds(second));
}

Result<base::WallTime> time_of(const Arguments& arguments) {
  if (!arguments.has("--at")) return io::Runtime().now().wall;
  if (const auto time = parse_time(arguments.text("--at"))) return *time;
  return fault(CommandFault::Usage,
               "--at wants Unix seconds or a time such as 2026-06-30T07:53:47Z");
}

Result<std::vector<base::Bits256>> images_of(const Arguments& arguments) {
  std::vector<base::Bits256> images;
  if (!arguments.has("--image")) return images;
  const auto image = base::bits256_from_hex(arguments.text("--image"));
  if (!image) return fault(CommandFault::Usage, "--image wants 64 hexadecimal digits");
  images.push_back(*image);
  return images;
}

Result<attest::Policy> policy_of(const Arguments& arguments) {
  const std::string name = arguments.text("--policy", "genuine");
  auto images = TRY(images_of(arguments));
  if (name.ends_with(".toml")) {
    const base::Bytes text = TRY(io::read_file(name, kPolicyFileMax));
    return attestation::parse_policy(base::as_text(text), name, std::move(images));
  }
  auto policy = TRY(attestation::built_in_policy(name, images));
  if (!images.empty()) policy.allowed_images = std::move(images);
  return policy;
}

// What the evidence should have been made for, if anybody says so.
Result<std::optional<base::Bits512>> expected_report_data(const Arguments& arguments,
                                                          const ShownEvidence& shown) {
  if (arguments.has("--report-data")) {
    const auto bytes = base::from_hex(arguments.text("--report-data"));
    base::Bits512 bits{};
    if (!bytes || bytes->size() != bits.size()) {
      return fault(CommandFault::Usage, "--report-data wants 128 hexadecimal digits");
    }
    std::ranges::copy(*bytes, bits.begin());
    return std::optional(bits);
  }
  if (shown.claims) return std::optional(attest::report_data(*shown.claims));
  if (shown.key) return std::optional(attest::report_data(attest::Claims{*shown.key}));
  return std::optional<base::Bits512>();
}

Result<void> load_bundle(const Arguments& arguments, base::WallTime now,
                         attestation::LiveCollateral& live) {
  if (!arguments.has("--bundle")) return {};
  const base::Bytes text =
      TRY(io::read_file(arguments.text("--bundle"), attest::collateral::kBundleSizeMax));
  return live.add_bundle(now, base::as_text(text));
}

// Asks the service for what the first look missed.
void fetch_missing(const Arguments& arguments,
                   const std::shared_ptr<attestation::LiveCollateral>& live, const Terminal& err) {
  const attestation::CollateralUrls urls{.intel = arguments.text("--collateral-url"),
                                         .amd = arguments.text("--collateral-amd-url"),
                                         .nvidia = {}};
  if (urls.intel.empty() && urls.amd.empty()) return;
  io::Runtime runtime;
  io::Timer limit(runtime, [&] { runtime.stop(); });
  limit.arm_in(kCollateralWait);
  attestation::CollateralKeeper keeper(runtime, urls, live, nullptr,
                                       [&](const std::string& why) { err.line(printable(why)); });
  keeper.refresh([&] { runtime.stop(); });
  runtime.run();
}

Result<void> save_bundle(const Arguments& arguments, const attestation::LiveCollateral& live) {
  if (!arguments.has("--save-bundle")) return {};
  const std::string text = attest::collateral::write_bundle(live.items());
  return io::write_file(arguments.text("--save-bundle"), base::as_bytes(text));
}

struct Judging {
  const ShownEvidence& shown;
  const attest::Policy& policy;
  const std::optional<base::Bits512>& expected;
  base::WallTime now;
};

attest::Verdict judge(const Judging& judging,
                      const std::shared_ptr<const attestation::LiveCollateral>& live) {
  const auto verifiers = attestation::real_verifiers(live, judging.policy);
  std::vector<const attest::EvidenceVerifier*> list;
  for (const auto& verifier : verifiers) list.push_back(verifier.get());
  attest::Expectation expectation{.key = judging.shown.key};
  if (judging.expected) {
    expectation.report_data = *judging.expected;
    return attest::judge(judging.now, judging.shown.evidence, expectation, judging.policy, list);
  }
  // Nobody says for whom it was made: judged for whom it says, and the binding counts for nothing.
  const auto read = attest::read_unverified(judging.shown.evidence);
  if (read && read->statement) expectation.report_data = read->statement->report_data;
  attest::Verdict verdict =
      attest::judge(judging.now, judging.shown.evidence, expectation, judging.policy, list);
  verdict.factors[static_cast<std::size_t>(attest::FactorId::ReportDataBinding)] =
      attest::not_checked(attest::FactorId::ReportDataBinding, attest::Refusal::FactorNotChecked,
                          "Nobody said for which key it should have been made (--report-data).");
  return verdict;
}

bool asks_for_binding(const attest::Policy& policy) {
  return std::ranges::any_of(policy.accepted, [](const attest::AcceptedEvidence& accepted) {
    return std::ranges::find(accepted.required, attest::FactorId::ReportDataBinding) !=
           accepted.required.end();
  });
}

Cell outcome_cell(attest::Outcome outcome) {
  switch (outcome) {
    case attest::Outcome::Passed:
      return {"passed", Ink::Good};
    case attest::Outcome::Failed:
      return {"failed", Ink::Bad};
    case attest::Outcome::NotChecked:
      return {"not checked", Ink::Dim};
  }
  CHECK(false);
}

void print_report(const Terminal& out, const attest::Verdict& verdict, const std::string& origin) {
  const std::string mark = verdict.accepted()
                               ? out.sign(Sign::Done) + " " + out.paint(Ink::Good, "accepted")
                               : out.sign(Sign::Failed) + " " + out.paint(Ink::Bad, "refused");
  out.line(mark + "  " + printable(origin) + ", policy " + printable(verdict.policy) + ", tier " +
           std::string(attest::tier_name(verdict.tier)));
  if (verdict.refusal) {
    out.line("  " + std::string(verdict.refusal->reason()) + ": " +
             printable(verdict.refusal->message()));
  }
  if (verdict.image_hash) out.line("  image " + base::to_hex(*verdict.image_hash));
  if (verdict.platform) out.line("  machine " + base::to_hex(*verdict.platform));
  out.line("");
  Table table({{"FACTOR"}, {"OUTCOME"}, {"DETAILS"}});
  for (const attestation::ReportLine& line : attestation::report_lines(verdict)) {
    table.add(
        {{std::string(attest::factor_name(line.id))}, outcome_cell(line.outcome), {line.text}});
  }
  out.write(table.text(out));
  const auto caveats = attestation::caveats(verdict);
  if (!caveats.empty()) out.line("\nIt does not prove everything:");
  for (const std::string& sentence : caveats) out.line("  - " + sentence);
}

Result<ShownEvidence> find_evidence(const Arguments& arguments) {
  const std::string& where = arguments.operands().front();
  const std::string key_certificate = arguments.text("--key-certificate");
  auto file = read_evidence_file(where, key_certificate);
  if (file || !file.error().is(io::IoFault::FileNotFound) || !io::HostPort::parse(where)) {
    return file;
  }
  return ask_peer(where);
}

}  // namespace

Result<int> run_attest_verify(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  const base::WallTime now = TRY(time_of(arguments));
  const attest::Policy policy = TRY(policy_of(arguments));
  const ShownEvidence shown = TRY(find_evidence(arguments));
  const auto expected = TRY(expected_report_data(arguments, shown));
  if (!expected && asks_for_binding(policy)) {
    return fault(CommandFault::Usage, "policy " + policy.name +
                                          " asks for whom the evidence was made: say it with "
                                          "--report-data, or give the peer's certificate");
  }
  auto live = std::make_shared<attestation::LiveCollateral>();
  TRY(load_bundle(arguments, now, *live));
  const Judging judging{shown, policy, expected, now};
  attest::Verdict verdict = judge(judging, live);
  if (!live->due(now).empty()) {
    fetch_missing(arguments, live, invocation.err);
    verdict = judge(judging, live);
  }
  TRY(save_bundle(arguments, *live));
  if (arguments.printing() == Printing::Json) {
    invocation.out.line(attestation::verdict_json(verdict));
  } else {
    print_report(invocation.out, verdict, shown.origin);
  }
  return verdict.accepted() ? kExitOk : kExitFailed;
}

}  // namespace cocoon::app::commands
