// Checks of ports, gateway, proxies, workers and engine.
#include <algorithm>

#include "app/commands/doctor_checks.h"
#include "app/commands/fetch.h"
#include "app/commands/models.h"
#include "app/commands/port_picker.h"

namespace cocoon::app::commands {
namespace {

using Found = Finding::Result;
using nlohmann::json;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// Who answers HTTP there: one of our programs, or something else.
std::string who_answers(const std::string& listen) {
  const auto stats = fetch_json("http://" + listen + "/jsonstats");
  const std::string program = stats ? text_at(*stats, "/status/program") : "";
  return program.empty() ? "another program" : program;
}

Finding check_role(const std::string& name, const std::string& url, const std::string& directory) {
  const auto stats = fetch_json(url + "/jsonstats");
  if (!stats) {
    return {name, Found::Failed, first_line(stats.error().message()),
            "read " + directory + "/logs/" + name + ".log"};
  }
  if (text_at(*stats, "/status/engine") == "down") {
    return {name, Found::Failed, "its engine does not answer",
            "start the engine; the worker notices by itself"};
  }
  if (text_at(*stats, "/status/service") == "disk_failed") {
    return {name, Found::Failed, "its ledger can't be written",
            "make room on the disk and start it again"};
  }
  return {name, Found::Fine, text_at(*stats, "/status/program") + " at " + url};
}

Finding check_proxy_link(const json& proxy) {
  const std::string name = "proxy " + text_at(proxy, "/address");
  const std::string state = text_at(proxy, "/state");
  if (state == "ready") return {name, Found::Fine, "verified, " + text_at(proxy, "/tier")};
  const std::string why = text_at(proxy, "/last_error");
  return {name, Found::Failed, state + (why.empty() ? "" : ": " + why),
          "cocoon attest show tells who was refused and why; is the proxy running, and of a "
          "registered image?"};
}

}  // namespace

Finding check_listen_port(const std::string& listen) {
  const auto where = io::HostPort::parse(listen);
  if (!where)
    return {"port", Found::Failed, where.error().message(), "listen = \"127.0.0.1:10000\""};
  if (is_free(where->host == "localhost" ? "127.0.0.1" : where->host, where->port)) {
    return {"port", Found::Fine, listen + " is free"};
  }
  const std::string who = who_answers(listen);
  if (who == "another program") {
    return {"port", Found::Failed, who + " listens on " + listen,
            "choose another port: listen, or --listen of cocoon up"};
  }
  return {"port", Found::Fine, who + " listens on " + listen};
}

std::vector<Finding> check_gateway(const Whereabouts& where, const std::string& listen) {
  const auto stats = fetch_json(where.root + "/jsonstats");
  if (!stats) {
    Finding gateway{"gateway", Found::Failed,
                    first_line(stats.error().message()) + " (found by " + where.origin + ")",
                    "cocoon up"};
    return {std::move(gateway), check_listen_port(listen)};
  }
  std::vector<Finding> findings;
  const bool ready = flag_at(*stats, "/status/ready");
  findings.push_back(ready ? Finding{"gateway", Found::Fine, where.base_url}
                           : Finding{"gateway", Found::Failed, "it runs, and no proxy serves it",
                                     "see the proxies below"});
  for (const auto& proxy : list_at(*stats, "/proxies")) findings.push_back(check_proxy_link(proxy));
  const auto models = fetch_models(where);
  const auto names = models ? model_names(*models) : std::vector<std::string>();
  if (names.empty()) {
    findings.push_back({"models", Found::Failed, "no worker offers a model",
                        "start a worker, and check its engine"});
  } else {
    findings.push_back({"models", Found::Fine,
                        std::to_string(names.size()) + " on offer, the first is " + names.front()});
  }
  return findings;
}

std::vector<Finding> check_network(const RunningNetwork& network) {
  std::vector<Finding> findings{check_role("proxy", network.proxy, network.directory)};
  for (std::size_t i = 0; i < network.workers.size(); ++i) {
    findings.push_back(
        check_role("worker-" + std::to_string(i + 1), network.workers[i], network.directory));
  }
  findings.push_back(check_engine(network.engine, network.model));
  return findings;
}

Finding check_engine(const std::string& url, const std::string& model) {
  const auto models = fetch_json(url + "/v1/models");
  if (!models) {
    return {"engine", Found::Failed, first_line(models.error().message()),
            "start it; cocoon up restarts the one that it started itself"};
  }
  const auto names = model_names(*models);
  if (std::ranges::find(names, model) == names.end()) {
    return {"engine", Found::Failed,
            "it does not list the model " + model + (names.empty() ? "" : ", but " + names.front()),
            "give the worker the name that the engine uses, or start the engine with that name"};
  }
  return {"engine", Found::Fine, url + " serves " + model};
}

}  // namespace cocoon::app::commands
