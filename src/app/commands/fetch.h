// GET of small documents from the roles' and engines' pages on this machine, and POST of small
// orders: one that calls back on a running loop, one that waits.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "io/http_client.h"
#include "io/runtime.h"

namespace cocoon::app::commands {

struct Reply {
  unsigned status = 0;
  std::string body;
};

inline constexpr base::Duration kFetchTimeout = std::chrono::seconds(3);
inline constexpr std::size_t kReplyBytesMax = 8 << 20;

// One request; destroying it gives it up without a call.
class Fetch final : public io::HttpClientEvents {
 public:
  using OnReply = std::function<void(base::Result<Reply>)>;
  // `url` with path: "http://127.0.0.1:10000/readyz", one that io::HttpEndpoint::parse() accepts.
  // May be destroyed inside `on_reply`. With a `post` it is POST of that JSON, else GET.
  Fetch(io::Runtime& runtime, const std::string& url, base::Duration timeout, OnReply on_reply,
        const std::string& post = {});

  void on_head(unsigned status, const io::HttpHeaders& headers) override;
  void on_body(base::BytesView bytes) override;
  void on_end() override;
  void on_error(const base::Error& error) override;

 private:
  void finish(base::Result<Reply> outcome);

  OnReply on_reply_;
  Reply reply_;
  std::unique_ptr<io::HttpClient> client_;
  std::unique_ptr<io::HttpCall> call_;
};

// Waits for the answer. Not for use inside a running loop.
base::Result<Reply> fetch(const std::string& url, base::Duration timeout = kFetchTimeout);
// The same for JSON with status 200. NotReachable, or Failed if something else answers there.
base::Result<nlohmann::json> fetch_json(const std::string& url,
                                        base::Duration timeout = kFetchTimeout);
base::Result<nlohmann::json> to_json(const Reply& reply, const std::string& url);

// Members of documents that others wrote: absent or of another type reads as empty, zero, false.
// `pointer` as in RFC 6901: "/stats/calls".
std::string text_at(const nlohmann::json& document, const std::string& pointer);
std::int64_t number_at(const nlohmann::json& document, const std::string& pointer);
bool flag_at(const nlohmann::json& document, const std::string& pointer);
nlohmann::json list_at(const nlohmann::json& document, const std::string& pointer);

}  // namespace cocoon::app::commands
