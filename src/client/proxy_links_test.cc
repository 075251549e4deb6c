// Sessions with proxies as a client holds them: handshake, proof, models, payment, and proxies that
// are turned away.
#include <gtest/gtest.h>

#include "client/client_lab.h"
#include "crypto/hash.h"

namespace cocoon::client {
namespace {

using std::chrono_literals::operator""s;

class ClientHandshakes : public testing::TestWithParam<std::int32_t> {};
INSTANTIATE_TEST_SUITE_P(All, ClientHandshakes, testing::Range(0, 5));

TEST_P(ClientHandshakes, StepByStep) {
  ClientLab lab;
  const LinkId link = lab.open();
  const auto greeting = lab.query<tl::ClientConnectToProxy>(link);
  EXPECT_TRUE(greeting->params.is_test);
  EXPECT_EQ(greeting->params.min_proto_version, 0);
  EXPECT_EQ(greeting->params.max_proto_version, 5);
  EXPECT_EQ(greeting->min_config_version, 3);
  EXPECT_EQ(*ton::parse_address(greeting->params.client_owner_address), sim::address_of("alice"));
  lab.answer(link, lab.connected(GetParam()));
  const auto proof = lab.query<tl::ClientAuthorizeWithProxyShort>(link);
  EXPECT_EQ(base::to_bytes(proof->data), base::to_bytes(lab.expected_secret()));
  EXPECT_FALSE(lab.machine().proxies().any_ready());
  tl::ClientAuthorizationWithProxySuccess success{};
  success.max_tokens = 9;
  success.tokens_committed_to_db = 7;
  lab.answer(link, success);
  const ProxyLink& proxy = lab.machine().proxies().all().at(link);
  EXPECT_EQ(proxy.state, ProxyLink::State::Ready);
  EXPECT_EQ(proxy.version, GetParam());
  EXPECT_EQ(proxy.owed.in_its_books, 9);
  EXPECT_EQ(proxy.owed.on_its_disk, 7);
  lab.query<tl::ClientGetWorkerTypesV2>(link);
}

TEST(ProxyLinks, EachProxyIsShownASecretOfItsOwn) {
  const base::Secret master(base::to_bytes(sim::secret_of("alice")));
  const auto here = secret_for(master, sim::address_of("here"));
  EXPECT_NE(here, secret_for(master, sim::address_of("there")));
  EXPECT_NE(here, secret_for(base::Secret(base::to_bytes(sim::secret_of("bob"))),
                             sim::address_of("here")));
  EXPECT_NE(base::to_bytes(here), base::to_bytes(master.expose()));
}

TEST(ProxyLinks, WhatIsNotItsOwnSecretIsAnsweredWithTheLongProof) {
  const auto ask_for_empty = tl::ClientProxyConnectionAuthShort{
      .secret_hash = crypto::sha256(base::BytesView{}), .nonce = 0};
  for (const tl::AnyClientProxyConnectionAuth& auth :
       {tl::AnyClientProxyConnectionAuth(ask_for_empty),
        tl::AnyClientProxyConnectionAuth(tl::ClientProxyConnectionAuthLong{})}) {
    ClientLab lab;
    const LinkId link = lab.open();
    lab.query<tl::ClientConnectToProxy>(link);
    auto reply = lab.connected();
    reply.auth = auth;
    lab.answer(link, reply);
    lab.query<tl::ClientAuthorizeWithProxyLong>(link);
    lab.refuse_query(link, "ask its operator");
    EXPECT_EQ(lab.closed(link), "proxy refused: ask its operator");
  }
}

struct BadProxy {
  const char* name;
  void (*spoil)(tl::ClientConnectedToProxy&);
  const char* reason;
};
class BadProxies : public testing::TestWithParam<BadProxy> {};

TEST_P(BadProxies, AreShownNoSecret) {
  ClientLab lab;
  const LinkId link = lab.open();
  lab.query<tl::ClientConnectToProxy>(link);
  auto reply = lab.connected();
  GetParam().spoil(reply);
  lab.answer(link, reply);
  EXPECT_EQ(lab.closed(link), GetParam().reason);
  EXPECT_EQ(lab.queries(link), 0u);
}

// Some other contract of no interest.
constexpr std::string_view kElsewhere = "UQBPkxYfPKgOBMbbi9VQVO2DQz7Wg3w9K5YTsl8x1_KaeZcZ";

INSTANTIATE_TEST_SUITE_P(
    All, BadProxies,
    testing::Values(
        BadProxy{"test_mode_missing", [](auto& reply) { reply.params.flags &= ~1U; },
                 "test_mode_missing"},
        BadProxy{"real_network", [](auto& reply) { reply.params.is_test = false; },
                 "test_mode_mismatch"},
        BadProxy{"newer_version", [](auto& reply) { reply.params.proto_version = 6; },
                 "no_common_version"},
        BadProxy{"bad_owner", [](auto& reply) { reply.params.proxy_owner_address = "x"; },
                 "bad_proxy_owner"},
        BadProxy{"bad_contract", [](auto& reply) { reply.params.proxy_sc_address = ""; },
                 "bad_proxy_contract"},
        BadProxy{"wrong_contract", [](auto& reply) { reply.params.proxy_sc_address = kElsewhere; },
                 "wrong_proxy_contract"},
        BadProxy{"wrong_key", [](auto& reply) { reply.params.proxy_public_key[31] ^= 1; },
                 "wrong_proxy_contract"},
        BadProxy{"wrong_client_contract", [](auto& reply) { reply.client_sc_address = kElsewhere; },
                 "wrong_client_contract"},
        BadProxy{"unreadable_client_contract", [](auto& reply) { reply.client_sc_address = "?"; },
                 "wrong_client_contract"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(ProxyLinks, AnswersOfAnotherKindEndTheLinkAtEveryStep) {
  for (std::size_t at = 0; at < 3; ++at) {
    for (const base::Bytes& wrong :
         {base::Bytes{}, base::Bytes(7, 1), tl::encode_boxed(tl::TestAnswer{})}) {
      ClientLab lab;
      const LinkId link = lab.open();
      lab.query<tl::ClientConnectToProxy>(link);
      if (at >= 1) {
        lab.answer(link, lab.connected());
        lab.query<tl::ClientAuthorizeWithProxyShort>(link);
      }
      if (at >= 2) {
        lab.answer(link, tl::ClientAuthorizationWithProxySuccess{});
        lab.query<tl::ClientGetWorkerTypesV2>(link);
      }
      lab.answer_bytes(link, wrong);
      EXPECT_EQ(lab.closed(link), "bad_answer") << at;
    }
  }
}

TEST(ProxyLinks, ARefusalInTheAnswerEndsTheLinkInTheProxysWords) {
  ClientLab lab;
  const LinkId link = lab.open();
  lab.query<tl::ClientConnectToProxy>(link);
  lab.answer(link, lab.connected());
  lab.query<tl::ClientAuthorizeWithProxyShort>(link);
  lab.answer(link, tl::ClientAuthorizationWithProxyFailed{.error_code = 1, .error = "no money"});
  EXPECT_EQ(lab.closed(link), "proxy refused: no money");
}

TEST(ProxyLinks, StatusAndModelsAreAskedForNowAndThenOneAtATime) {
  ClientLab lab;
  const LinkId link = lab.ready();
  lab.pass(300s);
  EXPECT_EQ(lab.queries(link), 2u);
  lab.query<tl::ClientUpdatePaymentStatus>(link);
  tl::ClientPaymentStatus status{};
  status.max_tokens = 5;
  lab.answer(link, status);
  EXPECT_EQ(lab.machine().proxies().all().at(link).owed.in_its_books, 5);
  lab.query<tl::ClientGetWorkerTypesV2>(link);
  lab.answer(link, tl::ClientWorkerTypesV2{});
  EXPECT_TRUE(lab.machine().proxies().all().at(link).models.empty());
  lab.pass(31s);
  EXPECT_EQ(lab.queries(link), 2u);
}

TEST(ProxyLinks, AProxyThatCanNotListItsModelsIsStillOfUse) {
  ClientLab lab;
  const LinkId link = lab.open();
  lab.query<tl::ClientConnectToProxy>(link);
  lab.answer(link, lab.connected());
  lab.query<tl::ClientAuthorizeWithProxyShort>(link);
  lab.answer(link, tl::ClientAuthorizationWithProxySuccess{});
  lab.query<tl::ClientGetWorkerTypesV2>(link);
  lab.refuse_query(link, "unknown query");
  EXPECT_TRUE(lab.is_open(link));
  lab.call();
  EXPECT_TRUE(lab.run(link));
}

TEST(ProxyLinks, PaymentsAreReadInBothForms) {
  ClientLab lab;
  const LinkId link = lab.ready();
  tl::ProxyClientRequestPayment payment{};
  payment.max_tokens = 50;
  payment.db_tokens = 40;
  lab.tell(link, payment);
  EXPECT_EQ(lab.machine().proxies().all().at(link).owed.on_its_disk, 40);
  lab.tell(link, tl::ProxySignedPayment{});
  lab.tell(link, tl::ProxySignedPaymentEmpty{});
  EXPECT_TRUE(lab.is_open(link));
  auto cut = tl::encode_boxed(payment);
  cut.pop_back();
  lab.tell_bytes(link, cut);
  EXPECT_EQ(lab.closed(link), "bad_payment");
}

TEST(ProxyLinks, MessagesOutsideTheProtocolEndTheLink) {
  auto cut = tl::encode_boxed(tl::ClientQueryAnswerEx{});
  cut.pop_back();
  for (const base::Bytes& object :
       {base::Bytes{}, base::Bytes(8, 1), cut, tl::encode_boxed(tl::ClientRunQuery{})}) {
    ClientLab lab;
    const LinkId link = lab.ready();
    lab.tell_bytes(link, object);
    EXPECT_EQ(lab.closed(link), "unexpected_message");
  }
}

TEST(ProxyLinks, ModelsOfAllProxiesMakeOneList) {
  ClientLab lab;
  lab.ready(4, {"lab/tiny", "lab/small"});
  lab.ready(4, {"lab/tiny"});
  const auto models = lab.machine().proxies().models();
  ASSERT_EQ(models.size(), 2u);
  EXPECT_EQ(models[0].name, "lab/small");
  EXPECT_EQ(models[0].workers.size(), 1u);
  EXPECT_EQ(models[1].workers.size(), 2u);
  const std::string body = lab.machine().models_body();
  EXPECT_NE(body.find("lab/small"), std::string::npos);
}

TEST(ProxyLinks, TheLeastBusyProxyThatOffersTheModelIsChosen) {
  ClientLab lab;
  const LinkId other = lab.ready(4, {"lab/small"});
  const LinkId first = lab.ready();
  const LinkId second = lab.ready();
  for (int i = 0; i < 4; ++i) lab.call();
  EXPECT_EQ(lab.messages(other), 0u);
  EXPECT_EQ(lab.messages(first), 2u);
  EXPECT_EQ(lab.messages(second), 2u);
}

}  // namespace
}  // namespace cocoon::client
