#include "proxy/core.h"

#include "base/secret.h"
#include "payment/tariff.h"
#include "tl/codec.h"

namespace cocoon::proxy {
namespace {

crypto::Ed25519PrivateKey key_of(Config& config) {
  auto key = crypto::Ed25519PrivateKey::from_seed(config.signing_seed);
  CHECK(key);  // the configuration's reader has checked the size
  base::wipe_memory(config.signing_seed.data(), config.signing_seed.size());
  config.signing_seed.clear();
  return std::move(*key);
}

}  // namespace

Core::Core(Config config_in, payment::Ledger ledger_in, base::Random& random_in)
    : config(std::move(config_in)),
      tariff(payment::tariff_of(config.network.root().params)),
      key(key_of(config)),
      identity{.contract = config.network.proxy_address(config.owner, key.public_key()),
               .public_key = key.public_key()},
      ledger(std::move(ledger_in)),
      random(random_in) {
  outbox.handle_persisted(ledger.durable_sequence());  // books that were read from a disk
  if (!config.chain) return;
  const registry::Snapshot& network = config.network;
  settlement.emplace(payment::chain::SettlementTerms{.contracts = network.contracts(),
                                                     .proxy = identity,
                                                     .owner = config.owner,
                                                     .wallet = config.chain->wallet,
                                                     .price_per_token = network.price_per_token(),
                                                     .min_proxy_stake = network.min_proxy_stake(),
                                                     .rules = config.chain->rules},
                     ledger, key);
}

void Core::refuse(session::LinkId link, std::int64_t query_id, std::int32_t code,
                  std::string_view reason, std::string message) {
  outbox.say(session::SendError{link, query_id, code, std::move(message)});
  disconnect(link, reason);
}

void Core::disconnect(session::LinkId link, std::string_view reason) {
  count_refusal(reason);
  outbox.say(session::CloseLink{link, std::string(reason)});
}

tl::AnyProxySignedPayment PaymentVoice::say(const Core& core, ton::PaymentOp op,
                                            const ton::Address& receiver, base::TokenCount tokens) {
  if (tokens != tokens_) {
    signed_ = ton::make_signed_payment(op, static_cast<std::uint64_t>(tokens.count), tokens,
                                       receiver, core.config.owner, core.key);
    tokens_ = tokens;
  }
  return last();
}

tl::AnyProxySignedPayment PaymentVoice::last() const {
  if (signed_.empty()) return tl::ProxySignedPaymentEmpty{};
  return tl::ProxySignedPayment{.data = signed_};
}

ProxyParams proxy_params(const Core& core) {
  return {.owner = ton::to_friendly_text(core.config.owner),
          .contract = ton::to_friendly_text(core.identity.contract)};
}

tl::ProxyParams ProxyParams::fields(const Core& core, std::int32_t version) const {
  tl::ProxyParams params{};
  params.flags = tl::ProxyParams::kHasIsTest;
  params.proxy_public_key = core.identity.public_key;
  params.proxy_owner_address = owner;
  params.proxy_sc_address = contract;
  params.is_test = core.config.network.is_test();
  if (version > 0) {
    params.flags |= tl::ProxyParams::kHasProtoVersion;
    params.proto_version = version;
  }
  return params;
}

}  // namespace cocoon::proxy
