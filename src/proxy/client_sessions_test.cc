// Sessions with clients: greeting, proof, payment status, list of models, and what is refused in
// each state.
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "proxy/proxy_lab.h"
#include "session/fault.h"
#include "session/wire_codes_lab.h"

namespace cocoon::proxy {
namespace {

using session::kNotReady;
using session::kRefused;
using session::kViolation;

ton::Address address(std::string_view text) { return *ton::parse_address(text); }

class ClientVersions : public testing::TestWithParam<std::int32_t> {};
INSTANTIATE_TEST_SUITE_P(All, ClientVersions, testing::Range(0, 5));

TEST_P(ClientVersions, GreetingNamesTheContractsAndTheProof) {
  ProxyLab lab;
  const LinkId link = lab.open(PeerRole::Client);
  lab.ask(link, lab.client_greeting({.name = "alice", .version = GetParam()}));
  const auto reply = lab.answer<tl::ClientConnectedToProxy>(link);
  const Core& core = lab.machine().core();
  EXPECT_TRUE(reply->params.is_test);
  EXPECT_EQ((reply->params.flags & tl::ProxyParams::kHasProtoVersion) != 0, GetParam() > 0);
  EXPECT_EQ(reply->params.proto_version, GetParam());
  EXPECT_EQ(reply->params.proxy_public_key, core.identity.public_key);
  EXPECT_EQ(address(reply->params.proxy_owner_address), core.config.owner);
  EXPECT_EQ(address(reply->params.proxy_sc_address), core.identity.contract);
  EXPECT_EQ(address(reply->client_sc_address),
            core.config.network.client_address(sim::address_of("alice"), core.identity));
  const auto* proof = std::get_if<tl::ClientProxyConnectionAuthShort>(&reply->auth);
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->secret_hash, crypto::sha256(sim::secret_of("alice")));
  EXPECT_TRUE(std::holds_alternative<tl::ProxySignedPaymentEmpty>(reply->signed_payment));
}

TEST(ClientSessions, AnswersTheHighestCommonVersion) {
  ProxyLab lab;
  const LinkId link = lab.open(PeerRole::Client);
  auto greeting = lab.client_greeting({});
  greeting.params.min_proto_version = 2;
  greeting.params.max_proto_version = 9;
  lab.ask(link, greeting);
  EXPECT_EQ(lab.answer<tl::ClientConnectedToProxy>(link)->params.proto_version, 5);
}

TEST(ClientSessions, AuthorisesAndSignsWhatIsOwed) {
  ProxyLab lab;
  const LinkId link = lab.open(PeerRole::Client);
  lab.ask(link, lab.client_greeting({}));
  lab.answer<tl::ClientConnectedToProxy>(link);
  const auto secret = sim::secret_of("alice");
  lab.ask(link, tl::ClientAuthorizeWithProxyShort{.data = secret});
  const auto reply = lab.answer<tl::ClientAuthorizationWithProxySuccess>(link);
  EXPECT_EQ(reply->max_tokens, 0);
  EXPECT_EQ(reply->tokens_committed_to_db, 0);
  const auto* payment = std::get_if<tl::ProxySignedPayment>(&reply->signed_payment);
  ASSERT_TRUE(payment);
  const auto parsed = ton::parse_signed_payment(payment->data);
  ASSERT_TRUE(parsed);
  const Core& core = lab.machine().core();
  const auto contract = core.config.network.client_address(sim::address_of("alice"), core.identity);
  EXPECT_TRUE(ton::verify_payment(*parsed, core.identity.public_key, contract));
  EXPECT_EQ(parsed->order.op, ton::PaymentOp::ClientCharge);
}

// Every greeting that must be refused, with its code and reason; the link is closed each time.
struct BadGreeting {
  const char* name;
  void (*spoil)(tl::ClientConnectToProxy&);
  std::int32_t code;
  const char* reason;
};
class BadClientGreetings : public testing::TestWithParam<BadGreeting> {};

TEST_P(BadClientGreetings, AreRefusedAndClosed) {
  ProxyLab lab;
  const LinkId link = lab.open(PeerRole::Client);
  auto greeting = lab.client_greeting({});
  GetParam().spoil(greeting);
  lab.ask(link, greeting);
  EXPECT_EQ(lab.error(link).code, GetParam().code);
  EXPECT_EQ(lab.closed(link), GetParam().reason);
  EXPECT_EQ(lab.refusals(GetParam().reason), 1u);
  EXPECT_EQ(lab.machine().clients().size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadClientGreetings,
    testing::Values(
        BadGreeting{"test_mode_missing",
                    [](auto& greeting) { greeting.params.flags &= ~tl::ClientParams::kHasIsTest; },
                    kViolation, "test_mode_missing"},
        BadGreeting{"real_network", [](auto& greeting) { greeting.params.is_test = false; },
                    kViolation, "test_mode_mismatch"},
        BadGreeting{"too_new",
                    [](auto& greeting) {
                      greeting.params.min_proto_version = 6;
                      greeting.params.max_proto_version = 7;
                    },
                    kViolation, "no_common_version"},
        BadGreeting{"upside_down",
                    [](auto& greeting) {
                      greeting.params.min_proto_version = 3;
                      greeting.params.max_proto_version = 1;
                    },
                    kViolation, "no_common_version"},
        BadGreeting{"no_address", [](auto& greeting) { greeting.params.client_owner_address = ""; },
                    kViolation, "bad_address"},
        BadGreeting{"bad_checksum",
                    [](auto& greeting) {
                      greeting.params.client_owner_address =
                          "UQBPkxYfPKgOBMbbi9VQVO2DQz7Wg3w9K5YTsl8x1_KaeZcA";
                    },
                    kViolation, "bad_address"},
        BadGreeting{"newer_config", [](auto& greeting) { greeting.min_config_version = 4; },
                    kNotReady, "config_too_old"},
        BadGreeting{"negative_config", [](auto& greeting) { greeting.min_config_version = -1; },
                    kNotReady, "config_too_old"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(ClientSessions, NothingButAGreetingComesFirst) {
  for (const base::Bytes& object :
       {base::Bytes{}, base::Bytes{1, 2, 3}, tl::encode_boxed(tl::ClientUpdatePaymentStatus{}),
        tl::encode_boxed(tl::ClientAuthorizeWithProxyLong{})}) {
    ProxyLab lab;
    const LinkId link = lab.open(PeerRole::Client);
    lab.ask_bytes(link, object);
    EXPECT_EQ(lab.error(link).code, kViolation);
    EXPECT_EQ(lab.closed(link), "bad_greeting");
  }
}

TEST(ClientSessions, TruncatedGreetingsAndTrailingBytesAreRefused) {
  ProxyLab lab;
  base::Bytes whole = tl::encode_boxed(lab.client_greeting({}));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const LinkId link = lab.open(PeerRole::Client);
    lab.ask_bytes(link, base::BytesView(whole).first(size));
    EXPECT_EQ(lab.closed(link), "bad_greeting") << size;
  }
  whole.resize(whole.size() + 4);
  const LinkId link = lab.open(PeerRole::Client);
  lab.ask_bytes(link, whole);
  EXPECT_EQ(lab.closed(link), "bad_greeting");
}

TEST(ClientSessions, WrongSecretIsRefused) {
  for (const std::string& secret : {std::string(), std::string("wrong"), std::string(32, 'x')}) {
    ProxyLab lab;
    const LinkId link = lab.open(PeerRole::Client);
    lab.ask(link, lab.client_greeting({}));
    lab.ask(link, tl::ClientAuthorizeWithProxyShort{.data = base::as_bytes(secret)});
    EXPECT_EQ(lab.error(link).code, kRefused);
    EXPECT_EQ(lab.closed(link), "wrong_secret");
    EXPECT_EQ(lab.machine().core().ledger.accounts().size(), 2u) << "no account is opened for it";
  }
}

TEST(ClientSessions, OneClientsSecretIsNotAnothers) {
  ProxyLab lab;
  const LinkId link = lab.open(PeerRole::Client);
  lab.ask(link, lab.client_greeting({.name = "alice"}));
  const auto secret = sim::secret_of("bob");
  lab.ask(link, tl::ClientAuthorizeWithProxyShort{.data = secret});
  EXPECT_EQ(lab.closed(link), "wrong_secret");
}

TEST(ClientSessions, UnknownClientsAreAskedForTheLongProofAndToldWhatToDo) {
  ProxyLab lab;
  const LinkId link = lab.open(PeerRole::Client);
  lab.ask(link, lab.client_greeting({.name = "stranger"}));
  const auto reply = lab.answer<tl::ClientConnectedToProxy>(link);
  ASSERT_TRUE(std::holds_alternative<tl::ClientProxyConnectionAuthLong>(reply->auth));
  EXPECT_NE(std::get<tl::ClientProxyConnectionAuthLong>(reply->auth).nonce, 0);
  lab.ask(link, tl::ClientAuthorizeWithProxyLong{});
  const auto error = lab.error(link);
  EXPECT_EQ(error.code, kNotReady);
  EXPECT_NE(error.message.find("ask its operator"), std::string::npos) << error.message;
  EXPECT_EQ(lab.closed(link), "long_proof_unavailable");
}

TEST(ClientSessions, UnknownClientsHaveNoEmptySecret) {
  ProxyLab lab;
  const LinkId link = lab.open(PeerRole::Client);
  lab.ask(link, lab.client_greeting({.name = "stranger"}));
  lab.ask(link, tl::ClientAuthorizeWithProxyShort{});
  EXPECT_EQ(lab.closed(link), "wrong_secret");
}

TEST(ClientSessions, OpenTestNetworksTakeEitherProofFromUnknownClients) {
  ProxyLab lab({.unknown_clients = UnknownClients::OpenForTests});
  for (const bool use_long : {false, true}) {
    const LinkId link = lab.open(PeerRole::Client);
    lab.ask(link, lab.client_greeting({.name = "stranger"}));
    const auto reply = lab.answer<tl::ClientConnectedToProxy>(link);
    const auto* proof = std::get_if<tl::ClientProxyConnectionAuthShort>(&reply->auth);
    ASSERT_TRUE(proof);
    EXPECT_EQ(proof->secret_hash, crypto::sha256(base::BytesView{}));
    EXPECT_EQ(proof->nonce, 0);
    if (use_long) {
      lab.ask(link, tl::ClientAuthorizeWithProxyLong{});
    } else {
      lab.ask(link, tl::ClientAuthorizeWithProxyShort{});
    }
    lab.answer<tl::ClientAuthorizationWithProxySuccess>(link);
  }
  EXPECT_EQ(lab.client_account("stranger").balance, base::Nanoton{20'000'000})
      << "credit is given once";
}

TEST(ClientSessions, OpenTestNetworksStillAskConfiguredClientsForTheirSecret) {
  ProxyLab lab({.unknown_clients = UnknownClients::OpenForTests});
  const LinkId link = lab.open(PeerRole::Client);
  lab.ask(link, lab.client_greeting({.name = "alice"}));
  lab.answer<tl::ClientConnectedToProxy>(link);
  lab.ask(link, tl::ClientAuthorizeWithProxyLong{});
  EXPECT_EQ(lab.error(link).code, kNotReady);
  EXPECT_EQ(lab.closed(link), "long_proof_unavailable");
}

TEST(ClientSessions, CreditIsGivenOnceHoweverOftenAClientComes) {
  ProxyLab lab;
  lab.close(lab.client());
  const LinkId second = lab.client();
  const LinkId third = lab.client();
  EXPECT_EQ(lab.client_account().balance, base::Nanoton{20'000'000});
  EXPECT_TRUE(lab.is_open(second) && lab.is_open(third)) << "several sessions share the account";
}

TEST(ClientSessions, RequestsBeforeAuthorisationCloseTheLink) {
  ProxyLab lab;
  const LinkId worker = lab.worker();
  const LinkId fresh = lab.open(PeerRole::Client);
  lab.request(fresh);
  EXPECT_EQ(lab.closed(fresh), "unauthorised_request");
  const LinkId greeted = lab.open(PeerRole::Client);
  lab.ask(greeted, lab.client_greeting({}));
  lab.request(greeted);
  EXPECT_EQ(lab.closed(greeted), "unauthorised_request");
  EXPECT_FALSE(lab.order(worker));
}

TEST(ClientSessions, QueriesOutsideTheProtocolCloseTheLink) {
  for (const base::Bytes& object :
       {tl::encode_boxed(tl::TestQuery{}), tl::encode_boxed(tl::WorkerUpdatePaymentStatus{}),
        tl::encode_boxed(tl::ClientAuthorizeWithProxyLong{}), base::Bytes{}, base::Bytes(3)}) {
    ProxyLab lab;
    const LinkId link = lab.client();
    lab.ask_bytes(link, object);
    EXPECT_EQ(lab.error(link).code, kViolation);
    EXPECT_EQ(lab.closed(link), "unexpected_query");
  }
}

TEST(ClientSessions, MessagesOutsideTheProtocolCloseTheLink) {
  ProxyLab lab;
  const LinkId first = lab.client();
  lab.tell(first, tl::ProxyQueryAnswerEx{});
  EXPECT_EQ(lab.closed(first), "unexpected_message");
  const LinkId second = lab.client();
  base::Bytes cut = tl::encode_boxed(tl::ClientRunQueryEx{});
  cut.pop_back();
  lab.tell_bytes(second, cut);
  EXPECT_EQ(lab.closed(second), "bad_request_message");
}

TEST(ClientSessions, UnfinishedHandshakesEndByThemselves) {
  ProxyLab lab;
  const LinkId silent = lab.open(PeerRole::Client);
  const LinkId greeted = lab.open(PeerRole::Client);
  lab.ask(greeted, lab.client_greeting({}));
  const LinkId ready = lab.client();
  lab.pass(std::chrono::seconds(299));
  EXPECT_TRUE(lab.is_open(silent));
  lab.pass(std::chrono::seconds(10));
  EXPECT_EQ(lab.closed(silent), "handshake_timeout");
  EXPECT_EQ(lab.closed(greeted), "handshake_timeout");
  EXPECT_TRUE(lab.is_open(ready));
}

TEST(ClientSessions, PaymentStatusTellsBooksAndDiskApart) {
  ProxyLab lab;
  const LinkId worker = lab.worker();
  const LinkId client = lab.client();
  lab.set_disk(ProxyLab::Disk::Stalled);
  lab.request(client);
  const auto order = lab.order(worker);
  ASSERT_TRUE(order);
  lab.head(*order, "whole", ProxyLab::tokens(10, 20));
  lab.ask(client, tl::ClientUpdatePaymentStatus{});
  const auto before = lab.answer<tl::ClientPaymentStatus>(client);
  EXPECT_EQ(before->max_tokens, 30);
  EXPECT_EQ(before->db_tokens, 0);
  lab.persist();
  lab.ask(client, tl::ClientUpdatePaymentStatus{});
  const auto after = lab.answer<tl::ClientPaymentStatus>(client);
  EXPECT_EQ(after->db_tokens, 30);
  const auto* signed_payment = std::get_if<tl::ProxySignedPayment>(&after->signed_payment);
  ASSERT_TRUE(signed_payment);
  EXPECT_EQ(ton::parse_signed_payment(signed_payment->data)->order.tokens.count, 30);
}

TEST(ClientSessions, ListsModelsInBothForms) {
  ProxyLab lab;
  const LinkId client = lab.client();
  for (const std::int32_t coefficient : {3000, 1000, 2000}) {
    lab.worker({.name = "w" + std::to_string(coefficient), .coefficient = coefficient, .slots = 7});
  }
  lab.worker({.name = "off",
              .model = sim::registered_model(sim::kOtherModel),
              .availability = market::Availability::Disabled});
  lab.ask(client, tl::ClientGetWorkerTypes{});
  const auto old = lab.answer<tl::ClientWorkerTypes>(client);
  ASSERT_EQ(old->types.size(), 1u) << "a model whose workers are all switched off is not on offer";
  EXPECT_EQ(old->types[0], (tl::ClientWorkerType{.name = sim::kModel,
                                                 .active_workers = 3,
                                                 .coefficient_min = 1000,
                                                 .coefficient_bucket50 = 2000,
                                                 .coefficient_max = 3000}));
  lab.ask(client, tl::ClientGetWorkerTypesV2{});
  const auto types = lab.answer<tl::ClientWorkerTypesV2>(client);
  ASSERT_EQ(types->types.size(), 1u);
  EXPECT_EQ(types->types[0].name, sim::kModel);
  ASSERT_EQ(types->types[0].workers.size(), 3u);
  EXPECT_EQ(types->types[0].workers[0].coefficient, 1000);
  EXPECT_EQ(types->types[0].workers[0].max_active_requests, 7);
}

TEST(ClientSessions, ADrainingProxyAdmitsNobody) {
  ProxyLab lab;
  lab.drain();
  const LinkId link = lab.open(PeerRole::Client);
  lab.ask(link, lab.client_greeting({}));
  EXPECT_EQ(lab.error(link).code, kNotReady);
  EXPECT_EQ(lab.closed(link), "draining");
}

}  // namespace
}  // namespace cocoon::proxy
