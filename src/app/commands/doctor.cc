// `cocoon doctor`: runs the checks, shows each finding with its fix.
#include <algorithm>
#include <filesystem>

#include "app/commands/doctor_checks.h"
#include "app/commands/fault.h"
#include "app/commands/handlers.h"
#include "app/commands/table.h"
#include "app/role_main.h"

namespace cocoon::app::commands {
namespace {

using Found = Finding::Result;
using nlohmann::json;

void append(std::vector<Finding>& findings, std::vector<Finding> more) {
  findings.insert(findings.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

base::Result<std::vector<Finding>> examine(const Arguments& arguments) {
  if (arguments.has("--chain")) {
    std::vector<Finding> findings{check_clock()};
    append(findings, check_chain(arguments.text("--chain")));
    return findings;
  }
  const std::string directory = TRY(data_directory(arguments));
  const std::string config = arguments.text("--config", directory + "/client.toml");
  ClientOptions options;
  std::vector<Finding> findings{check_evidence(), check_clock()};
  findings.push_back(check_config(config, options));
  if (findings.back().result == Found::Fine) {
    if (options.common.chain.empty()) {
      findings.push_back(check_network_file(options.common.network));
    } else {
      append(findings, check_chain(options.common.chain));
    }
    append(findings,
           check_key_files({options.common.simulated_root_file, options.master_secret_file}));
  }
  if (!arguments.has("--config")) {
    if (std::filesystem::exists(directory)) findings.push_back(check_disk(directory));
    if (std::filesystem::exists(directory + "/proxy.key"))
      append(findings, check_key_files({directory + "/proxy.key"}));
  }
  auto where = find_gateway(arguments);
  // A client that is configured by hand listens where its file says.
  if (where && arguments.has("--config") && !arguments.has("--url")) {
    *where = {.base_url = "http://" + options.listen + "/v1",
              .root = "http://" + options.listen,
              .origin = config,
              .network = {}};
  }
  if (!where) {
    findings.push_back({"gateway", Found::Failed,
                        where.error().message().substr(0, where.error().message().find('\n')),
                        "cocoon up"});
    return findings;
  }
  append(findings, check_gateway(*where, options.listen));
  if (where->network) append(findings, check_network(*where->network));
  return findings;
}

json to_json(const std::vector<Finding>& findings, bool healthy) {
  json checks = json::array();
  for (const auto& finding : findings) {
    checks.push_back({{"name", finding.name},
                      {"result", result_name(finding.result)},
                      {"details", finding.details},
                      {"fix", finding.fix}});
  }
  return {{"ok", healthy}, {"checks", std::move(checks)}};
}

Sign sign_of(Found result) {
  switch (result) {
    case Found::Fine:
      return Sign::Done;
    case Found::Note:
      return Sign::Note;
    case Found::Failed:
      return Sign::Failed;
  }
  return Sign::Failed;
}

void show(const Terminal& out, const std::vector<Finding>& findings) {
  std::size_t width = 0;
  for (const auto& finding : findings) width = std::max(width, columns(finding.name));
  for (const auto& finding : findings) {
    const std::string gap(width - columns(finding.name) + 2, ' ');
    out.line(out.sign(sign_of(finding.result)) + " " + printable(finding.name) + gap +
             printable(finding.details));
    if (!finding.fix.empty())
      out.line(std::string(width + 4, ' ') + out.paint(Ink::Dim, "fix: ") + printable(finding.fix));
  }
}

}  // namespace

base::Result<int> run_doctor(const Invocation& invocation) {
  const auto findings = TRY(examine(invocation.arguments));
  const auto failed = std::ranges::count(findings, Found::Failed, &Finding::result);
  const Terminal& out = invocation.out;
  if (invocation.arguments.printing() == Printing::Json) {
    out.line(to_json(findings, failed == 0).dump(-1, ' ', false, json::error_handler_t::replace));
  } else {
    show(out, findings);
    out.line(failed == 0 ? "\nNothing is broken."
                         : "\n" + std::to_string(failed) + " checks failed.");
  }
  return failed == 0 ? kExitOk : kExitFailed;
}

}  // namespace cocoon::app::commands
