// Every frame of the recorded conversations, taken apart level by level and put together again to
// the same bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/encoding.h"
#include "tl/codec.h"
#include "tl/every_type.h"

namespace cocoon::tl {
namespace {

class Recorded : public testing::TestWithParam<const char*> {
 protected:
  // All bytes of one direction, in order.
  static base::Bytes stream(const std::string& direction) {
    std::ifstream file(std::string(COCOON_VECTORS) + "/wire/" + GetParam());
    base::Bytes all;
    for (const auto& segment : nlohmann::json::parse(file)) {
      if (segment["dir"] != direction) continue;
      const base::Bytes bytes = *base::from_hex(segment["hex"].get<std::string>());
      all.insert(all.end(), bytes.begin(), bytes.end());
    }
    return all;
  }

  // Decodes and encodes again whatever is boxed in `bytes`, then what it carries.
  void check(base::BytesView bytes) {
    const std::uint32_t id = peek_id(bytes).value_or(0);
    ASSERT_FALSE(constructor_name(id).empty()) << "unknown " << id;
    ++seen_[constructor_name(id)];
    const auto type = std::ranges::find(every_type(), id, &EveryType::id);
    const auto again = type->recode(bytes);
    ASSERT_TRUE(again.ok()) << again.error().message();
    EXPECT_EQ(base::to_hex(*again), base::to_hex(bytes)) << type->name;
    check_inside(bytes, &TcpPacket::data);
    check_inside(bytes, &TcpQuery::data);
    check_inside(bytes, &TcpQueryAnswer::data);
    check_inside(bytes, &ClientRunQueryEx::query);
    check_inside(bytes, &ProxyRunQueryEx::query);
    check_inside(bytes, &ClientQueryAnswerEx::answer);
    check_inside(bytes, &ProxyQueryAnswerEx::answer);
  }

  // If the bytes are a T, what its field carries.
  template <class T>
  void check_inside(base::BytesView bytes, base::BytesView T::* field) {
    if (peek_id(bytes) == T::kId) check((*decode_boxed<T>(bytes)).*field);
  }

  void check_frames(base::BytesView bytes) {
    std::int32_t next = 0;
    while (!bytes.empty()) {
      Reader header(bytes);
      const std::uint32_t length = header.u32();
      ASSERT_EQ(header.i32(), next++);
      const base::BytesView payload = header.raw(length);
      ASSERT_TRUE(header.ok());
      check(payload);
      bytes = bytes.subspan(header.position());
    }
    EXPECT_GT(next, 5);
  }

  std::map<std::string_view, int> seen_;
};

constexpr std::size_t kAttestationFrame = 576;

TEST_P(Recorded, DecodesAndEncodesToTheSameBytes) {
  const std::string name = GetParam();
  const bool at_router = name.find("router") != std::string::npos;
  const base::Bytes to_server = stream("to_server");
  const base::Bytes to_client = stream("to_client");
  // Before the frames: at the proxy, its attestation frame; at the router, SOCKS5 (3 + 10 bytes,
  // answered by 2 + 10) and then the attestation frame.
  check_frames(base::BytesView(to_server).subspan(at_router ? 13 : kAttestationFrame));
  check_frames(base::BytesView(to_client).subspan(at_router ? 12 + kAttestationFrame : 0));

  const bool client = name.find("client") == 0;
  const std::vector<std::string_view> expected =
      client ? std::vector<std::string_view>{"client.connectToProxy",
                                             "client.connectedToProxy",
                                             "client.authorizeWithProxyShort",
                                             "client.authorizationWithProxySuccess",
                                             "client.runQueryEx",
                                             "http.request",
                                             "http.response",
                                             "client.queryAnswerEx",
                                             "client.queryAnswerPartEx"}
             : std::vector<std::string_view>{"worker.connectToProxy",
                                             "worker.connectedToProxy",
                                             "worker.compareBalanceWithProxy",
                                             "worker.compareBalanceWithProxyResult",
                                             "worker.proxyHandshakeComplete",
                                             "worker.proxyHandshakeCompleted",
                                             "proxy.runQueryEx",
                                             "http.request",
                                             "http.response",
                                             "proxy.queryAnswerEx",
                                             "proxy.queryAnswerPartEx"};
  for (const std::string_view what : expected) EXPECT_GT(seen_[what], 0) << what;
  EXPECT_GT(seen_["tcp.ping"], 0);
  EXPECT_EQ(seen_["tcp.ping"], seen_["tcp.pong"]);
}

INSTANTIATE_TEST_SUITE_P(Wire, Recorded,
                         testing::Values("client-session-at-proxy.json",
                                         "client-session-at-local-router.json",
                                         "worker-session-at-proxy.json",
                                         "worker-session-at-local-router.json"));

}  // namespace
}  // namespace cocoon::tl
