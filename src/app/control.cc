#include "app/control.h"

#include "app/role_shell.h"
#include "io/files.h"

namespace cocoon::app {
namespace {

constexpr std::string_view kHeader = "X-Cocoon-Control";
constexpr std::size_t kTokenMin = 16;
constexpr std::size_t kTokenMax = 1024;

std::string names_of(const Controls& controls) {
  std::string names;
  for (const auto& [name, control] : controls.all) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "none" : names;
}

}  // namespace

base::Result<base::Secret> read_control_token(const std::string& path) {
  if (path.empty()) return base::Secret();
  base::Secret file(TRY(io::read_file(path, kTokenMax)));
  const std::string_view text = base::as_text(file.expose());
  base::Secret token(base::to_bytes(text.substr(0, text.find_first_of("\r\n"))));
  if (token.expose().size() >= kTokenMin) return token;
  return base::Error(RoleError::BadOption,
                     path +
                         ": a control token has at least 16 characters; make one with: openssl "
                         "rand -hex 32");
}

void serve_control(const Controls& controls, std::string_view name, io::HttpExchange& exchange) {
  const io::HttpRequest& request = exchange.request();
  const io::HttpHeaders text{{"Content-Type", "text/plain; charset=utf-8"}};
  if (request.method != "POST") {
    return exchange.respond(405, {{"Content-Type", "text/plain; charset=utf-8"}, {"Allow", "POST"}},
                            "only POST is served here\n");
  }
  const auto shown = request.headers.get(kHeader);
  if (!shown) return exchange.respond(403, text, "the header X-Cocoon-Control is needed\n");
  if (!controls.token.empty() &&
      !base::equal_constant_time(base::as_bytes(*shown), controls.token.expose())) {
    return exchange.respond(403, text, "this is not the control token\n");
  }
  const auto control = controls.all.find(name);
  if (control == controls.all.end()) {
    return exchange.respond(404, text, "this role takes: " + names_of(controls) + "\n");
  }
  const std::size_t mark = request.target.find('?');
  const auto done = control->second(mark == std::string::npos
                                        ? std::string_view()
                                        : std::string_view(request.target).substr(mark + 1));
  if (!done) return exchange.respond(400, text, done.error().message() + "\n");
  exchange.respond(200, text, *done + "\n");
}

}  // namespace cocoon::app
