#include "app/commands/fetch.h"

#include <optional>

#include "app/commands/fault.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

// The endpoint without its path, and the path.
struct Target {
  io::HttpEndpoint endpoint;
  std::string path;
};

base::Result<Target> parse_target(const std::string& url) {
  auto endpoint = TRY(io::HttpEndpoint::parse(url));
  std::string path = std::exchange(endpoint.base_path, {});
  if (path.empty()) path = "/";
  return Target{std::move(endpoint), std::move(path)};
}

const json* member(const json& document, const std::string& pointer) {
  const json::json_pointer place(pointer);
  return document.contains(place) ? &document.at(place) : nullptr;
}

}  // namespace

Fetch::Fetch(io::Runtime& runtime, const std::string& url, base::Duration timeout, OnReply on_reply,
             const std::string& post)
    : on_reply_(std::move(on_reply)) {
  const auto target = parse_target(url);
  CHECK(target);
  client_ = std::make_unique<io::HttpClient>(runtime, target->endpoint,
                                             io::HttpClientOptions{.idle_pool_max = 0,
                                                                   .connect_timeout = timeout,
                                                                   .first_byte_timeout = timeout,
                                                                   .idle_timeout = timeout,
                                                                   .total_timeout = timeout});
  io::HttpClientRequest request{.method = "GET", .path = target->path};
  if (!post.empty()) {
    // An order is not given twice. Roles take orders with this header only, which no web page of
    // another origin can send unasked.
    request = {.method = "POST",
               .path = target->path,
               .headers = {{"Content-Type", "application/json"}, {"X-Cocoon-Control", "1"}},
               .body = base::to_bytes(post),
               .resend = io::Resend::Never};
  }
  call_ = client_->request(std::move(request), *this);
}

void Fetch::on_head(unsigned status, const io::HttpHeaders&) { reply_.status = status; }

void Fetch::on_body(base::BytesView bytes) {
  if (reply_.body.size() + bytes.size() > kReplyBytesMax) {
    return finish(fault(CommandFault::Failed, "the answer is too long"));
  }
  reply_.body += base::as_text(bytes);
}

void Fetch::on_end() { finish(std::move(reply_)); }
void Fetch::on_error(const base::Error& error) { finish(error); }

void Fetch::finish(base::Result<Reply> outcome) {
  call_.reset();
  const auto on_reply = std::exchange(on_reply_, nullptr);
  if (on_reply) on_reply(std::move(outcome));  // this may be gone afterwards
}

base::Result<Reply> fetch(const std::string& url, base::Duration timeout) {
  TRY(parse_target(url));
  io::Runtime runtime;
  std::optional<base::Result<Reply>> outcome;
  Fetch request(runtime, url, timeout, [&](base::Result<Reply> reply) {
    outcome = std::move(reply);
    runtime.stop();
  });
  runtime.run();
  return std::move(*outcome);
}

base::Result<json> fetch_json(const std::string& url, base::Duration timeout) {
  const auto reply = fetch(url, timeout);
  if (!reply) {
    return fault(CommandFault::NotReachable, "can't reach " + url + ": " + reply.error().message(),
                 "cocoon up, which starts a network on this machine, or cocoon doctor");
  }
  return to_json(*reply, url);
}

base::Result<json> to_json(const Reply& reply, const std::string& url) {
  json document = json::parse(reply.body, nullptr, false);
  if (reply.status == 200 && !document.is_discarded()) return document;
  return fault(
      CommandFault::Failed,
      url + " answers with status " + std::to_string(reply.status) +
          (document.is_discarded() ? ", not with JSON; another program may listen there" : ""),
      "cocoon doctor");
}

std::string text_at(const json& document, const std::string& pointer) {
  const json* found = member(document, pointer);
  return found && found->is_string() ? found->get<std::string>() : "";
}

std::int64_t number_at(const json& document, const std::string& pointer) {
  const json* found = member(document, pointer);
  return found && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

bool flag_at(const json& document, const std::string& pointer) {
  const json* found = member(document, pointer);
  return found && found->is_boolean() && found->get<bool>();
}

json list_at(const json& document, const std::string& pointer) {
  const json* found = member(document, pointer);
  return found && found->is_array() ? *found : json::array();
}

}  // namespace cocoon::app::commands
