// The simulated root: the file that was in force while conversations were recorded, and hostile
// ones.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "registry/snapshot.h"
#include "ton/test_support.h"

namespace cocoon::registry {
namespace {

using Json = nlohmann::json;

// The parties of the recorded conversations (tests/vectors/wire).
const ton::Address kRoot = *ton::parse_address("EQBT4hy4vMEZ9uxSCuhw_gBKh9_AwmHXLe7Wo0O4Vh-4kRjJ");
const ton::Address kOperator =
    *ton::parse_address("UQAuz15H1ZHrZ_psVrAra7HealMIVeFq0wguqlmFno1f3B-m");
const ton::Address kClientWallet =
    *ton::parse_address("UQCdj43bBDyeJlfe6FVSpWLfsDMp4YHbmz5lca5-tNz-fx20");
constexpr std::string_view kProxyContract = "UQBPkxYfPKgOBMbbi9VQVO2DQz7Wg3w9K5YTsl8x1_KaeZcZ";
constexpr std::string_view kClientContract = "UQCACjNFLY4ArI-ZdQsAazEAW41KvHyVIAWsFh9pbqcA1f12";
constexpr std::string_view kWorkerContract = "UQDLYGhRHNqXquKXJazsjMBUUhXtmZ_Nom43-_sztpg80bUO";
constexpr std::string_view kProxyKey =
    "559087582b7e5ea2b2b986c258e0067b806a59b154e955decf00429610eab095";

Json recorded() { return Json::parse(ton::vector_text("ton/fake-ton-config.json")); }

std::string_view reason_of_text(std::string_view json) {
  const auto snapshot = parse_pseudo_config(kRoot, json);
  return snapshot ? "accepted" : snapshot.error().reason();
}
std::string_view reason(const Json& json) { return reason_of_text(json.dump()); }

Json changed(const char* member, Json value) {
  Json json = recorded();
  json[member] = std::move(value);
  return json;
}

TEST(PseudoConfig, ReadsTheRecordedOne) {
  const auto snapshot = parse_pseudo_config(kRoot, ton::vector_text("ton/fake-ton-config.json"));
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(to_friendly_text(snapshot->owner()),
            "UQBgPMq7ye2WRcudRHK_-yjHwMXjeN-UCzAuoo06TR6hmrpf");
  EXPECT_EQ(snapshot->version(), 3u);
  EXPECT_EQ(snapshot->struct_version(), 1);
  EXPECT_EQ(snapshot->params_version(), 1u);
  EXPECT_EQ(snapshot->unique_id(), 13u);
  EXPECT_TRUE(snapshot->is_test());
  EXPECT_EQ(snapshot->price_per_token(), base::Nanoton(2));
  EXPECT_EQ(snapshot->worker_fee_per_token(), base::Nanoton(1));
  EXPECT_EQ(snapshot->multipliers(), ton::PriceMultipliers{});
  EXPECT_EQ(snapshot->proxy_delay_before_close(), std::chrono::seconds(600));
  EXPECT_EQ(snapshot->client_delay_before_close(), std::chrono::seconds(300));
  EXPECT_EQ(snapshot->min_proxy_stake(), base::Nanoton(base::kNanotonsPerTon));
  EXPECT_EQ(snapshot->min_client_stake(), base::Nanoton(base::kNanotonsPerTon));
  EXPECT_EQ(snapshot->proxies(),
            (std::vector<RegisteredProxy>{{1, "127.0.0.1:11001", "127.0.0.1:11002"}}));
  EXPECT_EQ(snapshot->root().last_proxy_seqno, 1u);
  EXPECT_TRUE(snapshot->root().model_hashes.empty()) << "model_names is a leftover";
  EXPECT_TRUE(snapshot->allows_proxy_image(
      *base::bits256_from_hex("3eba31c8fae8c723eba31c8fae8c723eba31c8fae8c723eba31c8fae8c723eba")));
  EXPECT_TRUE(snapshot->allows_worker_image(
      *base::bits256_from_hex("5a8ae47ab5a8ae47ab5a8ae47ab5a8ae47ab5a8ae47ab5a8ae47ab5a8ae47ab5")));
  const ton::ContractParams& params = snapshot->root().params;
  EXPECT_EQ(base::to_hex(params.proxy_code->hash()),
            "532e707649e4161be4d816e2b6f97f82e602855a4cd3475883028d054c6e72ef");
  EXPECT_EQ(base::to_hex(params.worker_code->hash()),
            "657cb7ca586d77e88066effadf10f3eddea7d3487e809220e770d9dc4e596023");
  EXPECT_EQ(base::to_hex(params.client_code->hash()),
            "5d8a54e4462dd52f747bae8c1edca819fd2f462be05c1fc595cc2a34e6b18c44");
}

// The conversations carry the texts of the addresses that the reference computed from this file.
TEST(PseudoConfig, AddressesOfTheRecordedConversations) {
  const Snapshot snapshot =
      *parse_pseudo_config(kRoot, ton::vector_text("ton/fake-ton-config.json"));
  ton::ProxyIdentity proxy;
  proxy.public_key = *base::bits256_from_hex(kProxyKey);
  proxy.contract = snapshot.proxy_address(kOperator, proxy.public_key);
  EXPECT_EQ(to_friendly_text(proxy.contract), kProxyContract);
  EXPECT_EQ(to_friendly_text(snapshot.client_address(kClientWallet, proxy)), kClientContract);
  EXPECT_EQ(to_friendly_text(snapshot.worker_address(kOperator, proxy)), kWorkerContract);

  const std::string client = ton::vector_text("wire/client-session-at-proxy.json");
  const std::string worker = ton::vector_text("wire/worker-session-at-proxy.json");
  const auto says = [](const std::string& text, std::string_view what) {
    return text.find(base::to_hex(base::as_bytes(what))) != std::string::npos;
  };
  EXPECT_TRUE(says(client, kProxyContract) && says(client, kClientContract));
  EXPECT_TRUE(says(client, to_friendly_text(kClientWallet)));
  EXPECT_TRUE(says(worker, kProxyContract) && says(worker, kWorkerContract));
  EXPECT_NE(client.find(kProxyKey), std::string::npos);
}

TEST(PseudoConfig, ModelTypesAreHashed) {
  Json json = changed("model_types", Json::array({"Qwen/Qwen3-8B@abc:00"}));
  json["model_hashes"] = Json::array({"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="});
  const auto snapshot = parse_pseudo_config(kRoot, json.dump());
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_TRUE(snapshot->allows_model("Qwen/Qwen3-8B@abc:00"));
  EXPECT_TRUE(snapshot->allows_model(base::Bits256{1}));
  EXPECT_FALSE(snapshot->allows_model("Qwen/Qwen3-8B"));
}

TEST(PseudoConfig, DerivedValuesCanBeGiven) {
  Json json = recorded();
  json["struct_version"] = 5;
  json["unique_id"] = 99;
  json["is_test"] = false;
  json["prompt_tokens_price_multiplier"] = 1;
  json["cached_tokens_price_multiplier"] = "2";
  json["completion_tokens_price_multiplier"] = 3;
  json["reasoning_tokens_price_multiplier"] = 4;
  json["proxy_delay_before_close"] = 5;
  json["client_delay_before_close"] = 6;
  json["proxy_min_stake"] = 7;
  json["client_min_stake"] = 8;
  json["price_per_token"] = std::to_string(INT64_MAX);
  const auto snapshot = parse_pseudo_config(kRoot, json.dump());
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->struct_version(), 5);
  EXPECT_EQ(snapshot->unique_id(), 99u);
  EXPECT_FALSE(snapshot->is_test());
  EXPECT_EQ(snapshot->multipliers(), (ton::PriceMultipliers{1, 2, 3, 4}));
  EXPECT_EQ(snapshot->proxy_delay_before_close(), std::chrono::seconds(5));
  EXPECT_EQ(snapshot->client_delay_before_close(), std::chrono::seconds(6));
  EXPECT_EQ(snapshot->min_proxy_stake(), base::Nanoton(7));
  EXPECT_EQ(snapshot->min_client_stake(), base::Nanoton(8));
  EXPECT_EQ(snapshot->price_per_token(), base::Nanoton(INT64_MAX));
}

TEST(PseudoConfig, RefusesWhatIsNoConfiguration) {
  for (const char* text : {"", "{", "[]", "null", "1", "\"\"", "{}x", "{\"a\":}"}) {
    EXPECT_EQ(reason_of_text(text), "config_form") << text;
  }
  EXPECT_EQ(reason_of_text("{}"), "config_member");
  EXPECT_EQ(reason_of_text(std::string(kMaxPseudoConfigBytes + 1, ' ')), "config_too_big");
  EXPECT_EQ(reason_of_text(std::string(kMaxPseudoConfigBytes, '[')), "config_form");
}

TEST(PseudoConfig, RefusesWrongMembersByName) {
  EXPECT_EQ(reason(recorded()), "accepted");
  for (const char* member :
       {"root_owner_address", "proxy_sc_code", "worker_sc_code", "client_sc_code"}) {
    Json json = recorded();
    json.erase(member);
    EXPECT_EQ(reason(json), "config_member") << member;
    EXPECT_NE(reason(changed(member, "zz")), "accepted") << member;
    EXPECT_NE(reason(changed(member, 7)), "accepted") << member;
  }
  for (const char* member :
       {"price_per_token", "version", "params_version", "unique_id", "client_min_stake"}) {
    for (const Json& value : {Json(-1), Json(1.5), Json("1 "), Json("-1"), Json(""),
                              Json(UINT64_MAX), Json(true), Json::array(), Json::object()}) {
      EXPECT_EQ(reason(changed(member, value)), "config_member") << member << " " << value.dump();
    }
  }
  EXPECT_EQ(reason(changed("version", std::uint64_t{1} << 32)), "config_member");
  EXPECT_EQ(reason(changed("is_test", "yes")), "config_member");
  EXPECT_EQ(reason(changed("struct_version", 6)), "struct_version");
  EXPECT_EQ(reason(changed("proxy_hashes", "x")), "config_member");
  EXPECT_EQ(reason(changed("proxy_hashes", Json::array({"AAAA"}))), "config_member");
  EXPECT_EQ(reason(changed("proxy_hashes", Json::array({1}))), "config_member");
  EXPECT_EQ(reason(changed("model_types", Json::array({1}))), "config_member");
  EXPECT_EQ(reason(changed("model_types", Json(std::vector<std::string>(kMaxListEntries + 1)))),
            "too_many_entries");
  EXPECT_EQ(reason(changed("root_owner_address", "UQ")), "address_form");
  EXPECT_EQ(reason(changed("worker_sc_code", "b5ee9c72")), "boc_truncated");
}

TEST(PseudoConfig, RefusesWrongProxies) {
  const auto with = [](Json proxies) {
    return reason(changed("registered_proxies", std::move(proxies)));
  };
  const Json good = {{"seqno", 1}, {"address", "a:1 b:2"}};
  EXPECT_EQ(with(Json::array({good})), "accepted");
  EXPECT_EQ(with(Json::array()), "accepted");
  EXPECT_EQ(with(Json::array({good, good})), "config_member");
  EXPECT_EQ(with(Json::array({1})), "config_member");
  EXPECT_EQ(with(Json::array({Json::object()})), "config_member");
  EXPECT_EQ(with(Json::array({{{"seqno", 1}, {"address", "a"}}})), "config_member");
}

}  // namespace
}  // namespace cocoon::registry
