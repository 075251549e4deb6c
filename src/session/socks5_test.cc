// SOCKS5 against recorded bytes and against RFC 1928.
#include "session/socks5.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/encoding.h"

namespace cocoon::session {
namespace {

base::Bytes hex(std::string_view text) { return *base::from_hex(text); }

SocksTarget loopback(std::uint16_t port) { return {Ipv4{127, 0, 0, 1}, port}; }

// Feeds `input` in portions; what is left over, or the reason of a refusal.
std::string feed(SocksClient& client, std::string_view bytes, std::size_t portion = 1000) {
  const base::Bytes input = hex(bytes);
  base::BytesView view = input;
  while (!view.empty() && !client.done()) {
    const auto taken = client.handle_bytes(view.first(std::min(portion, view.size())));
    if (!taken.ok()) return std::string(taken.error().reason());
    view = view.subspan(*taken);
  }
  return base::to_hex(view);
}

// [WIRE-70], [WIRE-72]
TEST(Socks5, RecordedConversation) {
  std::ifstream file(COCOON_VECTORS "/wire/client-session-at-local-router.json");
  const auto segments = nlohmann::json::parse(file);
  const auto segment = [&](int i) {
    return segments[static_cast<std::size_t>(i)]["hex"].get<std::string>();
  };
  SocksClient client = *SocksClient::create(loopback(11002));
  EXPECT_EQ(base::to_hex(client.poll_output()), segment(0));
  EXPECT_EQ(feed(client, segment(1)), "");
  EXPECT_EQ(base::to_hex(client.poll_output()), segment(2));
  const std::string left = feed(client, segment(3));
  EXPECT_TRUE(client.done());
  EXPECT_EQ(left, segment(3).substr(20));  // the attestation frame is left to the caller
  EXPECT_EQ(left.substr(0, 8), "3c020000");
}

TEST(Socks5, AnyPortions) {
  for (const std::size_t portion : {1U, 2U, 3U, 7U}) {
    SocksClient client = *SocksClient::create(loopback(80));
    EXPECT_EQ(feed(client,
                   "0500"
                   "05000001aabbccdd1234",
                   portion),
              "");
    EXPECT_TRUE(client.done());
    EXPECT_EQ(base::to_hex(client.poll_output()),
              "050100"
              "050100017f0000010050");
  }
}

TEST(Socks5, Targets) {
  const auto connect_of = [](const SocksTarget& target) {
    SocksClient client = *SocksClient::create(target);
    client.poll_output();
    EXPECT_EQ(feed(client, "0500"), "");
    return base::to_hex(client.poll_output());
  };
  EXPECT_EQ(connect_of({Ipv6{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 443}),
            "05010004"
            "20010db8000000000000000000000001"
            "01bb");
  EXPECT_EQ(connect_of({std::string("ton.org"), 8888}),
            "05010003"
            "07746f6e2e6f7267"
            "22b8");
}

// [WIRE-71]
TEST(Socks5, UserNameChoosesThePolicy) {
  SocksClient client = *SocksClient::create(loopback(80), "tdx");
  EXPECT_EQ(base::to_hex(client.poll_output()), "050102");  // nothing else is offered
  EXPECT_EQ(feed(client, "0502"), "");
  EXPECT_EQ(base::to_hex(client.poll_output()),
            "01"
            "03746478"
            "012d");
  EXPECT_EQ(feed(client, "0100"), "");
  EXPECT_EQ(base::to_hex(client.poll_output()), "050100017f0000010050");
  EXPECT_EQ(feed(client, "050000017f0000010000"), "");
  EXPECT_TRUE(client.done());
}

TEST(Socks5, ReplyWithOtherAddressTypes) {
  SocksClient name = *SocksClient::create(loopback(80));
  EXPECT_EQ(feed(name,
                 "0500"
                 "0500000303616263"
                 "0050"
                 "ff",
                 1),
            "ff");
  EXPECT_TRUE(name.done());
  SocksClient six = *SocksClient::create(loopback(80));
  EXPECT_EQ(feed(six,
                 "0500"
                 "05000004"
                 "00000000000000000000000000000001"
                 "0050"
                 "ffee"),
            "ffee");
  EXPECT_TRUE(six.done());
}

TEST(Socks5, Refusals) {
  const auto refusal = [](std::string_view bytes, std::optional<std::string> user = std::nullopt) {
    SocksClient client = *SocksClient::create(loopback(80), std::move(user));
    return feed(client, bytes);
  };
  EXPECT_EQ(refusal("0400"), "bad_version");
  EXPECT_EQ(refusal("0502"), "method_refused");
  EXPECT_EQ(refusal("05ff"), "method_refused");
  EXPECT_EQ(refusal("0500", "tdx"), "method_refused");
  EXPECT_EQ(refusal("05020500", "tdx"), "bad_version");
  EXPECT_EQ(refusal("05020101", "tdx"), "user_refused");
  EXPECT_EQ(refusal("05000400"), "bad_version");
  EXPECT_EQ(refusal("0500050000050000"), "bad_address_type");
  const char* const reasons[] = {
      "general_failure",    "not_allowed", "network_unreachable", "host_unreachable",
      "connection_refused", "ttl_expired", "command_unsupported", "address_type_unsupported",
      "unknown_reply"};
  for (std::uint8_t i = 0; i < std::size(reasons); ++i) {
    EXPECT_EQ(refusal("050005" + base::to_hex(base::Bytes{static_cast<std::uint8_t>(i + 1)})),
              reasons[i]);
  }
}

TEST(Socks5, RefusesNamesThatDoNotFit) {
  EXPECT_EQ(SocksClient::create({std::string(), 1}).error().reason(), "bad_target");
  EXPECT_EQ(SocksClient::create({std::string(256, 'a'), 1}).error().reason(), "bad_target");
  EXPECT_TRUE(SocksClient::create({std::string(255, 'a'), 1}).ok());
  EXPECT_EQ(SocksClient::create(loopback(1), "").error().reason(), "bad_target");
}

}  // namespace
}  // namespace cocoon::session
