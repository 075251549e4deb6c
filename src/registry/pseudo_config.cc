// Reading the simulated root of a network without a chain.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "registry/proxy_address.h"
#include "registry/snapshot.h"
#include "ton/boc.h"

namespace cocoon::registry {
namespace {

using Json = nlohmann::json;

constexpr std::uint8_t kDefaultStructVersion = 1;
constexpr std::uint32_t kDefaultUniqueId = 13;
constexpr std::chrono::seconds kDefaultProxyDelay{600};
constexpr std::chrono::seconds kDefaultClientDelay{300};

base::Error member_error(const char* name, std::string_view wanted) {
  return {RegistryError::ConfigMember,
          "The member \"" + std::string(name) + "\" must be " + std::string(wanted) + "."};
}

// The member, or nothing if it is absent or null.
const Json* find(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member == object.end() || member->is_null() ? nullptr : &*member;
}

// A number from 0 to `highest`, as JSON number or as decimal text.
base::Result<std::int64_t> read_number(const Json& value, const char* name, std::int64_t highest) {
  std::int64_t number = -1;
  if (value.is_number_unsigned()) {
    const auto raw = value.get<std::uint64_t>();
    if (raw <= INT64_MAX) number = static_cast<std::int64_t>(raw);
  } else if (const auto* text = value.get_ptr<const std::string*>()) {
    const char* last = text->data() + text->size();
    const auto [end, fault] = std::from_chars(text->data(), last, number);
    if (fault != std::errc{} || end != last) number = -1;
  }
  if (number >= 0 && number <= highest) return number;
  return member_error(name, "a number from 0 to " + std::to_string(highest));
}

// Reads members of one object. A missing member leaves the target as it is.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  template <class T>
  base::Result<void> number(const char* name, T& out) const {
    const Json* value = find(object_, name);
    if (!value) return {};
    constexpr auto kHighest = static_cast<std::int64_t>(std::numeric_limits<T>::max());
    out = static_cast<T>(TRY(read_number(*value, name, kHighest)));
    return {};
  }
  base::Result<void> amount(const char* name, base::Nanoton& out) const {
    std::int64_t count = out.count();
    TRY(number(name, count));
    out = base::Nanoton(count);
    return {};
  }
  base::Result<void> seconds(const char* name, std::chrono::seconds& out) const {
    auto count = static_cast<std::uint32_t>(out.count());
    TRY(number(name, count));
    out = std::chrono::seconds(count);
    return {};
  }
  // true, false, 0, 1 or the same as text.
  base::Result<void> flag(const char* name, bool& out) const {
    const Json* value = find(object_, name);
    if (!value) return {};
    const std::string text = value->is_string() ? value->get<std::string>() : value->dump();
    if (text != "true" && text != "false" && text != "1" && text != "0") {
      return member_error(name, "true or false");
    }
    out = text == "true" || text == "1";
    return {};
  }
  base::Result<std::string> text(const char* name) const {
    const Json* value = find(object_, name);
    if (!value || !value->is_string()) return member_error(name, "a text");
    return value->get<std::string>();
  }
  // The elements of an array; none if the member is missing.
  base::Result<std::vector<Json>> list(const char* name) const {
    const Json* value = find(object_, name);
    if (!value) return std::vector<Json>{};
    if (!value->is_array()) return member_error(name, "a list");
    if (value->size() > kMaxListEntries) {
      return base::Error(RegistryError::TooManyEntries,
                         "The list \"" + std::string(name) + "\" is too long.");
    }
    return std::vector<Json>(value->begin(), value->end());
  }

 private:
  const Json& object_;
};

void sort_out(std::vector<base::Bits256>& hashes) {
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

base::Result<std::vector<base::Bits256>> read_hashes(const Members& config, const char* name) {
  const std::vector<Json> list = TRY(config.list(name));
  std::vector<base::Bits256> hashes;
  for (const Json& element : list) {
    const auto* text = element.get_ptr<const std::string*>();
    const std::optional<base::Bytes> bytes = text ? base::from_base64(*text) : std::nullopt;
    base::Bits256 hash;
    if (!bytes || bytes->size() != hash.size()) {
      return member_error(name, "a list of 32-byte values in base64");
    }
    std::copy(bytes->begin(), bytes->end(), hash.begin());
    hashes.push_back(hash);
  }
  sort_out(hashes);
  return hashes;
}

base::Result<void> read_models(const Members& config, RootState& state) {
  state.model_hashes = TRY(read_hashes(config, "model_hashes"));
  const std::vector<Json> types = TRY(config.list("model_types"));
  for (const Json& type : types) {
    const auto* name = type.get_ptr<const std::string*>();
    if (!name || name->size() > kMaxModelNameBytes) {
      return member_error("model_types", "a list of model names");
    }
    state.model_hashes.push_back(crypto::sha256(base::as_bytes(*name)));
  }
  sort_out(state.model_hashes);
  return {};
}

base::Result<void> read_proxies(const Members& config, RootState& state) {
  const std::vector<Json> list = TRY(config.list("registered_proxies"));
  for (const Json& element : list) {
    if (!element.is_object()) return member_error("registered_proxies", "a list of objects");
    const Members members(element);
    std::uint32_t seqno = 0;
    TRY(members.number("seqno", seqno));
    const std::string address = TRY(members.text("address"));
    std::optional<RegisteredProxy> proxy = parse_proxy_address(seqno, address);
    if (!proxy) return member_error("address", "\"workers_host:port clients_host:port\"");
    state.proxies.push_back(*std::move(proxy));
  }
  const auto by_seqno = [](const auto& a, const auto& b) { return a.seqno < b.seqno; };
  std::sort(state.proxies.begin(), state.proxies.end(), by_seqno);
  const auto same = [](const auto& a, const auto& b) { return a.seqno == b.seqno; };
  if (std::adjacent_find(state.proxies.begin(), state.proxies.end(), same) != state.proxies.end()) {
    return member_error("seqno", "different for every registered proxy");
  }
  return {};
}

base::Result<ton::CellRef> read_code(const Members& config, const char* name) {
  const std::string hex = TRY(config.text(name));
  const std::optional<base::Bytes> boc = base::from_hex(hex);
  if (!boc) return member_error(name, "a bag of cells in hexadecimal");
  base::Result<ton::CellRef> code = ton::parse_single_root_boc(*boc);
  if (!code) return std::move(code).error().within(name);
  return code;
}

base::Result<void> read_prices(const Members& config, ton::ContractParams& params) {
  TRY(config.amount("price_per_token", params.price_per_token));
  TRY(config.amount("worker_fee_per_token", params.worker_fee_per_token));
  TRY(config.number("prompt_tokens_price_multiplier", params.multipliers.prompt));
  TRY(config.number("cached_tokens_price_multiplier", params.multipliers.cached));
  TRY(config.number("completion_tokens_price_multiplier", params.multipliers.completion));
  TRY(config.number("reasoning_tokens_price_multiplier", params.multipliers.reasoning));
  TRY(config.amount("proxy_min_stake", params.min_proxy_stake));
  return config.amount("client_min_stake", params.min_client_stake);
}

base::Result<ton::ContractParams> read_params(const Members& config) {
  ton::ContractParams params;
  params.struct_version = kDefaultStructVersion;
  params.unique_id = kDefaultUniqueId;
  params.is_test = true;
  params.proxy_delay_before_close = kDefaultProxyDelay;
  params.client_delay_before_close = kDefaultClientDelay;
  TRY(config.number("struct_version", params.struct_version));
  TRY(config.number("params_version", params.params_version));
  TRY(config.number("unique_id", params.unique_id));
  TRY(config.flag("is_test", params.is_test));
  TRY(read_prices(config, params));
  TRY(config.seconds("proxy_delay_before_close", params.proxy_delay_before_close));
  TRY(config.seconds("client_delay_before_close", params.client_delay_before_close));
  params.proxy_code = TRY(read_code(config, "proxy_sc_code"));
  params.worker_code = TRY(read_code(config, "worker_sc_code"));
  params.client_code = TRY(read_code(config, "client_sc_code"));
  return params;
}

}  // namespace

base::Result<Snapshot> parse_pseudo_config(const ton::Address& root, std::string_view json) {
  if (json.size() > kMaxPseudoConfigBytes) {
    return base::Error(RegistryError::ConfigTooBig, "The network's configuration is too long.");
  }
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) {
    return base::Error(RegistryError::ConfigForm,
                       "The network's configuration is not a JSON object.");
  }
  const Members config(object);
  RootState state;
  state.address = root;
  const std::string owner = TRY(config.text("root_owner_address"));
  state.owner = TRY(ton::parse_address(owner));
  TRY(config.number("version", state.version));
  TRY(config.number("last_proxy_seqno", state.last_proxy_seqno));
  state.proxy_hashes = TRY(read_hashes(config, "proxy_hashes"));
  state.worker_hashes = TRY(read_hashes(config, "worker_hashes"));
  TRY(read_models(config, state));
  TRY(read_proxies(config, state));
  state.params = TRY(read_params(config));
  return Snapshot::make(std::move(state));
}

}  // namespace cocoon::registry
