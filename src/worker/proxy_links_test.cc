// Sessions with proxies as a worker holds them: each step of the handshake, and what makes a worker
// turn away.
#include <gtest/gtest.h>

#include "worker/worker_lab.h"

namespace cocoon::worker {
namespace {

using std::chrono_literals::operator""s;

class WorkerHandshakes : public testing::TestWithParam<std::int32_t> {};
INSTANTIATE_TEST_SUITE_P(All, WorkerHandshakes, testing::Range(0, 5));

TEST_P(WorkerHandshakes, HandshakeStepByStep) {
  WorkerLab lab;
  const LinkId link = lab.open();
  const auto greeting = lab.query<tl::WorkerConnectToProxy>(link);
  EXPECT_TRUE(greeting->params.is_test);
  EXPECT_EQ(greeting->params.model, sim::registered_model(sim::kModel));
  EXPECT_EQ(greeting->params.coefficient, 1000);
  EXPECT_EQ(greeting->params.max_active_requests, 4);
  EXPECT_EQ(greeting->params.proxy_cnt, 1);
  EXPECT_EQ(greeting->params.min_proto_version, 0);
  EXPECT_EQ(greeting->params.max_proto_version, 5);
  EXPECT_EQ(*ton::parse_address(greeting->params.worker_owner_address), sim::address_of("walter"));
  lab.answer(link, lab.connected(GetParam()));
  EXPECT_EQ(lab.query<tl::WorkerCompareBalanceWithProxy>(link)->max_tokens, 0);
  lab.answer(link, tl::WorkerCompareBalanceWithProxyResult{});
  EXPECT_FALSE(lab.query<tl::WorkerProxyHandshakeComplete>(link)->is_disabled);
  lab.answer(link, tl::WorkerProxyHandshakeCompleted{});
  EXPECT_EQ(lab.machine().proxies().all().at(link).state, ProxyLink::State::Ready);
  EXPECT_EQ(lab.machine().proxies().all().at(link).version, GetParam());
}

struct BadProxy {
  const char* name;
  void (*spoil)(tl::WorkerConnectedToProxy&);
  const char* reason;
};
class BadProxies : public testing::TestWithParam<BadProxy> {};

TEST_P(BadProxies, AreTurnedAwayFrom) {
  WorkerLab lab;
  const LinkId link = lab.open();
  auto reply = lab.connected();
  GetParam().spoil(reply);
  lab.answer(link, reply);
  EXPECT_EQ(lab.closed(link), GetParam().reason);
  EXPECT_EQ(lab.queries(link), 1u) << "nothing is asked after the greeting";
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
        BadProxy{"negative_version", [](auto& reply) { reply.params.proto_version = -1; },
                 "no_common_version"},
        BadProxy{"bad_owner", [](auto& reply) { reply.params.proxy_owner_address = "x"; },
                 "bad_proxy_owner"},
        BadProxy{"bad_contract", [](auto& reply) { reply.params.proxy_sc_address = ""; },
                 "bad_proxy_contract"},
        BadProxy{"wrong_contract", [](auto& reply) { reply.params.proxy_sc_address = kElsewhere; },
                 "wrong_proxy_contract"},
        BadProxy{"wrong_key", [](auto& reply) { reply.params.proxy_public_key[0] ^= 1; },
                 "wrong_proxy_contract"},
        BadProxy{"wrong_owner", [](auto& reply) { reply.params.proxy_owner_address = kElsewhere; },
                 "wrong_proxy_contract"},
        BadProxy{"wrong_worker_contract", [](auto& reply) { reply.worker_sc_address = kElsewhere; },
                 "wrong_worker_contract"},
        BadProxy{"unreadable_worker_contract", [](auto& reply) { reply.worker_sc_address = "?"; },
                 "wrong_worker_contract"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(ProxyLinks, AnswersOfAnotherKindEndTheLinkAtEveryStep) {
  const auto steps = [](WorkerLab& lab) {
    return std::vector<base::Bytes>{tl::encode_boxed(lab.connected()),
                                    tl::encode_boxed(tl::WorkerCompareBalanceWithProxyResult{}),
                                    tl::encode_boxed(tl::WorkerProxyHandshakeCompleted{})};
  };
  for (std::size_t at = 0; at < 3; ++at) {
    for (const base::Bytes& wrong :
         {base::Bytes{}, base::Bytes(7, 1), tl::encode_boxed(tl::TestAnswer{})}) {
      WorkerLab lab;
      const LinkId link = lab.open();
      const auto right = steps(lab);
      for (std::size_t i = 0; i < at; ++i) lab.answer_bytes(link, right[i]);
      lab.answer_bytes(link, wrong);
      EXPECT_EQ(lab.closed(link), "bad_answer") << at;
    }
  }
}

TEST(ProxyLinks, ARefusedQueryEndsTheLinkInTheProxysWords) {
  WorkerLab lab;
  const LinkId link = lab.open();
  lab.refuse_query(link, "this proxy is shutting down");
  EXPECT_EQ(lab.closed(link), "proxy refused: this proxy is shutting down");
}

TEST(ProxyLinks, EarningsAreRememberedAndCompared) {
  WorkerLab lab;
  const LinkId first = lab.ready();
  lab.tell(first, tl::ProxyWorkerRequestPayment{.request_id = {},
                                                .signed_payment = {},
                                                .db_tokens = 40,
                                                .max_tokens = 50,
                                                .request_tokens = 50,
                                                .request_client_owner = {}});
  lab.close(first);
  const LinkId second = lab.open();
  lab.query<tl::WorkerConnectToProxy>(second);
  lab.answer(second, lab.connected());
  const auto compare = lab.query<tl::WorkerCompareBalanceWithProxy>(second);
  EXPECT_EQ(compare->max_tokens, 50);
  EXPECT_EQ(compare->tokens_committed_to_db, 40);
  EXPECT_EQ(lab.machine().proxies().earned(lab.identity().contract).in_its_books, 50);

  // The proxy has forgotten ten of them.
  tl::WorkerCompareBalanceWithProxyResult less{};
  less.error_code = 1;
  less.max_tokens = 40;
  less.tokens_committed_to_db = 40;
  lab.answer(second, less);
  lab.query<tl::WorkerExtendedCompareBalanceWithProxy>(second);
  lab.answer(second, tl::WorkerExtendedCompareBalanceWithProxyResult{});
  lab.query<tl::WorkerProxyHandshakeComplete>(second);
  lab.answer(second, tl::WorkerProxyHandshakeCompleted{});
  EXPECT_TRUE(lab.is_open(second));
  EXPECT_EQ(lab.machine().proxies().earned(lab.identity().contract).in_its_books, 40);
}

TEST(ProxyLinks, WhatAProxyOwesOnlyGrowsWhileItIsConnected) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  const auto say = [&](std::int64_t tokens) {
    lab.tell(link, tl::ProxyWorkerRequestPayment{.request_id = {},
                                                 .signed_payment = {},
                                                 .db_tokens = tokens,
                                                 .max_tokens = tokens,
                                                 .request_tokens = 1,
                                                 .request_client_owner = {}});
  };
  say(50);
  say(30);
  EXPECT_EQ(lab.machine().proxies().earned(lab.identity().contract).on_its_disk, 50);
}

TEST(ProxyLinks, AMalformedPaymentEndsTheLink) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  auto bytes = tl::encode_boxed(tl::ProxyWorkerRequestPayment{});
  bytes.pop_back();
  lab.tell_bytes(link, bytes);
  EXPECT_EQ(lab.closed(link), "bad_payment");
}

TEST(ProxyLinks, AsksForThePaymentStatusNowAndThen) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.pass(14s);
  EXPECT_EQ(lab.queries(link), 0u);
  lab.pass(60s);
  EXPECT_EQ(lab.queries(link), 1u) << "one at a time";
  lab.query<tl::WorkerUpdatePaymentStatus>(link);
  tl::WorkerPaymentStatus status{};
  status.max_tokens = 9;
  lab.answer(link, status);
  EXPECT_EQ(lab.machine().proxies().earned(lab.identity().contract).in_its_books, 9);
  lab.pass(16s);
  EXPECT_EQ(lab.queries(link), 1u);
}

TEST(ProxyLinks, TheEnginesStateIsSaidWhenItChanges) {
  WorkerLab lab({.engine = EngineState::Down});
  const LinkId first = lab.open();
  lab.query<tl::WorkerConnectToProxy>(first);
  lab.answer(first, lab.connected());
  lab.query<tl::WorkerCompareBalanceWithProxy>(first);
  lab.answer(first, tl::WorkerCompareBalanceWithProxyResult{});
  EXPECT_TRUE(lab.query<tl::WorkerProxyHandshakeComplete>(first)->is_disabled);
  lab.set_engine(EngineState::Up);
  EXPECT_EQ(lab.message<tl::WorkerEnabledDisabled>(first)->disabled, 0)
      << "a link that is completing was told the old state";
  lab.answer(first, tl::WorkerProxyHandshakeCompleted{});
  lab.set_engine(EngineState::Up);
  EXPECT_EQ(lab.messages(first), 0u) << "no change, no message";
  lab.set_engine(EngineState::Down);
  EXPECT_EQ(lab.message<tl::WorkerEnabledDisabled>(first)->disabled, 1);
}

TEST(ProxyLinks, DrainingSwitchesOffForGood) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.drain();
  EXPECT_EQ(lab.message<tl::WorkerEnabledDisabled>(link)->disabled, 1);
  lab.set_engine(EngineState::Down);
  lab.set_engine(EngineState::Up);
  EXPECT_EQ(lab.messages(link), 0u);
  const LinkId late = lab.open();
  lab.query<tl::WorkerConnectToProxy>(late);
  lab.answer(late, lab.connected());
  lab.query<tl::WorkerCompareBalanceWithProxy>(late);
  lab.answer(late, tl::WorkerCompareBalanceWithProxyResult{});
  EXPECT_TRUE(lab.query<tl::WorkerProxyHandshakeComplete>(late)->is_disabled);
}

TEST(ProxyLinks, TheModelCanNotBeChangedByAProxy) {
  WorkerLab lab;
  const LinkId link = lab.ready();
  lab.ask_bytes(link, base::Bytes(4));
  EXPECT_EQ(lab.error(link).query_id, 77);
}

}  // namespace
}  // namespace cocoon::worker
