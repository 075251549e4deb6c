// Whole objects: fixed examples, every type with random contents, every way of cutting them off.
#include "tl/codec.h"

#include <gtest/gtest.h>

#include <random>

#include "base/encoding.h"
#include "tl/every_type.h"

namespace cocoon::tl {
namespace {

constexpr std::string_view kAddress = "UQDJxdrlRruDA9KuV7nGNXAPVs8cTIS2fbyMx2BOWioB_kVe";

ClientConnectToProxy connect_to_proxy() {
  ClientConnectToProxy connect;
  connect.params.flags = ClientParams::kHasIsTest | ClientParams::kHasMinProtoVersion;
  connect.params.client_owner_address = kAddress;
  connect.params.min_proto_version = 1;
  connect.params.max_proto_version = 2;
  connect.min_config_version = 87;
  return connect;
}

std::string connect_to_proxy_hex() {
  return "f4a05fff"
         "03000000"
         "30" +
         base::to_hex(base::as_bytes(kAddress)) +
         "000000"
         "379779bc"
         "01000000"
         "02000000"
         "57000000";
}

TEST(Codec, ClientConnectToProxy) {
  const base::Bytes bytes = encode_boxed(connect_to_proxy());
  EXPECT_EQ(bytes.size(), 76U);
  EXPECT_EQ(base::to_hex(bytes), connect_to_proxy_hex());
  EXPECT_EQ(*decode_boxed<ClientConnectToProxy>(bytes), connect_to_proxy());
}

// [WIRE-2]: no length and no byte order.
TEST(Codec, RawBits) {
  ClientProxyConnectionAuthShort auth;
  for (std::size_t i = 0; i < auth.secret_hash.size(); ++i)
    auth.secret_hash[i] = static_cast<std::uint8_t>(i);
  auth.nonce = 1;
  EXPECT_EQ(base::to_hex(encode_boxed(auth)),
            "afc5ffd6"
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
            "0100000000000000");
}

TEST(Codec, QueryAroundIt) {
  const base::Bytes inner = encode_boxed(connect_to_proxy());
  TcpQuery query;
  query.id = 0x0102030405060708;
  query.data = inner;
  const base::Bytes bytes = encode_boxed(query);
  EXPECT_EQ(bytes.size(), 0x5cU);
  EXPECT_EQ(base::to_hex(bytes),
            "0819f53a"
            "0807060504030201"
            "4c" +
                connect_to_proxy_hex() + "000000");
}

TEST(Codec, TcpConnect) {
  EXPECT_EQ(base::to_hex(encode_boxed(TcpConnect{0x1122334455667788})),
            "61427ca5"
            "8877665544332211");
}

TEST(Codec, HttpRequest) {
  const std::string body = "{}";
  HttpRequest request;
  request.method = "POST";
  request.url = "/v1/chat/completions";
  request.http_version = "HTTP/1.0";
  request.headers = {{"Content-Type", "application/json"}, {"Content-Length", "2"}};
  request.payload = base::as_bytes(body);
  const base::Bytes bytes = encode_boxed(request);
  EXPECT_EQ(base::to_hex(bytes),
            "e52d4947"
            "04504f5354000000"
            "142f76312f636861742f636f6d706c6574696f6e73000000"
            "08485454502f312e30000000"
            "02000000"
            "0c436f6e74656e742d54797065000000"
            "106170706c69636174696f6e2f6a736f6e000000"
            "0e436f6e74656e742d4c656e67746800"
            "01320000"
            "027b7d00");
  EXPECT_EQ(*decode_boxed<HttpRequest>(bytes), request);
}

// [WIRE-9]: a field whose bit is not set takes no bytes, whatever it holds.
TEST(Codec, AbsentFieldsTakeNoBytes) {
  ClientConnectToProxy connect = connect_to_proxy();
  connect.params.flags = 0;
  const base::Bytes bytes = encode_boxed(connect);
  EXPECT_EQ(bytes.size(), 64U);
  const auto decoded = decode_boxed<ClientConnectToProxy>(bytes);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->params.max_proto_version, 0);
  // Bits without a meaning are kept, not refused.
  connect.params.flags = 1U << 31U;
  EXPECT_EQ(decode_boxed<ClientConnectToProxy>(encode_boxed(connect))->params.flags, 1U << 31U);
}

TEST(Codec, BoxedParamsInsideConnectAreRefused) {
  // A known mistake of other implementations: the number of client.params is read as flags.
  base::Bytes bytes = encode_boxed(connect_to_proxy());
  const base::Bytes number = *base::from_hex("64cafd40");
  bytes.insert(bytes.begin() + 4, number.begin(), number.end());
  EXPECT_FALSE(decode_boxed<ClientConnectToProxy>(bytes).ok());
}

TEST(Codec, VariantsChooseByNumber) {
  const base::Bytes ping = encode_boxed(AnyTcpPacket(TcpPing{5}));
  EXPECT_EQ(ping, encode_boxed(TcpPing{5}));
  const auto packet = decode_boxed<AnyTcpPacket>(ping);
  ASSERT_TRUE(packet.ok());
  EXPECT_EQ(std::get<TcpPing>(*packet).id, 5);
  using Expected = std::variant<TcpConnect, TcpConnected>;
  EXPECT_EQ(decode_boxed<Expected>(ping).error().reason(), "unknown_constructor");
  EXPECT_EQ(decode_boxed<TcpPong>(ping).error().reason(), "unknown_constructor");
  EXPECT_EQ(decode_boxed<TcpPong>(ping).error().message(), "tcp.ping is malformed at byte 4 of 12");
}

TEST(Codec, AppendsBehindWhatIsThere) {
  base::Bytes out{9};
  append_boxed(out, TcpPing{1});
  append_boxed(out, TcpPing{2});
  EXPECT_EQ(out.size(), 25U);
  EXPECT_EQ(out[0], 9);
  EXPECT_EQ(decode_boxed<TcpPing>(base::BytesView(out).subspan(13))->id, 2);
}

TEST(Codec, EncodesWithOneAllocation) {
  const base::Bytes body(100'000, 1);
  const TcpPacket packet{body};
  const base::Bytes bytes = encode_boxed(packet);
  EXPECT_EQ(bytes.capacity(), bytes.size());
}

TEST(Codec, VectorCountsAreBoundedBeforeMemoryIsTaken) {
  base::Bytes bytes = encode_boxed(ClientWorkerTypesV2{});
  bytes[7] = 0x7f;
  EXPECT_EQ(decode_boxed<ClientWorkerTypesV2>(bytes).error().reason(), "vector_too_long");
}

TEST(Codec, EveryTypeSurvivesARoundTrip) {
  std::random_device device;
  const std::uint64_t seed = device();
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (const EveryType& type : every_type()) {
    for (std::uint64_t round = 0; round < 20; ++round) {
      const auto bytes = type.random(seed + round);
      ASSERT_TRUE(bytes.ok()) << type.name << ": " << bytes.error().message();
      EXPECT_EQ(peek_id(*bytes), type.id);
      EXPECT_GE(bytes->size(), type.min_size + 4);
      EXPECT_EQ(bytes->capacity(), bytes->size());
      const auto again = type.recode(*bytes);
      ASSERT_TRUE(again.ok()) << type.name << ": " << again.error().message();
      EXPECT_EQ(*again, *bytes) << type.name;
      base::Bytes longer = *bytes;
      longer.push_back(0);
      EXPECT_EQ(type.recode(longer).error().reason(), "trailing_bytes") << type.name;
    }
  }
}

TEST(Codec, EveryTypeCutOffAnywhereIsRefused) {
  for (const EveryType& type : every_type()) {
    const base::Bytes bytes = *type.random(7);
    // Every length of short objects, every one near both ends of long ones.
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      if (length > 600 && length + 64 < bytes.size() && length % 61 != 0) continue;
      const base::Bytes part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
      const auto decoded = type.recode(part);
      ASSERT_FALSE(decoded.ok()) << type.name << " at " << length;
      const auto fault = decoded.error().as<TlFault>();
      EXPECT_TRUE(fault == TlFault::Truncated || fault == TlFault::VectorTooLong)
          << type.name << " at " << length;
    }
  }
}

TEST(Codec, EveryFieldCountsInComparison) {
  for (const EveryType& type : every_type()) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      EXPECT_TRUE(type.compares_as_bytes(seed, seed)) << type.name;
      EXPECT_TRUE(type.compares_as_bytes(seed, seed + 1)) << type.name;
    }
  }
}

}  // namespace
}  // namespace cocoon::tl
