// `cocoon attest show`: who is connected to whom on this machine, and what each peer's evidence
// proved.
#include "app/commands/answer_report.h"
#include "app/commands/fault.h"
#include "app/commands/fetch.h"
#include "app/commands/handlers.h"
#include "app/commands/table.h"
#include "app/commands/whereabouts.h"
#include "app/role_main.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

struct Viewer {
  std::string name;
  json peers;
};

base::Result<std::vector<Viewer>> ask_for_peers(const Whereabouts& where) {
  std::vector<Viewer> viewers{{"gateway", TRY(fetch_json(where.root + "/cocoon/peers"))}};
  if (!where.network) return viewers;
  const auto ask = [&](const std::string& name, const std::string& url) {
    if (auto peers = fetch_json(url + "/cocoon/peers"))
      viewers.push_back({name, *std::move(peers)});
  };
  ask("proxy", where.network->proxy);
  for (std::size_t i = 0; i < where.network->workers.size(); ++i) {
    ask("worker-" + std::to_string(i + 1), where.network->workers[i]);
  }
  return viewers;
}

// Long values, such as hashes, by their first digits.
std::string shortened(const std::string& text) {
  return text.size() <= 19 ? text : text.substr(0, 16) + "...";
}

std::string values_text(const json& factor) {
  std::string text = text_at(factor, "/reason");
  const auto values = factor.find("values");
  if (values == factor.end() || !values->is_object()) return text;
  for (const auto& [name, value] : values->items()) {
    text += (text.empty() ? "" : "; ") + name + "=" +
            shortened(value.is_string() ? value.get<std::string>() : value.dump());
  }
  return text;
}

Cell outcome_cell(const std::string& outcome) {
  if (outcome == "passed") return {outcome, Ink::Good};
  if (outcome == "failed") return {outcome, Ink::Bad};
  return {"not checked", Ink::Dim};
}

void show_peer(const Terminal& out, const json& peer) {
  out.line("\n" + out.paint(Ink::Bold,
                            printable(text_at(peer, "/role") + " " + text_at(peer, "/address"))));
  const json image = peer.value("image_hash", json());
  std::vector<Fact> facts{
      {"verdict", evidence_text(text_at(peer, "/tier"), text_at(peer, "/evidence"))},
      {"policy", text_at(peer, "/policy")},
      {"shown", text_at(peer, "/shown") == "session"
                    ? "inside the session, judged " +
                          std::to_string(number_at(peer, "/judged_seconds")) + " s ago"
                    : "certificate, judged " + std::to_string(number_at(peer, "/judged_seconds")) +
                          " s ago"},
      {"image", image.is_string() ? image.get<std::string>() : "none shown"},
      {"public key", text_at(peer, "/public_key")},
      {"connected", std::to_string(number_at(peer, "/connected_seconds")) + " s"}};
  std::erase_if(facts, [](const Fact& fact) { return fact.value.empty(); });
  out.write(fact_lines(facts, out));
  Table table({{"FACTOR"}, {"OUTCOME"}, {"DETAILS"}});
  for (const auto& factor : list_at(peer, "/factors")) {
    table.add({{text_at(factor, "/name")},
               outcome_cell(text_at(factor, "/outcome")),
               {values_text(factor)}});
  }
  if (table.empty()) return out.line("  showed no evidence; none is asked of this role");
  out.write(table.text(out));
}

std::string heading(const Terminal& out, const Viewer& viewer) {
  return out.paint(Ink::Bold, "As " + viewer.name + " sees it") + " (" +
         printable(text_at(viewer.peers, "/program") + ", policy " +
                   text_at(viewer.peers, "/policy")) +
         ")";
}

void show_refused(const Terminal& out, const Viewer& viewer) {
  const auto refused = viewer.peers.find("refused");
  if (refused == viewer.peers.end() || !refused->is_object()) return;
  for (const auto& [reason, count] : refused->items()) {
    out.line("  " +
             out.paint(Ink::Warning, "refused: " + count.dump() + " x " + printable(reason)));
  }
}

// What the user relies on: every factor.
void show_in_full(const Terminal& out, const Viewer& viewer) {
  out.line(heading(out, viewer));
  const json peers = list_at(viewer.peers, "/peers");
  if (peers.empty()) out.line("\n  nobody is connected");
  for (const auto& peer : peers) show_peer(out, peer);
  show_refused(out, viewer);
}

// The others of a network on this machine: a line for each peer.
void show_in_brief(const Terminal& out, const Viewer& viewer) {
  out.line("\n" + heading(out, viewer));
  Table table({{"PEER"}, {"VERDICT"}, {"SHOWN IN"}, {"AGE"}, {"CHECKS"}});
  for (const auto& peer : list_at(viewer.peers, "/peers")) {
    table.add({{text_at(peer, "/role") + " " + text_at(peer, "/address")},
               {evidence_text(text_at(peer, "/tier"), text_at(peer, "/evidence"))},
               {text_at(peer, "/shown")},
               {std::to_string(number_at(peer, "/judged_seconds")) + " s"},
               {factors_text(peer)}});
  }
  if (!table.empty()) out.write(table.text(out));
  show_refused(out, viewer);
}

}  // namespace

base::Result<int> run_attest_show(const Invocation& invocation) {
  const auto where = TRY(find_gateway(invocation.arguments));
  const auto viewers = TRY(ask_for_peers(where));
  const Terminal& out = invocation.out;
  if (invocation.arguments.printing() == Printing::Json) {
    json document = json::object();
    for (const auto& viewer : viewers) document[viewer.name] = viewer.peers;
    out.line(document.dump(-1, ' ', false, json::error_handler_t::replace));
    return kExitOk;
  }
  bool simulated = false;
  for (const auto& viewer : viewers) {
    if (&viewer == &viewers.front()) {
      show_in_full(out, viewer);
    } else {
      show_in_brief(out, viewer);
    }
    simulated = simulated || flag_at(viewer.peers, "/simulated");
  }
  if (simulated) {
    out.line(
        "\n" + out.sign(Sign::Note) + " " +
        out.paint(Ink::Warning, "SIMULATED evidence: this network proves nothing about hardware."));
  }
  return kExitOk;
}

}  // namespace cocoon::app::commands
