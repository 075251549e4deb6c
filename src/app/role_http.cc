#include "app/role_http.h"

#include "openai/error.h"

namespace cocoon::app {
namespace {

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

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

}  // namespace

bool serve_page(const RoleShell& shell, const RolePages& pages, io::HttpExchange& exchange) {
  const std::string_view path = path_of(exchange.request().target);
  const io::HttpHeaders text{{"Content-Type", "text/plain; charset=utf-8"}};
  const io::HttpHeaders json{{"Content-Type", "application/json"}};
  const io::HttpHeaders html{{"Content-Type", "text/html; charset=utf-8"}};
  const bool known = path == "/healthz" || path == "/readyz" || path == "/jsonstats" ||
                     path == "/stats" || path == "/cocoon/peers";
  if (!known) return false;
  const std::string& method = exchange.request().method;
  if (method != "GET" && method != "HEAD") {
    exchange.respond(405, {{"Content-Type", "text/plain; charset=utf-8"}, {"Allow", "GET, HEAD"}},
                     "only GET is served here\n");
  } else if (path == "/healthz") {
    exchange.respond(200, text, "ok\n");
  } else if (path == "/readyz") {
    const bool ready = pages.ready();
    exchange.respond(ready ? 200 : 503, text, ready ? "ready\n" : "not ready\n");
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
