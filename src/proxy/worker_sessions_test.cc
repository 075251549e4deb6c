// Sessions with workers: greeting and terms, comparison of balances, switching on and off, price
// changes.
#include <gtest/gtest.h>

#include "proxy/proxy_lab.h"
#include "session/wire_codes_lab.h"

namespace cocoon::proxy {
namespace {

using session::kRefused;
using session::kViolation;

std::vector<market::ListedWorker> offers(ProxyLab& lab) {
  const auto models = lab.machine().core().market.models();
  return models.empty() ? std::vector<market::ListedWorker>{} : models[0].workers;
}

class WorkerVersions : public testing::TestWithParam<std::int32_t> {};
INSTANTIATE_TEST_SUITE_P(All, WorkerVersions, testing::Range(0, 5));

TEST_P(WorkerVersions, HandshakeLeadsIntoTheMarket) {
  ProxyLab lab;
  const LinkId link = lab.open(PeerRole::Worker);
  lab.ask(link, lab.worker_greeting({.slots = 10, .proxies = 3, .version = GetParam()}));
  const auto reply = lab.answer<tl::WorkerConnectedToProxy>(link);
  const Core& core = lab.machine().core();
  EXPECT_EQ(reply->params.proto_version, GetParam());
  EXPECT_EQ(*ton::parse_address(reply->worker_sc_address),
            core.config.network.worker_address(sim::address_of("walter"), core.identity));
  EXPECT_EQ(*ton::parse_address(reply->params.proxy_sc_address), core.identity.contract);

  lab.ask(link, tl::WorkerCompareBalanceWithProxy{});
  const auto compared = lab.answer<tl::WorkerCompareBalanceWithProxyResult>(link);
  EXPECT_EQ(compared->error_code, 0);
  EXPECT_EQ(compared->max_tokens, 0);
  EXPECT_TRUE(offers(lab).empty()) << "not before the handshake is complete";

  lab.ask(link, tl::WorkerProxyHandshakeComplete{});
  lab.answer<tl::WorkerProxyHandshakeCompleted>(link);
  EXPECT_EQ(
      offers(lab),
      (std::vector<market::ListedWorker>{{.coefficient = 1000, .running = 0, .max_active = 4}}))
      << "10 requests over 3 proxies make 4 here";
  lab.close(link);
  EXPECT_TRUE(offers(lab).empty());
}

TEST(WorkerSessions, AWorkerThatKnowsMoreIsToldAndServes) {
  ProxyLab lab;
  const LinkId link = lab.open(PeerRole::Worker);
  lab.ask(link, lab.worker_greeting({}));
  lab.ask(link, tl::WorkerCompareBalanceWithProxy{.max_tokens = 5});
  lab.answer<tl::WorkerConnectedToProxy>(link);
  EXPECT_EQ(lab.answer<tl::WorkerCompareBalanceWithProxyResult>(link)->error_code, 1);
  EXPECT_EQ(lab.refusals("worker_claims_more"), 1u);
  for (int i = 0; i < 2; ++i) {
    lab.ask(link, tl::WorkerExtendedCompareBalanceWithProxy{});
    EXPECT_EQ(lab.answer<tl::WorkerExtendedCompareBalanceWithProxyResult>(link)->error_code, 0);
  }
  lab.ask(link, tl::WorkerProxyHandshakeComplete{});
  lab.answer<tl::WorkerProxyHandshakeCompleted>(link);
  EXPECT_EQ(offers(lab).size(), 1u);
  EXPECT_EQ(lab.worker_account().metered.tokens.count, 0) << "its word does not change our books";
}

TEST(WorkerSessions, TheComparisonSaysWhatIsOnDiskAndInTheBooks) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker();
  lab.set_disk(ProxyLab::Disk::Stalled);
  lab.request(client);
  lab.head(*lab.order(worker), "whole", ProxyLab::tokens(3, 4));
  const LinkId again = lab.open(PeerRole::Worker);
  lab.ask(again, lab.worker_greeting({}));
  lab.answer<tl::WorkerConnectedToProxy>(again);
  lab.ask(again, tl::WorkerCompareBalanceWithProxy{});
  const auto compared = lab.answer<tl::WorkerCompareBalanceWithProxyResult>(again);
  EXPECT_EQ(compared->max_tokens, 7);
  EXPECT_EQ(compared->tokens_committed_to_db, 0);
  lab.persist();
  lab.ask(worker, tl::WorkerUpdatePaymentStatus{});
  const auto status = lab.answer<tl::WorkerPaymentStatus>(worker);
  EXPECT_EQ(status->db_tokens, 7);
  const auto* payment = std::get_if<tl::ProxySignedPayment>(&status->signed_payment);
  ASSERT_TRUE(payment);
  const auto parsed = ton::parse_signed_payment(payment->data);
  ASSERT_TRUE(parsed);
  const Core& core = lab.machine().core();
  EXPECT_TRUE(ton::verify_payment(
      *parsed, core.identity.public_key,
      core.config.network.worker_address(sim::address_of("walter"), core.identity)));
  EXPECT_EQ(parsed->order.op, ton::PaymentOp::WorkerPayout);
  EXPECT_EQ(parsed->order.tokens.count, 7);
}

struct BadTerms {
  const char* name;
  void (*spoil)(tl::WorkerConnectToProxy&);
  std::int32_t code;
  const char* reason;
};
class BadWorkerGreetings : public testing::TestWithParam<BadTerms> {};

TEST_P(BadWorkerGreetings, AreRefusedAndClosed) {
  ProxyLab lab;
  const LinkId link = lab.open(PeerRole::Worker);
  auto greeting = lab.worker_greeting({});
  GetParam().spoil(greeting);
  lab.ask(link, greeting);
  EXPECT_EQ(lab.error(link).code, GetParam().code);
  EXPECT_EQ(lab.closed(link), GetParam().reason);
  EXPECT_EQ(lab.machine().workers().size(), 0u);
  EXPECT_EQ(lab.machine().core().ledger.accounts().size(), 2u);
}

const std::string kLongName(513, 'x');

INSTANTIATE_TEST_SUITE_P(
    All, BadWorkerGreetings,
    testing::Values(
        BadTerms{"test_mode_missing", [](auto& greeting) { greeting.params.flags = 0; }, kViolation,
                 "test_mode_missing"},
        BadTerms{"real_network", [](auto& greeting) { greeting.params.is_test = false; },
                 kViolation, "test_mode_mismatch"},
        BadTerms{"too_new",
                 [](auto& greeting) {
                   greeting.params.min_proto_version = greeting.params.max_proto_version = 6;
                 },
                 kViolation, "no_common_version"},
        BadTerms{"no_address", [](auto& greeting) { greeting.params.worker_owner_address = "x"; },
                 kViolation, "bad_address"},
        BadTerms{"negative_price", [](auto& greeting) { greeting.params.coefficient = -1; },
                 kRefused, "bad_price"},
        BadTerms{"monstrous_price",
                 [](auto& greeting) { greeting.params.coefficient = 1'000'000'000; }, kRefused,
                 "bad_price"},
        BadTerms{"no_slots", [](auto& greeting) { greeting.params.max_active_requests = 0; },
                 kRefused, "bad_capacity"},
        BadTerms{"too_many_slots",
                 [](auto& greeting) { greeting.params.max_active_requests = 100'001; }, kRefused,
                 "bad_capacity"},
        BadTerms{"no_proxies", [](auto& greeting) { greeting.params.proxy_cnt = 0; }, kRefused,
                 "bad_capacity"},
        BadTerms{"too_many_proxies", [](auto& greeting) { greeting.params.proxy_cnt = 10'001; },
                 kRefused, "bad_capacity"},
        BadTerms{"no_model", [](auto& greeting) { greeting.params.model = ""; }, kRefused,
                 "bad_model"},
        BadTerms{"no_base_model", [](auto& greeting) { greeting.params.model = "@123"; }, kRefused,
                 "bad_model"},
        BadTerms{"long_model", [](auto& greeting) { greeting.params.model = kLongName; }, kRefused,
                 "bad_model"},
        BadTerms{"bare_model", [](auto& greeting) { greeting.params.model = sim::kModel; },
                 kRefused, "model_not_registered"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(WorkerSessions, ImagesOutsideTheNetworkAreRefused) {
  ProxyLab lab;
  for (const base::Bits256& image : {base::Bits256{}, sim::secret_of("another image")}) {
    const LinkId link = lab.open(PeerRole::Worker, image);
    lab.ask(link, lab.worker_greeting({}));
    EXPECT_EQ(lab.closed(link), "image_not_registered");
  }
}

TEST(WorkerSessions, TestNetworksMaySkipHashes) {
  ProxyLab lab({.worker_hashes = HashCheck::NotChecked, .model_hashes = HashCheck::NotChecked});
  const LinkId link = lab.open(PeerRole::Worker, {});
  lab.ask(link, lab.worker_greeting({.model = "anything"}));
  lab.answer<tl::WorkerConnectedToProxy>(link);
}

TEST(WorkerSessions, StepsOutOfOrderCloseTheLink) {
  const auto compare = tl::encode_boxed(tl::WorkerCompareBalanceWithProxy{});
  const auto complete = tl::encode_boxed(tl::WorkerProxyHandshakeComplete{});
  const auto status = tl::encode_boxed(tl::WorkerUpdatePaymentStatus{});
  ProxyLab lab;
  const auto greeting = tl::encode_boxed(lab.worker_greeting({}));
  const std::vector<std::pair<std::vector<base::Bytes>, std::string>> scripts{
      {{compare}, "bad_greeting"},
      {{complete}, "bad_greeting"},
      {{greeting, greeting}, "bad_comparison"},
      {{greeting, complete}, "bad_comparison"},
      {{greeting, compare, compare}, "bad_completion"},
      {{greeting, compare, status}, "bad_completion"},
      {{greeting, compare, complete, complete}, "unexpected_query"},
      {{greeting, compare, complete, greeting}, "unexpected_query"}};
  for (const auto& [steps, reason] : scripts) {
    const LinkId link = lab.open(PeerRole::Worker);
    for (const auto& step : steps) lab.ask_bytes(link, step);
    EXPECT_EQ(lab.error(link).code, kViolation);
    EXPECT_EQ(lab.closed(link), reason);
    EXPECT_TRUE(offers(lab).empty());
  }
}

TEST(WorkerSessions, DisabledWorkersGetNothingUntilTheySaySo) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker({.availability = market::Availability::Disabled});
  lab.request(client, {.id = 1});
  EXPECT_EQ(lab.client_answer(client).error, "no ready workers for this model");
  lab.tell(worker, tl::WorkerEnabledDisabled{.disabled = 0});
  lab.request(client, {.id = 2});
  EXPECT_TRUE(lab.order(worker));
  lab.tell(worker, tl::WorkerEnabledDisabled{.disabled = 1});
  lab.request(client, {.id = 3});
  EXPECT_FALSE(lab.order(worker));
}

TEST(WorkerSessions, PriceChangesCountFromTheNextRequestOn) {
  ProxyLab lab;
  const LinkId client = lab.client();
  const LinkId worker = lab.worker();
  for (const std::int32_t coefficient : {0, 4000, 2500}) {
    lab.tell(worker, tl::WorkerNewCoefficient{.new_coefficient = coefficient});
    lab.request(client, {.id = static_cast<std::uint32_t>(coefficient)});
    const auto order = lab.order(worker);
    ASSERT_TRUE(order);
    EXPECT_EQ(order->coefficient, coefficient);
  }
}

TEST(WorkerSessions, PricesOutsideTheBoundsCloseTheLink) {
  for (const std::int32_t coefficient : {-1, 1'000'000'000, INT32_MIN, INT32_MAX}) {
    ProxyLab lab;
    const LinkId worker = lab.worker();
    lab.tell(worker, tl::WorkerNewCoefficient{.new_coefficient = coefficient});
    EXPECT_EQ(lab.closed(worker), "bad_price");
    EXPECT_TRUE(offers(lab).empty());
  }
}

TEST(WorkerSessions, MessagesBeforeTheHandshakeIsCompleteCloseTheLink) {
  for (const base::Bytes& object :
       {tl::encode_boxed(tl::WorkerEnabledDisabled{}),
        tl::encode_boxed(tl::WorkerNewCoefficient{.new_coefficient = 1}),
        tl::encode_boxed(tl::ClientRunQuery{}), base::Bytes(5)}) {
    ProxyLab lab;
    const LinkId link = lab.open(PeerRole::Worker);
    lab.ask(link, lab.worker_greeting({}));
    lab.tell_bytes(link, object);
    EXPECT_EQ(lab.closed(link), "unexpected_message");
  }
}

TEST(WorkerSessions, MalformedMessagesCloseTheLink) {
  const auto cut = [](base::Bytes bytes) {
    bytes.pop_back();
    return bytes;
  };
  const std::vector<std::pair<base::Bytes, std::string>> cases{
      {cut(tl::encode_boxed(tl::WorkerEnabledDisabled{})), "bad_message"},
      {cut(tl::encode_boxed(tl::WorkerNewCoefficient{})), "bad_price"},
      {cut(tl::encode_boxed(tl::ProxyQueryAnswerEx{})), "bad_answer_message"},
      {cut(tl::encode_boxed(tl::ProxyQueryAnswerPart{})), "bad_answer_message"},
      {base::Bytes{}, "unexpected_message"}};
  for (const auto& [object, reason] : cases) {
    ProxyLab lab;
    const LinkId worker = lab.worker();
    lab.tell_bytes(worker, object);
    EXPECT_EQ(lab.closed(worker), reason);
  }
}

TEST(WorkerSessions, UnfinishedHandshakesEndByThemselves) {
  ProxyLab lab;
  const LinkId silent = lab.open(PeerRole::Worker);
  const LinkId ready = lab.worker();
  lab.pass(std::chrono::seconds(310));
  EXPECT_EQ(lab.closed(silent), "handshake_timeout");
  EXPECT_TRUE(lab.is_open(ready));
}

TEST(WorkerSessions, ADrainingProxyAdmitsNobody) {
  ProxyLab lab;
  lab.drain();
  const LinkId link = lab.open(PeerRole::Worker);
  lab.ask(link, lab.worker_greeting({}));
  EXPECT_EQ(lab.closed(link), "draining");
}

}  // namespace
}  // namespace cocoon::proxy
