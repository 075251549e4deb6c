// `cocoon status`: gateway, proxy and workers of a network, what was used, and how far it is
// settled.
#include <cstdlib>
#include <ctime>
#include <map>
#include <memory>
#include <thread>

#include "app/commands/answer_report.h"
#include "app/commands/fault.h"
#include "app/commands/fetch.h"
#include "app/commands/handlers.h"
#include "app/commands/table.h"
#include "app/commands/whereabouts.h"
#include "app/role_main.h"
#include "io/runtime.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kWatchPeriod{1};
constexpr std::size_t kBarWidth = 10;

struct Role {
  std::string name;
  json stats;         // null if it does not answer
  std::string fault;  // then why
};

Role ask(const std::string& name, const std::string& url) {
  auto stats = fetch_json(url + "/jsonstats");
  if (!stats)
    return {name, json(), stats.error().message().substr(0, stats.error().message().find('\n'))};
  return {name, *std::move(stats), {}};
}

base::Result<std::vector<Role>> ask_for_stats(const Whereabouts& where) {
  std::vector<Role> roles{{"gateway", TRY(fetch_json(where.root + "/jsonstats")), {}}};
  if (!where.network) return roles;
  roles.push_back(ask("proxy", where.network->proxy));
  for (std::size_t i = 0; i < where.network->workers.size(); ++i) {
    roles.push_back(ask("worker-" + std::to_string(i + 1), where.network->workers[i]));
  }
  return roles;
}

std::string amount_at(const json& document, const std::string& pointer) {
  return unsettled(base::Nanoton(number_at(document, pointer)));
}

std::string requests_text(const json& stats, const std::string& all, const std::string& good) {
  return std::to_string(number_at(stats, "/stats/" + all)) + " (" +
         std::to_string(number_at(stats, "/stats/" + good)) + " answered, " +
         std::to_string(number_at(stats, "/stats/failed")) + " failed, " +
         std::to_string(number_at(stats, "/stats/running")) + " running)";
}

// How a role's chain is doing, and what its wallet has; nothing without a chain.
std::vector<Fact> chain_facts(const json& stats) {
  if (text_at(stats, "/chain/state").empty()) return {};
  std::string state = text_at(stats, "/chain/state") + ", block " +
                      std::to_string(number_at(stats, "/chain/block"));
  if (flag_at(stats, "/chain/root_from_disk")) state += ", root contract as it was before";
  if (text_at(stats, "/chain/state") != "following") {
    state += ": " + text_at(stats, "/chain/last_problem");
  }
  return {
      {"chain", state},
      {"wallet", text_at(stats, "/chain/wallet") + ", " +
                     base::to_string(base::Nanoton(number_at(stats, "/chain/wallet_balance")))}};
}

std::string facts_text(const Terminal& out, std::vector<Fact> facts, const json& stats) {
  for (Fact& fact : chain_facts(stats)) facts.push_back(std::move(fact));
  return fact_lines(facts, out);
}

// "###.......", and how many of how many.
std::string bar(const Terminal& out, std::int64_t running, std::int64_t most) {
  const std::string count = std::to_string(running) + "/" + std::to_string(most);
  if (!out.live() || most <= 0) return count;
  const auto full = static_cast<std::size_t>(
      std::min<std::int64_t>((running * static_cast<std::int64_t>(kBarWidth) + most - 1) / most,
                             static_cast<std::int64_t>(kBarWidth)));
  std::string text;
  for (std::size_t i = 0; i < kBarWidth; ++i) {
    text += out.unicode() ? (i < full ? "\u2588" : "\u2591") : (i < full ? "#" : ".");
  }
  return text + " " + count;
}

// What has happened since the picture before, by the second.
struct Rates {
  double requests = 0;
  double tokens = 0;
};

std::string rates_text(const Rates& rates) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.1f requests/s, %.0f tokens/s", rates.requests, rates.tokens);
  return text;
}

void show_workers(const Terminal& out, const json& stats) {
  Table table({{"MODEL"}, {"OFFER"}, {"BUSY"}, {"PRICE", Align::Right}});
  for (const auto& worker : list_at(stats, "/worker_connections")) {
    const bool enabled = flag_at(worker, "/enabled");
    table.add({{text_at(worker, "/model"), Ink::Bold},
               {enabled ? "open" : "closed", enabled ? Ink::Good : Ink::Warning},
               {bar(out, number_at(worker, "/running_queries"), number_at(worker, "/max_queries"))},
               {std::to_string(number_at(worker, "/coefficient"))}});
  }
  if (!table.empty()) out.write("\n" + table.text(out));
}

void show_keys(const Terminal& out, const json& stats) {
  Table table({{"KEY"},
               {"SPENT", Align::Right},
               {"BUDGET", Align::Right},
               {"TOKENS", Align::Right},
               {"RUNNING", Align::Right}});
  for (const auto& key : list_at(stats, "/keys")) {
    const bool bounded = key.contains("budget_nanotons");
    table.add({{text_at(key, "/name"), Ink::Bold},
               {amount_at(key, "/spent_nanotons")},
               {bounded ? base::to_string(base::Nanoton(number_at(key, "/budget_nanotons"))) : "-"},
               {std::to_string(number_at(key, "/tokens"))},
               {std::to_string(number_at(key, "/running"))}});
  }
  if (!table.empty()) out.write("\n" + table.text(out));
}

void show_gateway(const Terminal& out, const Whereabouts& where, const json& stats,
                  const std::optional<Rates>& rates) {
  const bool ready = flag_at(stats, "/status/ready");
  out.line((ready ? out.sign(Sign::Done) : out.sign(Sign::Failed)) + " " +
           out.paint(Ink::Bold, "gateway") + "  " + where.base_url +
           (ready ? "" : "  not ready: no proxy is connected"));
  std::vector<Fact> facts{{"account", text_at(stats, "/wallet/address")},
                          {"requests", requests_text(stats, "calls", "answered")},
                          {"spent", amount_at(stats, "/stats/spent_nanotons")}};
  if (rates) facts.push_back({"now", rates_text(*rates)});
  out.write(facts_text(out, std::move(facts), stats));
  Table table({{"PROXY"},
               {"STATE"},
               {"TIER"},
               {"VERSION", Align::Right},
               {"RUNNING", Align::Right},
               {"LAST ERROR"}});
  for (const auto& proxy : list_at(stats, "/proxies")) {
    const std::string state = text_at(proxy, "/state");
    table.add({{text_at(proxy, "/address")},
               {state, state == "ready" ? Ink::Good : Ink::Warning},
               {text_at(proxy, "/tier")},
               {std::to_string(number_at(proxy, "/version"))},
               {std::to_string(number_at(proxy, "/running"))},
               {text_at(proxy, "/last_error")}});
  }
  out.write(table.text(out));
  show_keys(out, stats);
}

std::string plain_amount_at(const json& document, const std::string& pointer) {
  return base::to_string(base::Nanoton(number_at(document, pointer)));
}

// What the account's next settlement waits for.
std::string next_settlement_text(const json& account) {
  const std::string holdup = text_at(account, "/next_settlement/held_by");
  if (holdup == "below_amount")
    return "at " + plain_amount_at(account, "/next_settlement/at_nanotons") + " unsettled";
  static const std::map<std::string, std::string, std::less<>> kTexts{
      {"none", "now"},
      {"under_way", "under way"},
      {"nothing_owed", "nothing is owed"},
      {"empty_channel", "after the client's next deposit"},
      {"not_collected", "once clients are charged"},
      {"vouchers", "never: the client pays by vouchers"},
      {"no_channel", "never: the client has no channel"},
      {"closed", "never: the channel is closed"}};
  const auto found = kTexts.find(holdup);
  return found == kTexts.end() ? printable(holdup) : found->second;
}

void show_accounts(const Terminal& out, const json& stats) {
  Table table({{"ACCOUNT"},
               {"OWNER"},
               {"TOKENS", Align::Right},
               {"BALANCE", Align::Right},
               {"SETTLED", Align::Right},
               {"UNSETTLED", Align::Right},
               {"NEXT SETTLEMENT"}});
  const auto add = [&](const char* kind, const json& account, const char* tokens,
                       const std::string& balance) {
    table.add({{kind},
               {text_at(account, "/owner_address")},
               {std::to_string(number_at(account, tokens))},
               {balance},
               {plain_amount_at(account, "/settled_nanotons")},
               {plain_amount_at(account, "/unsettled_nanotons")},
               {account.contains("next_settlement") ? next_settlement_text(account) : "no chain"}});
  };
  for (const auto& client : list_at(stats, "/clients"))
    add("client", client, "/used_tokens", plain_amount_at(client, "/balance_nanotons"));
  for (const auto& worker : list_at(stats, "/workers"))
    add("worker", worker, "/earned_tokens", "-");
  if (!table.empty()) out.write(table.text(out));
}

void show_proxy(const Terminal& out, const json& stats) {
  out.write(facts_text(
      out,
      {{"requests", requests_text(stats, "queries", "success")},
       {"waiting", std::to_string(number_at(stats, "/stats/waiting")) + " for a worker"},
       {"commission", amount_at(stats, "/commission_nanotons")},
       {"ledger", "entry " + std::to_string(number_at(stats, "/ledger/sequence")) + ", on disk " +
                      std::to_string(number_at(stats, "/ledger/durable_sequence"))}},
      stats));
  show_accounts(out, stats);
  show_workers(out, stats);
}

void show_role(const Terminal& out, const Role& role) {
  if (role.stats.is_null()) {
    return out.line("\n" + out.sign(Sign::Failed) + " " + out.paint(Ink::Bold, role.name) + "  " +
                    printable(role.fault));
  }
  out.line("\n" + out.sign(Sign::Done) + " " + out.paint(Ink::Bold, role.name) + "  " +
           printable(text_at(role.stats, "/status/program")));
  if (role.name == "proxy") return show_proxy(out, role.stats);
  out.write(facts_text(out,
                       {{"model", text_at(role.stats, "/status/model")},
                        {"engine", text_at(role.stats, "/status/engine")},
                        {"requests", requests_text(role.stats, "queries", "success")}},
                       role.stats));
}

void show(const Terminal& out, const Whereabouts& where, const std::vector<Role>& roles,
          const std::optional<Rates>& rates) {
  show_gateway(out, where, roles.front().stats, rates);
  for (std::size_t i = 1; i < roles.size(); ++i) show_role(out, roles[i]);
  if (flag_at(roles.front().stats, "/status/simulated_evidence")) {
    out.line(
        "\n" + out.sign(Sign::Note) + " " +
        out.paint(Ink::Warning, "SIMULATED evidence: this network proves nothing about hardware."));
  }
}

json to_json(const Whereabouts& where, const std::vector<Role>& roles) {
  json document{{"base_url", where.base_url},
                {"found_by", where.origin},
                {"settled", flag_at(roles.front().stats, "/status/settled")}};
  for (const auto& role : roles) {
    document[role.name] = role.stats.is_null() ? json{{"error", role.fault}} : role.stats;
  }
  return document;
}

base::Result<int> show_once(const Invocation& invocation) {
  const auto where = TRY(find_gateway(invocation.arguments));
  const auto roles = TRY(ask_for_stats(where));
  if (invocation.arguments.printing() == Printing::Json) {
    invocation.out.line(to_json(where, roles).dump(-1, ' ', false, json::error_handler_t::replace));
  } else {
    show(invocation.out, where, roles, std::nullopt);
  }
  return flag_at(roles.front().stats, "/status/ready") ? kExitOk : kExitUnavailable;
}

// Draws over the picture before, line by line, so that nothing flickers.
class Screen {
 public:
  explicit Screen(const Terminal& out) : out_(out) { out_.write("\x1b[2J"); }

  void show(const Whereabouts& where, const std::vector<Role>& roles) {
    const base::Instant now = runtime_.now().steady;
    const std::int64_t calls = number_at(roles.front().stats, "/stats/answered");
    const std::int64_t tokens = number_at(roles.front().stats, "/stats/tokens");
    std::optional<Rates> rates;
    const double seconds = std::chrono::duration<double>(now - at_).count();
    if (at_ != base::Instant{} && seconds > 0) {
      rates = Rates{static_cast<double>(calls - calls_) / seconds,
                    static_cast<double>(tokens - tokens_) / seconds};
    }
    at_ = now;
    calls_ = calls;
    tokens_ = tokens;
    draw(picture(where, roles, rates));
  }
  void show(const base::Error& error) {
    draw(out_.sign(Sign::Failed) + " " + printable(error.message()) + "\n");
  }

 private:
  std::string picture(const Whereabouts& where, const std::vector<Role>& roles,
                      const std::optional<Rates>& rates) const {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* const stream = ::open_memstream(&text, &size);
    commands::show(out_.onto(stream), where, roles, rates);
    std::fclose(stream);
    const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
    return {text, size};
  }
  void draw(const std::string& picture) const {
    char clock[16];
    const std::time_t now = base::to_unix_whole_seconds(runtime_.now().wall);
    std::tm local{};
    ::localtime_r(&now, &local);
    std::strftime(clock, sizeof(clock), "%H:%M:%S", &local);
    std::string text = "\x1b[H";
    const std::string head =
        out_.paint(Ink::Dim, std::string(clock) + "   every second; Ctrl-C ends") + "\n\n";
    for (const char c : head + picture)
      text += c == '\n' ? std::string("\x1b[K\n") : std::string(1, c);
    out_.write(text + "\x1b[J");
  }

  const Terminal& out_;
  io::Runtime runtime_;  // for its clock
  base::Instant at_{};
  std::int64_t calls_ = 0;
  std::int64_t tokens_ = 0;
};

}  // namespace

base::Result<int> run_status(const Invocation& invocation) {
  if (!invocation.arguments.has("--watch")) return show_once(invocation);
  if (!invocation.out.live() || invocation.arguments.printing() == Printing::Json) {
    for (;;) {
      TRY(show_once(invocation));
      std::this_thread::sleep_for(kWatchPeriod);
    }
  }
  Screen screen(invocation.out);
  for (;;) {
    const auto where = TRY(find_gateway(invocation.arguments));
    const auto roles = ask_for_stats(where);
    if (roles) {
      screen.show(where, *roles);
    } else {
      screen.show(roles.error());
    }
    std::this_thread::sleep_for(kWatchPeriod);
  }
}

}  // namespace cocoon::app::commands
