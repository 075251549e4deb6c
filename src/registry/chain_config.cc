// Reading global.config.json.
#include "registry/chain_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "registry/error.h"
#include "registry/limits.h"

namespace cocoon::registry {
namespace {

using nlohmann::json;

base::Error member_error(const char* what) {
  return {RegistryError::ConfigMember,
          std::string("The chain's configuration file has no usable ") + what + "."};
}

const json* member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::optional<std::int64_t> integer(const json& object, const char* name) {
  const json* value = member(object, name);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  return value->is_number_unsigned() ? static_cast<std::int64_t>(value->get<std::uint64_t>())
                                     : value->get<std::int64_t>();
}

std::optional<base::Bits256> hash(const json& object, const char* name) {
  const json* value = member(object, name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const auto bytes = base::from_base64(value->get_ref<const std::string&>());
  base::Bits256 bits{};
  if (!bytes || bytes->size() != bits.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), bits.begin());
  return bits;
}

// An integer of `Int`'s range; nothing for another one.
template <class Int>
std::optional<Int> narrow(std::optional<std::int64_t> value) {
  if (!value || !std::in_range<Int>(*value)) return std::nullopt;
  return static_cast<Int>(*value);
}

std::optional<ton::BlockId> block(const json* object) {
  if (object == nullptr) return std::nullopt;
  const auto workchain = narrow<std::int32_t>(integer(*object, "workchain"));
  const auto shard = integer(*object, "shard");
  const auto seqno = narrow<std::uint32_t>(integer(*object, "seqno"));
  const auto root_hash = hash(*object, "root_hash");
  const auto file_hash = hash(*object, "file_hash");
  if (!workchain || !shard || !seqno || !root_hash || !file_hash) return std::nullopt;
  const ton::BlockId id{
      {*workchain, static_cast<std::uint64_t>(*shard)}, *seqno, *root_hash, *file_hash};
  return id.shard.is_masterchain() ? std::optional(id) : std::nullopt;
}

// Addresses stand as 32-bit numbers, signed as a rule.
std::optional<ton::LiteServer> server(const json& object) {
  const auto ip = integer(object, "ip");
  const auto port = integer(object, "port");
  const json* id = member(object, "id");
  const json* type = id == nullptr ? nullptr : member(*id, "@type");
  const bool known_key = type != nullptr && *type == "pub.ed25519";
  const bool is_address = narrow<std::int32_t>(ip) || narrow<std::uint32_t>(ip);
  if (!is_address || !port || !known_key || *port < 1 || *port > 65535) return std::nullopt;
  const auto key = hash(*id, "key");
  if (!key) return std::nullopt;
  const auto address = static_cast<std::uint32_t>(*ip);
  std::string name;
  for (int i = 3; i >= 0; --i) {
    name += std::to_string(address >> (8 * i) & 0xff) + (i > 0 ? "." : ":");
  }
  return ton::LiteServer{name + std::to_string(*port), *key};
}

}  // namespace

base::Result<ton::LiteClientConfig> parse_chain_config(std::string_view text) {
  if (text.size() > kMaxChainConfigBytes) {
    return base::Error(RegistryError::ConfigTooBig, "The chain's configuration file is too big.");
  }
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object()) {
    return base::Error(RegistryError::ConfigForm,
                       "The chain's configuration file is not a JSON object.");
  }
  ton::LiteClientConfig config;
  const json* validator = member(document, "validator");
  const auto zero_state =
      validator == nullptr ? std::nullopt : block(member(*validator, "zero_state"));
  if (!zero_state || zero_state->seqno != 0) return member_error("validator.zero_state");
  config.anchor.zero_state = *zero_state;
  // Without another block, trust begins at the zero state.
  const json* init = member(*validator, "init_block");
  const auto init_block = block(init);
  if (init != nullptr && !init_block) return member_error("validator.init_block");
  config.anchor.init_block = init_block.value_or(*zero_state);
  const json* servers = member(document, "liteservers");
  if (servers == nullptr || !servers->is_array() || servers->empty() ||
      servers->size() > kMaxLiteServers) {
    return member_error("list of liteservers");
  }
  for (const json& entry : *servers) {
    const auto parsed = server(entry);
    if (!parsed) return member_error("entry in liteservers");
    config.servers.push_back(*parsed);
  }
  return config;
}

}  // namespace cocoon::registry
