// What the parts of the proxy machine share: its settings, books, market, and what it wants to say.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/random.h"
#include "crypto/ed25519.h"
#include "market/market.h"
#include "payment/ledger.h"
#include "proxy/config.h"
#include "proxy/outbox.h"
#include "tl/codec.h"
#include "ton/network_contracts.h"
#include "ton/signed_payment.h"

namespace cocoon::proxy {

// For the statistics pages and the metrics. Numbers only grow.
struct Counters {
  std::uint64_t requests = 0;
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;
  std::uint64_t rejected = 0;
  std::uint64_t cancelled = 0;  // by the client; also among `answered` or `failed`
  std::uint64_t retried = 0;
  std::uint64_t request_bytes = 0;
  std::uint64_t answer_bytes = 0;
  std::uint64_t late_answers = 0;
  // Why peers were refused or disconnected, by reason name.
  std::map<std::string, std::uint64_t, std::less<>> refusals;
};

enum class Service { Serving, Draining, DiskFailed };

struct Core {
  Core(Config config_in, payment::Ledger ledger_in, base::Random& random_in);
  Core(const Core&) = delete;  // the settlement points into it
  Core& operator=(const Core&) = delete;

  Config config;
  payment::Tariff tariff;
  crypto::Ed25519PrivateKey key;
  ton::ProxyIdentity identity;
  payment::Ledger ledger;
  std::optional<payment::chain::ProxySettlement> settlement;  // where there is a chain
  market::Market market;
  Outbox outbox;
  base::Random& random;
  Counters counters;
  Service service = Service::Serving;

  void count_refusal(std::string_view reason) { ++counters.refusals[std::string(reason)]; }
  // Says why and closes.
  void refuse(session::LinkId link, std::int64_t query_id, std::int32_t code,
              std::string_view reason, std::string message);
  void disconnect(session::LinkId link, std::string_view reason);

  template <class T>
  void answer(session::LinkId link, std::int64_t query_id, const T& object) {
    outbox.say(session::SendAnswer{link, query_id, tl::encode_boxed(object)});
  }
};

// The proxy's word to one contract, signed anew only when the amount has changed.
class PaymentVoice {
 public:
  // The newest payment for `tokens`; the view is valid until the next call.
  tl::AnyProxySignedPayment say(const Core& core, ton::PaymentOp op, const ton::Address& receiver,
                                base::TokenCount tokens);
  // What was signed last; empty if nothing was.
  tl::AnyProxySignedPayment last() const;

 private:
  base::TokenCount tokens_{-1};
  base::Bytes signed_;
};

// Fields of proxy.params as every greeting carries them, with the texts they point to.
struct ProxyParams {
  std::string owner;
  std::string contract;
  tl::ProxyParams fields(const Core& core, std::int32_t version) const;
};
ProxyParams proxy_params(const Core& core);

}  // namespace cocoon::proxy
