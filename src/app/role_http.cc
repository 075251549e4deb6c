#include "app/role_http.h"

#include "openai/error.h"

namespace cocoon::app {
namespace {

constexpr std::string_view kControlPath = "/control/";

constexpr std::string_view kHtmlHead =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width\"><title>";

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '<':
        escaped += "&lt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string stats_page(const RoleShell& shell, const std::string& stats) {
  return std::string(kHtmlHead) + shell.program() + "</title><h1>" + shell.program() + "</h1>" +
         (shell.trust().simulated
              ? "<p><strong>Simulated evidence: this network proves nothing.</strong></p>"
              : "") +
         "<pre>" + escape_html(stats) + "</pre></html>\n";
}

void add_chain_metrics(const RoleShell& shell, MetricsPage& page) {
  if (shell.chain() == nullptr) return;
  const chain::Standing standing = shell.chain()->standing();
  const bool following = standing.state == chain::Standing::State::Following;
  page.gauge("cocoon_chain_following", "1 if new blocks of the chain are being proven.",
             following ? 1 : 0);
  page.gauge("cocoon_chain_servers_ready", "Lite servers that are connected and answer.",
             static_cast<double>(standing.servers_ready));
  page.gauge("cocoon_chain_open_orders",
             "Messages of this role's wallet that wait or are under way.",
             static_cast<double>(standing.open_orders));
  if (standing.head) {
    page.gauge("cocoon_chain_block", "Masterchain seqno of the newest proven block.",
               standing.head->block.seqno);
  }
  if (standing.wallet_balance) {
    page.gauge("cocoon_chain_wallet_nanotons", "Balance of this role's wallet.",
               static_cast<double>(standing.wallet_balance->count()));
  }
}

// A silent chain keeps nobody from serving, but whoever asks is told.
std::string readiness(const RoleShell& shell, bool ready) {
  std::string text = ready ? "ready\n" : "not ready\n";
  if (shell.chain() == nullptr) return text;
  const auto state = shell.chain()->standing().state;
  return text + "chain " + std::string(chain::state_name(state)) + "\n";
}

// What every role has in common, and then its own.
std::string metrics_page(const RoleShell& shell, const RolePages& pages) {
  MetricsPage page;
  page.gauge(
      "cocoon_info", "Which program this is; always 1.", 1,
      {{"program", shell.program()}, {"evidence", shell.trust().simulated ? "simulated" : "real"}});
  page.gauge("cocoon_ready", "1 if it can serve now, as /readyz says.", pages.ready() ? 1 : 0);
  std::map<std::pair<std::string, std::string>, std::uint64_t> open;
  for (const auto& [link, peer] : shell.peers()) ++open[{peer.role, tier_text(peer.admission)}];
  for (const auto& [what, count] : open) {
    page.gauge("cocoon_connections", "Open connections, by the peer's role and tier.",
               static_cast<double>(count), {{"peer", what.first}, {"tier", what.second}});
  }
  page.counters("cocoon_connections_ended_total", "Connections that ended, by reason.",
                shell.closed_links(), "reason");
  page.counters("cocoon_connections_failed_total",
                "Connections that ended before a session began, by reason.", shell.unopened(),
                "reason");
  page.counters("cocoon_peers_refused_total", "Peers whose certificate or evidence was refused.",
                shell.refused_peers(), "reason");
  add_chain_metrics(shell, page);
  pages.metrics(page);
  return page.text();
}

// "127.0.0.1:4711", as sockets name their peers.
bool is_local(std::string_view peer) { return is_loopback(peer) || peer.starts_with("[::1]:"); }

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

}  // namespace

bool serve_page(const RoleShell& shell, const RolePages& pages, io::HttpExchange& exchange) {
  const std::string_view path = path_of(exchange.request().target);
  const io::HttpHeaders text{{"Content-Type", "text/plain; charset=utf-8"}};
  const io::HttpHeaders json{{"Content-Type", "application/json"}};
  const io::HttpHeaders html{{"Content-Type", "text/html; charset=utf-8"}};
  const bool known = path == "/healthz" || path == "/readyz" || path == "/metrics" ||
                     path == "/jsonstats" || path == "/stats" || path == "/cocoon/peers" ||
                     path.starts_with(kControlPath);
  if (!known) return false;
  const bool is_health = path == "/healthz" || path == "/readyz";
  if (!is_health && !is_local(exchange.request().peer_address)) {
    exchange.respond(403, text, "statistics are shown on the machine itself only\n");
    return true;
  }
  const std::string& method = exchange.request().method;
  if (path.starts_with(kControlPath)) {
    serve_control(*pages.controls, path.substr(kControlPath.size()), exchange);
  } else if (method != "GET" && method != "HEAD") {
    exchange.respond(405, {{"Content-Type", "text/plain; charset=utf-8"}, {"Allow", "GET, HEAD"}},
                     "only GET is served here\n");
  } else if (path == "/healthz") {
    exchange.respond(200, text, "ok\n");
  } else if (path == "/readyz") {
    const bool ready = pages.ready();
    exchange.respond(ready ? 200 : 503, text, readiness(shell, ready));
  } else if (path == "/metrics") {
    exchange.respond(200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
                     metrics_page(shell, pages));
  } else if (path == "/jsonstats") {
    exchange.respond(200, json, pages.stats());
  } else if (path == "/stats") {
    exchange.respond(200, html, stats_page(shell, pages.stats()));
  } else {
    exchange.respond(200, json, shell.peers_json());
  }
  return true;
}

base::Result<std::unique_ptr<RoleHttp>> RoleHttp::open(RoleShell& shell, const std::string& listen,
                                                       RolePages pages) {
  const auto where = TRY(loopback_address(listen, "http_listen"));
  std::unique_ptr<RoleHttp> http(new RoleHttp());
  http->server_ = TRY(io::HttpServer::open(
      shell.runtime(), {.host = where.host, .port = where.port},
      [&shell, pages = std::move(pages)](std::unique_ptr<io::HttpExchange> exchange) {
        if (serve_page(shell, pages, *exchange)) return;
        exchange->respond(404, {{"Content-Type", "text/plain; charset=utf-8"}}, "no such page\n");
      }));
  http->address_ = io::HostPort{where.host, http->server_->port()}.to_text();
  return http;
}

}  // namespace cocoon::app
