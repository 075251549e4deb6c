#include "app/commands/root_setting.h"

#include <algorithm>
#include <charconv>
#include <functional>

#include "app/commands/fault.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "registry/proxy_address.h"
#include "ton/contract_code.h"

namespace cocoon::app::commands {
namespace {

using base::Result;
using registry::RootState;

base::Error bad_value(const std::string& value, const std::string& wanted) {
  return fault(CommandFault::Usage, "\"" + value + "\" does not fit", wanted);
}

Result<std::uint32_t> number(const std::string& value) {
  std::uint32_t out = 0;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, out);
  if (error == std::errc() && stop == end) return out;
  return bad_value(value, "a whole number below 2^32");
}

Result<base::Nanoton> amount(const std::string& value) {
  const auto out = base::parse_nanoton(value);
  if (out) return *out;
  return bad_value(value, "an amount: 20n (nanotons), or 1.5 (TON)");
}

Result<base::Bits256> hash(const std::string& value) {
  const auto out = base::bits256_from_hex(value);
  if (out) return *out;
  return bad_value(value, "64 hexadecimal digits");
}

// A hash in hexadecimal, or the model's name as workers give it.
base::Bits256 model_hash(const std::string& value) {
  const auto given = base::bits256_from_hex(value);
  return given ? *given : crypto::sha256(base::as_bytes(value));
}

using Hashes = std::vector<base::Bits256>;

void add(Hashes& hashes, const base::Bits256& one) {
  if (std::ranges::find(hashes, one) == hashes.end()) hashes.push_back(one);
}

Result<void> remove(Hashes& hashes, const base::Bits256& one) {
  if (std::erase(hashes, one) > 0) return {};
  return fault(CommandFault::Usage, "the root contract does not list " + base::to_hex(one),
               "cocoon root show, which lists them");
}

Result<void> add_proxy(RootState& state, const std::string& value) {
  auto proxy = registry::parse_proxy_address(state.last_proxy_seqno + 1, value);
  if (!proxy) return bad_value(value, "\"HOST:PORT HOST:PORT\" for workers and clients, or one");
  state.proxies.push_back(*std::move(proxy));
  return {};
}

Result<void> remove_proxy(RootState& state, const std::string& value) {
  const std::uint32_t seqno = TRY(number(value));
  const auto has = [seqno](const auto& proxy) { return proxy.seqno == seqno; };
  if (std::erase_if(state.proxies, has) > 0) return {};
  return bad_value(value, "the sequence number of a proxy that cocoon root show lists");
}

Result<void> take_contracts(RootState& state, const std::string& value) {
  if (value != "built-in") return bad_value(value, "built-in: the contracts of this program");
  state.params.proxy_code = ton::contract_code(ton::CocoonContract::Proxy);
  state.params.worker_code = ton::contract_code(ton::CocoonContract::Worker);
  state.params.client_code = ton::contract_code(ton::CocoonContract::Client);
  return {};
}

struct Setting {
  const char* name;
  std::function<Result<void>(RootState&, const std::string&)> apply;
};

template <class Member>
Setting amount_setting(const char* name, Member member) {
  return {name, [member](RootState& state, const std::string& value) -> Result<void> {
            state.params.*member = TRY(amount(value));
            return {};
          }};
}

Setting multiplier(const char* name, std::uint32_t ton::PriceMultipliers::* member) {
  return {name, [member](RootState& state, const std::string& value) -> Result<void> {
            state.params.multipliers.*member = TRY(number(value));
            return {};
          }};
}

template <class Member>
Setting delay(const char* name, Member member) {
  return {name, [member](RootState& state, const std::string& value) -> Result<void> {
            state.params.*member = std::chrono::seconds(TRY(number(value)));
            return {};
          }};
}

Setting add_image(const char* name, Hashes RootState::* list) {
  return {name, [list](RootState& state, const std::string& value) -> Result<void> {
            add(state.*list, TRY(hash(value)));
            return {};
          }};
}

Setting remove_image(const char* name, Hashes RootState::* list) {
  return {name, [list](RootState& state, const std::string& value) -> Result<void> {
            const auto one = TRY(hash(value));
            return remove(state.*list, one);
          }};
}

Result<void> add_model(RootState& state, const std::string& value) {
  add(state.model_hashes, model_hash(value));
  return {};
}

Result<void> remove_model(RootState& state, const std::string& value) {
  return remove(state.model_hashes, model_hash(value));
}

const std::vector<Setting>& settings() {
  using Params = ton::ContractParams;
  using Factors = ton::PriceMultipliers;
  static const std::vector<Setting> table{
      amount_setting("price", &Params::price_per_token),
      amount_setting("worker-fee", &Params::worker_fee_per_token),
      multiplier("multiplier-prompt", &Factors::prompt),
      multiplier("multiplier-cached", &Factors::cached),
      multiplier("multiplier-completion", &Factors::completion),
      multiplier("multiplier-reasoning", &Factors::reasoning),
      amount_setting("proxy-stake", &Params::min_proxy_stake),
      amount_setting("client-stake", &Params::min_client_stake),
      delay("proxy-delay", &Params::proxy_delay_before_close),
      delay("client-delay", &Params::client_delay_before_close),
      add_image("add-proxy-image", &RootState::proxy_hashes),
      remove_image("remove-proxy-image", &RootState::proxy_hashes),
      add_image("add-worker-image", &RootState::worker_hashes),
      remove_image("remove-worker-image", &RootState::worker_hashes),
      {"add-model", add_model},
      {"remove-model", remove_model},
      {"add-proxy", add_proxy},
      {"remove-proxy", remove_proxy},
      {"contracts", take_contracts}};
  return table;
}

}  // namespace

std::vector<std::string> root_settings() {
  std::vector<std::string> names;
  for (const Setting& setting : settings()) names.emplace_back(setting.name);
  return names;
}

Result<void> apply_root_setting(RootState& state, const std::string& setting,
                                const std::string& value) {
  const auto found =
      std::ranges::find_if(settings(), [&](const Setting& one) { return setting == one.name; });
  if (found == settings().end()) {
    return fault(CommandFault::Usage, "a root contract has no setting " + setting,
                 "cocoon root set --help");
  }
  return found->apply(state, value);
}

}  // namespace cocoon::app::commands
