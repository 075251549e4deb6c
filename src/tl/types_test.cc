// The numbers of all constructors, as literals: they are the protocol, so no generator may have a
// say in them.
#include "tl/types.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/encoding.h"
#include "tl/codec.h"

namespace cocoon::tl {
namespace {

struct Numbered {
  std::uint32_t id;
  std::string_view name;
};

// As used by the live network.
constexpr Numbered kNumbers[] = {
    {0xbbe9627c, "tcp.ping"},
    {0x0bd4302c, "tcp.pong"},
    {0x9c17baf8, "tcp.packet"},
    {0x3af51908, "tcp.query"},
    {0xc048c311, "tcp.queryAnswer"},
    {0x4cd2f602, "tcp.queryError"},
    {0xa57c4261, "tcp.connect"},
    {0x636d41d6, "tcp.connected"},
    {0x70c5b15c, "tokensUsed"},
    {0x02998182, "proxy.signedPayment"},
    {0xb347ce64, "proxy.signedPaymentEmpty"},
    {0x8e9be511, "http.header"},
    {0x47492de5, "http.request"},
    {0x1cd0c42b, "http.response"},
    {0xbc3f6da5, "ton.blockIdExt"},
    {0x394e9143, "test.query"},
    {0x0d4fcdb6, "test.answer"},
    {0x40fdca64, "client.params"},
    {0xd5c5609f, "proxy.params"},
    {0xff5fa0f4, "client.connectToProxy"},
    {0x95317ad1, "client.connectedToProxy"},
    {0xd6ffc5af, "client.proxyConnectionAuthShort"},
    {0x417bf016, "client.proxyConnectionAuthLong"},
    {0x6c276723, "client.authorizeWithProxyShort"},
    {0xd3474303, "client.authorizeWithProxyLong"},
    {0x75d5ac34, "client.authorizationWithProxySuccess"},
    {0x60551c96, "client.authorizationWithProxyFailed"},
    {0xbc748f32, "client.runQuery"},
    {0xf54cb74b, "client.runQueryEx"},
    {0x9b943922, "client.queryAnswer"},
    {0x6d60569a, "client.queryAnswerError"},
    {0xb765de4c, "client.queryAnswerPart"},
    {0xd790a022, "client.queryAnswerPartError"},
    {0x69a452f0, "client.queryFinalInfo"},
    {0xcd524720, "client.queryAnswerEx"},
    {0x072562a8, "client.queryAnswerErrorEx"},
    {0xc07bfaec, "client.queryAnswerPartEx"},
    {0xc6bcf127, "proxy.clientRequestPayment"},
    {0x9ed1c697, "client.updatePaymentStatus"},
    {0xaa8a0ecc, "client.paymentStatus"},
    {0x7f062bdb, "client.getWorkerTypes"},
    {0x8210e21c, "client.workerType"},
    {0xf64e0e01, "client.workerTypes"},
    {0xb2133d72, "client.getWorkerTypesV2"},
    {0x3ea93d00, "client.workerInstanceV2"},
    {0xb27d8197, "client.workerTypeV2"},
    {0x0cf0dc67, "client.workerTypesV2"},
    {0x238d863d, "client.requestRefund"},
    {0x83aabead, "client.refund"},
    {0xcf9d9957, "client.refundRejected"},
    {0x869c73ed, "worker.params"},
    {0xcc484c5d, "worker.connectToProxy"},
    {0x66bc82ee, "worker.connectedToProxy"},
    {0xdb386501, "worker.compareBalanceWithProxy"},
    {0x9054c411, "worker.compareBalanceWithProxyResult"},
    {0xf8dd9914, "worker.extendedCompareBalanceWithProxy"},
    {0x0c10973e, "worker.extendedCompareBalanceWithProxyResult"},
    {0xf843b066, "worker.proxyHandshakeComplete"},
    {0x3ad9b886, "worker.proxyHandshakeCompleted"},
    {0xdc70a524, "worker.updatePaymentStatus"},
    {0xa88bd701, "worker.paymentStatus"},
    {0xb3b71039, "worker.enabledDisabled"},
    {0x6af092b0, "worker.newCoefficient"},
    {0x47182416, "proxy.runQuery"},
    {0xc805e7e2, "proxy.runQueryEx"},
    {0x37e5f725, "proxy.queryAnswer"},
    {0x669d014e, "proxy.queryAnswerError"},
    {0x72eb00ee, "proxy.queryAnswerPart"},
    {0x940e1168, "proxy.queryAnswerPartError"},
    {0xe794e6fc, "proxy.queryFinalInfo"},
    {0x1ce574e8, "proxy.queryAnswerEx"},
    {0x8f7fb0a7, "proxy.queryAnswerErrorEx"},
    {0x6d85b50f, "proxy.queryAnswerPartEx"},
    {0x1436c0d5, "proxy.workerRequestPayment"},
    {0x72662cee, "worker.changeModel"},
    {0x34029366, "worker.changedModel"},
    {0x60f4f8e7, "keyManager.privateKey"},
    {0x0ed66ce5, "keyManager.privateKeys"},
    {0x2a26eff5, "keyManager.getWorkerPrivateKeysOld"},
    {0x4b90e9b1, "keyManager.getWorkerPrivateKeys"},
    {0x47a9c2de, "keyManager.getProxyPrivateKeysOld"},
    {0x4135d0bd, "keyManager.getProxyPrivateKeys"},
    {0xd3fc2385, "keyManagerDb.configEmpty"},
    {0x4d0a1e17, "keyManagerDb.keyOld"},
    {0x35c91007, "keyManagerDb.key"},
    {0x9f4e446a, "rootConfig.registeredProxy"},
    {0x37312ecd, "rootConfig.registeredPublicKey"},
    {0x525b14a9, "proxyDb.pendingBlockchainSeqnoCommit"},
    {0x43dc40b4, "proxyDb.configEmpty"},
    {0x6d2817ac, "keyManagerDb.configV1"},
    {0x5e84869b, "rootConfig.configV5"},
    {0xc51207cb, "rootConfig.configV7"},
    {0x6cfeaa21, "proxyDb.clientInfo"},
    {0x3078c9bf, "proxyDb.clientInfoV2"},
    {0x2517b38f, "proxyDb.workerInfo"},
    {0xbde43703, "proxyDb.configV4"},
    {0xad2cfb4a, "proxyDb.configV4Disabled"},
    {0x2fae7b42, "proxyDb.oldClient"},
    {0xf04156a0, "proxyDb.oldWorker"},
    {0xa8c9e178, "proxyDb.oldInstance"},
    // Ours, of version 5: never sent to a peer that has not negotiated it.
    {0xb7be1d23, "client.cancelQuery"},
    {0xb4966b0b, "proxy.cancelQuery"},
    {0x2a8b1e7e, "client.answerWindow"},
    {0xfcf27e71, "proxy.answerWindow"},
    {0xa3104a8c, "proxy.draining"},
    {0xfbf84521, "client.endRequests"},
    {0x0f72cd1a, "client.requestEnd"},
    {0xc30e0018, "client.requestEnds"},
    {0x4daa6f3e, "session.challenge"},
    {0x5aac42c9, "session.proof"},
    {0xf0cfa433, "offer.prices"},
    {0x3fa293df, "offer.terms"},
    {0x9b023352, "worker.offer"},
    {0x75367cec, "worker.load"},
    {0x5dca5f91, "client.workerLoad"},
    {0x084f7312, "client.offer"},
    {0x10efd8c2, "client.offers"},
    {0x7792cae3, "client.getOffers"},
};

TEST(Types, NumbersAreThoseOfTheNetwork) {
  std::set<std::pair<std::uint32_t, std::string>> expected;
  for (const Numbered& numbered : kNumbers) {
    expected.emplace(numbered.id, numbered.name);
    EXPECT_EQ(constructor_name(numbered.id), numbered.name);
  }
  std::set<std::pair<std::uint32_t, std::string>> ours;
  for_each_type([&]<class T>(std::type_identity<T>) { ours.emplace(T::kId, T::kName); });
  EXPECT_EQ(ours, expected);
}

// [WIRE-80] [WIRE-84] [WIRE-90] [WIRE-110] [WIRE-120] The examples of docs/protocol/v5.md.
TEST(Types, VersionFiveHasItsBytes) {
  base::Bits256 id{};
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::uint8_t>(i + 1);
  EXPECT_EQ(base::to_hex(encode_boxed(ClientCancelQuery{.request_id = id})),
            "231dbeb70102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
  EXPECT_EQ(
      base::to_hex(encode_boxed(ClientAnswerWindow{.request_id = id, .bytes = 393216})),
      "7e1e8b2a0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f200000060000000000");
  EXPECT_EQ(base::to_hex(encode_boxed(ClientEndRequests{.request_ids = {id}})),
            "2145f8fb010000000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
  EXPECT_EQ(base::to_hex(encode_boxed(ProxyDraining{})), "8c4a10a3");
  EXPECT_EQ(base::to_hex(encode_boxed(SessionChallenge{.nonce = id})),
            "3e6faa4d0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
  EXPECT_EQ(base::to_hex(encode_boxed(SessionProof{})), "c942ac5a00000000");
}

// [WIRE-101] [WIRE-103] [WIRE-104] The examples of docs/protocol/v5.md.
TEST(Types, OffersHaveTheirBytes) {
  base::Bits256 hash{};
  for (std::size_t i = 0; i < hash.size(); ++i) hash[i] = static_cast<std::uint8_t>(i + 1);
  const OfferPrices prices{20'000'000, 2'000'000, 160'000'000, 160'000'000};
  WorkerOffer offer{.prices = prices, .terms = {}};
  offer.terms.flags = OfferTerms::kHasWeightsHash | OfferTerms::kHasContextLength;
  offer.terms.capabilities = "chat,tools";
  offer.terms.weights_hash = hash;
  offer.terms.context_length = 8192;
  EXPECT_EQ(base::to_hex(encode_boxed(offer)),
            "5233029b002d31010000000080841e000000000000688909000000000068890900000000030000000a63"
            "6861742c746f6f6c73000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
            "00200000");
  EXPECT_EQ(base::to_hex(encode_boxed(WorkerLoad{.running = 3, .waiting = 1})),
            "ec7c36750300000001000000");
  EXPECT_EQ(base::to_hex(encode_boxed(ClientGetOffers{})), "e3ca9277");
  ClientOffers offers{};
  offers.offers.push_back(
      {.model = "lab/tiny", .coefficient = 1000, .prices = prices, .terms = {}, .workers = {}});
  offers.offers[0].workers.push_back({.running = 1, .max_running = 4, .waiting = 0});
  EXPECT_EQ(base::to_hex(encode_boxed(offers)),
            "c2d8ef1001000000086c61622f74696e79000000e8030000002d31010000000080841e00000000000068"
            "8909000000000068890900000000000000000000000001000000010000000400000000000000");
}

TEST(Types, UnknownNumbersHaveNoName) { EXPECT_EQ(constructor_name(0), ""); }

TEST(Types, AnEmptyPaymentIsTheDefault) {
  EXPECT_TRUE(std::holds_alternative<ProxySignedPaymentEmpty>(AnyProxySignedPayment{}));
}

TEST(Types, BytesAreComparedByContent) {
  const base::Bytes one{1, 2};
  const base::Bytes same{1, 2};
  const base::Bytes other{1, 3};
  EXPECT_EQ(TcpPacket{one}, TcpPacket{same});
  EXPECT_FALSE(TcpPacket{one} == TcpPacket{other});
}

}  // namespace
}  // namespace cocoon::tl
