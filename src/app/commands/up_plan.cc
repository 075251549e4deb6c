#include "app/commands/up_plan.h"

#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "ton/boc.h"
#include "ton/cell_builder.h"

namespace cocoon::app::commands {
namespace {

using nlohmann::json;

// Cheap to compute, since whoever connects is on this machine.
constexpr int kProofOfWorkBits = 8;
constexpr std::string_view kCredit = "1000ton";

// A stand-in for a contract's code: addresses need some code to follow from, and nobody runs it.
std::string stand_in_code(std::string_view contract) {
  ton::CellBuilder builder;
  builder.store_bytes(base::as_bytes("cocoon up, no code: " + std::string(contract)));
  return base::to_hex(ton::serialize_boc(builder.finish_fixed()));
}

class Toml {
 public:
  explicit Toml(std::string_view role) {
    text_ = "# Written by `cocoon up` at every start; it stands for the " + std::string(role) +
            " of a private network.\n# Evidence is SIMULATED here and proves nothing.\n";
  }
  Toml& set(std::string_view key, std::string_view value) {
    text_ += std::string(key) + " = " + toml_quoted(value) + "\n";
    return *this;
  }
  Toml& set_number(std::string_view key, int value) {
    text_ += std::string(key) + " = " + std::to_string(value) + "\n";
    return *this;
  }
  Toml& set_list(std::string_view key, std::string_view only) {
    text_ += std::string(key) + " = [" + toml_quoted(only) + "]\n";
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

Toml common(const UpPlan& plan, const base::Bits256& root_key, std::string_view role,
            std::string_view participant) {
  Toml toml(role);
  if (plan.chain) {
    const UpAccount& account = plan.chain->accounts.at(std::string(participant));
    toml.set("chain", plan.chain->config)
        .set("root", ton::to_friendly_text(plan.chain->network->root().address))
        .set("wallet_key_file", account.key_file)
        .set("owner", ton::to_friendly_text(account.owner));
  } else {
    toml.set("network", plan.path("network.json"))
        .set("owner", ton::to_friendly_text(up_owner(root_key, participant)));
  }
  toml.set("policy", "development").set("simulated_root_file", plan.path("simulated-root.key"));
  return toml;
}

// By which the proxy knows the client: its wallet, where there are wallets.
ton::Address client_address(const UpPlan& plan, const base::Bits256& root_key) {
  return plan.chain ? plan.chain->accounts.at("client").wallet : up_owner(root_key, "client");
}

}  // namespace

std::string up_worker_name(std::size_t index) { return "worker-" + std::to_string(index + 1); }

ton::Address up_owner(const base::Bits256& root_key, std::string_view participant) {
  return {0, crypto::sha256(base::as_bytes("cocoon up owner " + std::string(participant) + " " +
                                           base::to_hex(root_key)))};
}

std::string network_text(const UpPlan& plan, const base::Bits256& root_key) {
  const json document{
      {"root_owner_address", ton::to_friendly_text(up_owner(root_key, "root"))},
      {"version", 1},
      {"params_version", 1},
      {"struct_version", 5},
      {"is_test", true},
      {"last_proxy_seqno", 1},
      {"model_types", json::array({plan.model})},
      {"proxy_hashes", json::array({base::to_base64(plan.images.proxy)})},
      {"worker_hashes", json::array({base::to_base64(plan.images.worker)})},
      {"registered_proxies", json::array({{{"seqno", 1},
                                           {"address", local_address(plan.proxy_workers) + " " +
                                                           local_address(plan.proxy_clients)}}})},
      {"price_per_token", kUpPricePerToken},
      {"worker_fee_per_token", kUpWorkerFeePerToken},
      {"prompt_tokens_price_multiplier", kUpMultipliers.prompt},
      {"cached_tokens_price_multiplier", kUpMultipliers.cached},
      {"completion_tokens_price_multiplier", kUpMultipliers.completion},
      {"reasoning_tokens_price_multiplier", kUpMultipliers.reasoning},
      {"proxy_sc_code", stand_in_code("proxy")},
      {"worker_sc_code", stand_in_code("worker")},
      {"client_sc_code", stand_in_code("client")}};
  return document.dump(2) + "\n";
}

std::string proxy_text(const UpPlan& plan, const base::Bits256& root_key,
                       const base::Bits256& client_secret_hash) {
  Toml toml = common(plan, root_key, "proxy", "proxy");
  return toml.set("signing_key_file", plan.path("proxy.key"))
      .set("database", plan.path("proxy.db"))
      .set("workers_listen", local_address(plan.proxy_workers))
      .set("clients_listen", local_address(plan.proxy_clients))
      .set("http_listen", local_address(plan.proxy_http))
      .set_list("clients", ton::to_friendly_text(client_address(plan, root_key)) + " " +
                               base::to_hex(client_secret_hash) + " " + std::string(kCredit))
      .set_number("pow_difficulty", kProofOfWorkBits)
      .text();
}

std::string worker_text(const UpPlan& plan, const base::Bits256& root_key, std::size_t index) {
  Toml toml = common(plan, root_key, "worker", up_worker_name(index));
  return toml.set("engine", plan.engine)
      .set("model", plan.model)
      .set("http_listen", local_address(plan.worker_http.at(index)))
      .text();
}

std::string client_text(const UpPlan& plan, const base::Bits256& root_key) {
  Toml toml = common(plan, root_key, "client", "client");
  return toml.set("master_secret_file", plan.path("client.secret"))
      .set("listen", plan.listen)
      .text();
}

std::string toml_quoted(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += std::string("\\u00") + kDigits[byte >> 4] + kDigits[byte & 15];
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace cocoon::app::commands
