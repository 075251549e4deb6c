// The client's side of sessions with proxies: greeting, proof, payment status, list of models.
//
// The client recomputes both contract addresses that a proxy names and refuses a proxy that names
// others. It proves itself by a secret made for this one proxy contract, so that no proxy can spend
// at another; it never offers the empty secret. Where a proxy asks for something else than that
// secret, the client asks for the long proof, which a network without a chain grants or refuses in
// words.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "client/config.h"
#include "openai/models.h"
#include "openai/options.h"
#include "payment/chain/client_channel.h"
#include "payment/chain/per_proxy.h"
#include "payment/pricing.h"
#include "session/link.h"
#include "session/offer.h"
#include "session/standing.h"
#include "tl/types.h"

namespace cocoon::client {

// What a proxy says the client owes, in adjusted tokens since the account began.
struct Owed {
  std::int64_t in_its_books = 0;
  std::int64_t on_its_disk = 0;
};

// How often a proxy was found to say what can't be, remembered by its contract while the process
// lives: who else offers a model is asked first.
struct Doubts {
  std::uint64_t charges = 0;  // a request used more than it can
  std::uint64_t prices = 0;   // a list of offers has prices that aren't the network's
  std::uint64_t owed = 0;     // the client owes more than all its requests can have cost
  std::uint64_t total() const { return charges + prices + owed; }
};

// How fast answers come through a proxy, smoothed; 0 while nothing is known.
struct Pace {
  double first_byte_us = 0;
  double bytes_per_second = 0;
};

// What a request asks of its way through the network.
struct Wanted {
  std::string_view model;
  openai::Preference prefer = openai::Preference::None;
  int least_tier = 0;
};

struct ProxyLink {
  enum class State { Greeting, Proving, Ready };

  session::LinkId link;
  State state = State::Greeting;
  std::int32_t version = 0;
  std::string proxy_contract;  // friendly text, for people
  ton::Address proxy_address{};
  int tier_level = 0;  // 0 for T0 and so on
  std::string tier;    // what the proxy's evidence proved, for people
  Pace pace;
  Owed owed;
  std::size_t running = 0;
  bool draining = false;  // takes no new requests
  Doubts doubts;
  session::Standing standing = session::Standing::Good;
  std::string lapsed_because{};  // closed with this reason once nothing runs there
  // One query of each kind at a time.
  enum class Asked : std::uint64_t { Handshake = 1, Status = 2, Models = 3, Ends = 4 };
  bool status_asked = false;
  bool models_asked = false;
  std::vector<base::Bits256> ends_asked{};  // of these requests; empty: no query is out
  base::Instant next_ends{};
  base::Instant next_status;
  base::Instant next_models;
  bool has_models = false;
  std::vector<openai::ModelListing> models;
};

// What a client pays at this coefficient.
openai::ModelPrices listed_prices(std::int64_t coefficient, const payment::Tariff& tariff);

// SHA-256-HMAC of the proxy contract's raw address under the master secret: what this client shows
// to that proxy.
base::Bits256 secret_for(const base::Secret& master, const ton::Address& proxy_contract);

class ProxyLinks {
 public:
  ProxyLinks(const Config& config, std::deque<session::LinkEffect>& out)
      : config_(config), out_(out) {}

  void handle_opened(session::LinkId link, int tier_level, std::string tier);
  void handle_closed(session::LinkId link);
  void handle_answer(base::Now now, session::LinkId link, session::QueryTag tag,
                     base::BytesView object);
  void handle_query_failed(base::Now now, session::LinkId link, session::QueryTag tag,
                           std::string_view message);
  // proxy.clientRequestPayment and a bare proxy.signedPayment. False if the object is something
  // else.
  bool handle_payment(base::Now now, session::LinkId link, base::BytesView object);
  // proxy.draining. False if the object is something else.
  bool handle_drain_notice(session::LinkId link, base::BytesView object);
  // What the shell has found out about the proxy; `why` if it has lapsed.
  void handle_standing(session::LinkId link, session::Standing standing, std::string_view why);
  // Asks how these requests of a lost connection have ended.
  void ask_ends(ProxyLink& proxy, std::vector<base::Bits256> requests);
  static bool is_about_ends(session::QueryTag tag) {
    return tag == session::QueryTag(static_cast<std::uint64_t>(ProxyLink::Asked::Ends));
  }
  // A request of the link has ended.
  void release(session::LinkId link);
  void handle_time(base::Now now);
  std::optional<base::Instant> poll_deadline() const;

  ProxyLink* find(session::LinkId link);
  // A ready link of the tier whose proxy offers the model, else any ready one of the tier; of these
  // the preferred one, and of equal ones the least busy. A proxy that drains is no choice. Null if
  // there is none.
  ProxyLink* choose(const Wanted& wanted);
  // The same among those not in `tried`, and only if the proxy offers the model or has not said yet
  // what it offers.
  ProxyLink* choose_another(const Wanted& wanted, std::span<const session::LinkId> tried);
  // The same, but only if the proxy has said that it offers the model.
  ProxyLink* choose_offering(const Wanted& wanted, std::span<const session::LinkId> tried);
  // What proxies offer is asked by `at`.
  void hurry_models(base::Instant at);
  void note_first_byte(session::LinkId link, base::Duration time);
  void note_answer(session::LinkId link, base::Duration time, std::size_t bytes);
  // It was given a request that can use so many adjusted tokens at most; it has said what the
  // request used. A request whose end it doesn't tell may have cost everything.
  void note_asked(session::LinkId link, base::TokenCount most);
  void note_told(session::LinkId link, base::TokenCount most, base::TokenCount used);
  // It said that a request used more than it can.
  void note_doubtful_charge(session::LinkId link);
  // Of all proxies since the process began.
  std::uint64_t doubtful_prices() const { return doubtful_prices_; }
  std::uint64_t doubtful_totals() const { return doubtful_totals_; }
  // The lowest coefficient of a worker with a free slot that this proxy lists for the model.
  static std::optional<std::int64_t> cheapest_free(const ProxyLink& proxy, std::string_view model);
  // The highest that any proxy lists for it.
  std::optional<std::int64_t> dearest(std::string_view model) const;
  const std::map<session::LinkId, ProxyLink>& all() const { return links_; }
  // A proxy that takes requests.
  bool any_ready() const;
  // All models of all ready proxies, by name.
  std::vector<openai::ModelListing> models() const;
  std::vector<std::string> model_names() const;
  void close(session::LinkId link, std::string_view reason);
  // Empty where there is no chain.
  payment::chain::PerProxy<payment::chain::ClientChannel>& channels() { return channels_; }
  const payment::chain::PerProxy<payment::chain::ClientChannel>& channels() const {
    return channels_;
  }

 private:
  void handle_connected(base::Now now, ProxyLink& proxy, base::BytesView object);
  payment::chain::ClientChannel& channel_with(const ton::ProxyIdentity& proxy,
                                              const base::Bits256& secret);
  void learn(base::Now now, ProxyLink& proxy, Owed owed);
  // What is known of a proxy beyond its connections, by contract.
  struct Past {
    Doubts doubts{};
    base::Instant first_word{};
    std::int64_t owed_first = 0;  // as it said at first, or was let pass with later
    std::int64_t may_owe = 0;     // beyond that: what requests since then can have cost
  };
  // Null before the proxy has named its contract, and when too many are remembered.
  Past* past_of(const ProxyLink& proxy);
  void doubt(ProxyLink& proxy, std::uint64_t Doubts::* what);
  void check_owed(base::Now now, ProxyLink& proxy);
  void handle_proven(base::Now now, ProxyLink& proxy, base::BytesView object);
  void end_if_lapsed(const ProxyLink& proxy);
  template <class Fits>
  ProxyLink* best_of(const Wanted& wanted, std::span<const session::LinkId> tried,
                     const Fits& fits);
  void handle_models(base::Now now, ProxyLink& proxy, base::BytesView object);
  // Of older versions, and since version 5; false if they can't be read.
  static bool read_worker_types(ProxyLink& proxy, base::BytesView object);
  bool read_offers(ProxyLink& proxy, base::BytesView object);
  openai::ModelOffer listed(const tl::ClientOffer& offer, const session::OfferTerms& terms) const;
  template <class T>
  void ask(const ProxyLink& proxy, ProxyLink::Asked what, const T& object, base::Duration timeout);

  const Config& config_;
  std::deque<session::LinkEffect>& out_;
  std::map<session::LinkId, ProxyLink> links_;
  payment::chain::PerProxy<payment::chain::ClientChannel> channels_;
  std::unordered_map<ton::Address, Past, ton::AddressHash> past_;
  std::uint64_t doubtful_prices_ = 0;
  std::uint64_t doubtful_totals_ = 0;
};

}  // namespace cocoon::client
