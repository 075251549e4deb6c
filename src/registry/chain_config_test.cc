// Configuration files of networks, whole and damaged.
#include "registry/chain_config.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "registry/limits.h"

namespace cocoon::registry {
namespace {

// In the form, and with the blocks, of ton.org/global.config.json.
constexpr std::string_view kMainnet = R"({
  "@type": "config.global", "dht": {},
  "liteservers": [
    {"ip": 84478511, "port": 19949,
     "id": {"@type": "pub.ed25519", "key": "n4VDnSCUuSpjnCyUk9e3QOOd6o0ItSWYbTnW3Wnn8wk="}},
    {"ip": -2018135749, "port": 53312,
     "id": {"@type": "pub.ed25519", "key": "aF91CuUHuuOv9rm2W5+O/4h38M3sRm40DtSdRxQhmtQ="}}
  ],
  "validator": {"@type": "validator.config.global",
    "zero_state": {"workchain": -1, "shard": -9223372036854775808, "seqno": 0,
      "root_hash": "F6OpKZKqvqeFp6CQmFomXNMfaMnUyTIb56LRYxe70Wk=",
      "file_hash": "XplPz01CXAps5qeSWUtxcyBfdAo5zVb1N979KLSKD24="},
    "init_block": {"workchain": -1, "shard": -9223372036854775808, "seqno": 27747086,
      "root_hash": "YRkrcmZMvLBvjanwKCyL3w4oceGPtFfgx8ym1QKCK/4=",
      "file_hash": "N42xzPnJjDlE3hxPXOb+pNzXomgRtpX5AZzMPnIA41s="}}
})";

std::string replaced(std::string_view from, std::string_view to) {
  std::string text(kMainnet);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST(ChainConfig, ReadsServersAndBlocks) {
  const auto config = parse_chain_config(kMainnet);
  ASSERT_TRUE(config) << config.error().message();
  ASSERT_EQ(config->servers.size(), 2u);
  EXPECT_EQ(config->servers[0].name, "5.9.10.47:19949");
  EXPECT_EQ(config->servers[1].name, "135.181.177.59:53312");
  EXPECT_EQ(base::to_hex(config->servers[0].key),
            "9f85439d2094b92a639c2c9493d7b740e39dea8d08b525986d39d6dd69e7f309");
  EXPECT_EQ(config->anchor.zero_state.seqno, 0u);
  EXPECT_EQ(config->anchor.init_block.seqno, 27747086u);
  EXPECT_TRUE(config->anchor.init_block.shard.is_masterchain());
}

TEST(ChainConfig, TrustBeginsAtTheZeroStateWithoutAnotherBlock) {
  const auto config = parse_chain_config(replaced("\"init_block\"", "\"other_block\""));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->anchor.init_block, config->anchor.zero_state);
}

TEST(ChainConfig, RefusesDamagedFiles) {
  const auto reason = [](std::string_view text) {
    const auto config = parse_chain_config(text);
    return config ? "accepted" : std::string(config.error().reason());
  };
  EXPECT_EQ(reason("[]"), "config_form");
  EXPECT_EQ(reason(kMainnet.substr(0, 300)), "config_form");
  EXPECT_EQ(reason(std::string(kMaxChainConfigBytes + 1, ' ')), "config_too_big");
  EXPECT_EQ(reason(replaced("\"zero_state\"", "\"other\"")), "config_member");
  EXPECT_EQ(reason(replaced("\"liteservers\"", "\"others\"")), "config_member");
  EXPECT_EQ(reason(replaced("pub.ed25519", "pub.aes")), "config_member");
  EXPECT_EQ(reason(replaced("19949", "99999")), "config_member");
  EXPECT_EQ(reason(replaced("n4VD", "")), "config_member");
  EXPECT_EQ(reason(replaced("27747086", "\"x\"")), "config_member");
  // Numbers that would be others if they were cut to their 32 bits.
  EXPECT_EQ(reason(replaced("27747086", "4322714382")), "config_member");
  EXPECT_EQ(reason(replaced("\"workchain\": -1", "\"workchain\": 4294967295")), "config_member");
  EXPECT_EQ(reason(replaced("84478511", "4379445807")), "config_member");
}

}  // namespace
}  // namespace cocoon::registry
