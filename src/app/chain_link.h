// ChainLink: a lite client with its connections, on one runtime. Follows the chain as long as it
// lives, and keeps what it has proven in a file, so that the next start takes no longer than the
// blocks since.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crypto/random.h"
#include "io/dialer.h"
#include "io/runtime.h"
#include "ton/lite_client.h"

namespace cocoon::app {

class ChainLink {
 public:
  // `saved_path`: where the proven block is kept; empty: nowhere. A file that does not fit is
  // ignored, since the configuration is enough to begin with.
  ChainLink(io::Runtime& runtime, ton::LiteClientConfig config, std::string saved_path);
  ~ChainLink();
  ChainLink(const ChainLink&) = delete;
  ChainLink& operator=(const ChainLink&) = delete;

  // Before start(). Called on the loop with everything that happens.
  void on_event(std::function<void(const ton::LiteEvent&)> callback);
  // Called after events, when the owner may have something to do at a time of its own.
  void start();

  const ton::LiteClient& client() const { return client_; }
  std::uint64_t request(ton::LiteRequest request);
  const std::vector<ton::LiteServer>& servers() const { return servers_; }

 private:
  struct Connection;
  void carry_out();
  void connect(std::size_t server);
  void tick();
  void arm();
  void save();

  io::Runtime& runtime_;
  crypto::SystemRandom random_;
  std::vector<ton::LiteServer> servers_;
  std::string saved_path_;
  ton::BlockId saved_key_block_;
  ton::LiteClient client_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::function<void(const ton::LiteEvent&)> callback_;
  io::Timer timer_;
  bool busy_ = false;
};

}  // namespace cocoon::app
