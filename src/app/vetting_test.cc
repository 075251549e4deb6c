// Two sides of one session that vet each other, on a real loop with its helper thread.
#include "app/vetting.h"

#include <gtest/gtest.h>

#include "attest/simulated/policy.h"
#include "attest/simulated/provider.h"
#include "attest/simulated/verifier.h"
#include "crypto/ed25519.h"
#include "crypto/random.h"
#include "tl/codec.h"

namespace cocoon::app {
namespace {

using attest::EnclaveRole;
using attest::SessionDemand;
using session::LinkId;
using session::Standing;

constexpr LinkId kLink{1};

crypto::Ed25519PrivateKey key_of(std::uint8_t number) {
  return *crypto::Ed25519PrivateKey::from_seed(base::Bits256{number});
}

// One role with one link; what it says goes to the other.
class Side final : public VettingOwner {
 public:
  Side(io::Runtime& runtime, base::Random& random, EnclaveRole role, std::uint8_t key,
       SessionDemand demand)
      : runtime_(runtime), role_(role), key_(key_of(key).public_key()), demand_(demand) {
    trust->peers = attest::simulated::development_policy();
    trust->peers.session = demand;
    trust->providers.push_back(std::make_unique<attest::simulated::Provider>(key_of(99), "test"));
    trust->verifiers.push_back(std::make_unique<attest::simulated::QuoteVerifier>(
        std::vector<base::Bits256>{key_of(99).public_key()}));
    own_ = std::make_shared<ratls::ProvenIdentity>(ratls::ProvenIdentity{
        .claims = {.role = role, .tls_public_key = key_, .block = {}}, .devices = {}});
    vetting.emplace(runtime, random, trust, *this);
  }

  void meet(Side& other, std::optional<base::Bits256> exporter = base::Bits256{5}) {
    other_ = &other;
    vetting->add(kLink, {.role = other.role_,
                         .public_key = other.key_,
                         .demand = demand_,
                         .chain = {},
                         .exporter = exporter,
                         .own = exporter ? own_ : nullptr});
  }
  void hear(const base::Bytes& object) {
    heard.push_back(object);
    EXPECT_EQ(vetting->handle_message(kLink, object), Vetting::Handled::Yes);
  }

  std::optional<std::int32_t> settled_version(LinkId) const override { return version; }
  void on_vetting_says(session::LinkEffect effect) override {
    if (auto* message = std::get_if<session::SendMessage>(&effect)) {
      runtime_.post([this, object = std::move(message->object)] { other_->hear(object); });
    } else {
      closed = std::get<session::CloseLink>(effect).reason;
      runtime_.stop();
    }
  }
  void on_standing(LinkId, Standing now, std::string_view why) override {
    standing = now;
    reason = why;
    if (standing == Standing::Lapsed || other_->standing == Standing::Good) runtime_.stop();
  }
  void on_verdict(LinkId, const ratls::Admission& admission) override { verdict = admission; }
  void on_turn() override {}

  std::shared_ptr<Trust> trust = std::make_shared<Trust>();
  std::optional<std::int32_t> version = 5;
  std::optional<Vetting> vetting;
  Standing standing = Standing::Awaited;
  std::string reason;
  std::string closed;
  std::optional<ratls::Admission> verdict;
  std::vector<base::Bytes> heard;

 private:
  io::Runtime& runtime_;
  EnclaveRole role_;
  base::Bits256 key_;
  SessionDemand demand_;
  OwnIdentity own_;
  Side* other_ = nullptr;
};

struct Pair {
  explicit Pair(SessionDemand demand = SessionDemand::Required)
      : proxy(runtime, random, EnclaveRole::Proxy, 1, demand),
        worker(runtime, random, EnclaveRole::Worker, 2, demand) {}
  void run() {
    limit.arm_in(std::chrono::seconds(10));
    proxy.vetting->settle();
    worker.vetting->settle();
    runtime.run();
  }
  io::Runtime runtime;
  crypto::SystemRandom random;
  Side proxy;
  Side worker;
  io::Timer limit{runtime, [this] {
                    ADD_FAILURE() << "nothing came of it";
                    runtime.stop();
                  }};
};

TEST(Vetting, BothSidesProveThemselves) {
  Pair pair;
  pair.proxy.meet(pair.worker);
  pair.worker.meet(pair.proxy);
  pair.run();
  EXPECT_EQ(pair.proxy.standing, Standing::Good);
  EXPECT_EQ(pair.worker.standing, Standing::Good);
  ASSERT_TRUE(pair.proxy.verdict && pair.proxy.verdict->claims);
  EXPECT_EQ(pair.proxy.verdict->claims->role, EnclaveRole::Worker);
  EXPECT_EQ(pair.proxy.verdict->verdict.factor(attest::FactorId::Freshness).outcome,
            attest::Outcome::Passed);
}

TEST(Vetting, EndsOfTwoSessionsAreNoPair) {
  Pair pair;
  pair.proxy.meet(pair.worker, base::Bits256{5});
  pair.worker.meet(pair.proxy, base::Bits256{6});
  pair.run();
  EXPECT_EQ(pair.proxy.standing == Standing::Lapsed ? pair.proxy.reason : pair.worker.reason,
            "report_data_mismatch");
}

// A router ends TLS on one side: that side can't prove itself, and the policy decides.
TEST(Vetting, PeerBehindARouter) {
  for (const SessionDemand demand : {SessionDemand::IfSpoken, SessionDemand::Required}) {
    Pair pair(demand);
    pair.proxy.meet(pair.worker);
    pair.worker.meet(pair.proxy, std::nullopt);
    pair.run();
    if (demand == SessionDemand::Required) {
      EXPECT_EQ(pair.worker.reason, "session_proof_withheld");
      EXPECT_EQ(pair.worker.standing, Standing::Lapsed);
    } else {
      EXPECT_EQ(pair.worker.standing, Standing::Good);
      EXPECT_EQ(pair.proxy.standing, Standing::Good);
      EXPECT_FALSE(pair.proxy.verdict) << "the certificate's verdict stands";
    }
  }
}

TEST(Vetting, OlderPeersAreJudgedByTheirCertificate) {
  for (const SessionDemand demand : {SessionDemand::IfSpoken, SessionDemand::Required}) {
    Pair pair(demand);
    pair.proxy.version = 4;
    pair.proxy.meet(pair.worker);
    pair.worker.standing = Standing::Good;
    pair.proxy.vetting->settle();
    EXPECT_EQ(pair.proxy.standing,
              demand == SessionDemand::Required ? Standing::Lapsed : Standing::Good);
    EXPECT_EQ(pair.proxy.reason, demand == SessionDemand::Required ? "session_proof_withheld" : "");
    EXPECT_TRUE(pair.worker.heard.empty()) << "an older peer sees none of this";
    for (const base::Bytes& object :
         {tl::encode_boxed(tl::SessionChallenge{}), tl::encode_boxed(tl::SessionProof{})}) {
      EXPECT_EQ(pair.proxy.vetting->handle_message(kLink, object), Vetting::Handled::No);
    }
  }
}

TEST(Vetting, NothingIsAskedUnderAPolicyThatLooksAtNothing) {
  Pair pair(SessionDemand::NotAsked);
  EXPECT_EQ(Vetting::first_standing(SessionDemand::NotAsked), Standing::Good);
  EXPECT_EQ(Vetting::first_standing(SessionDemand::IfSpoken), Standing::Awaited);
  pair.proxy.meet(pair.worker);
  pair.proxy.vetting->settle();
  EXPECT_EQ(pair.proxy.vetting->handle_message(kLink, tl::encode_boxed(tl::SessionProof{})),
            Vetting::Handled::Yes);
  EXPECT_EQ(pair.proxy.closed, "session_proof_unasked");
}

TEST(Vetting, AskedTooOften) {
  Pair pair;
  pair.proxy.meet(pair.worker);
  pair.proxy.vetting->settle();
  const base::Bytes challenge = tl::encode_boxed(tl::SessionChallenge{});
  EXPECT_EQ(pair.proxy.vetting->handle_message(kLink, challenge), Vetting::Handled::Yes);
  EXPECT_EQ(pair.proxy.closed, "");
  EXPECT_EQ(pair.proxy.vetting->handle_message(kLink, challenge), Vetting::Handled::Yes);
  EXPECT_EQ(pair.proxy.closed, "session_challenge_too_often");
}

TEST(Vetting, RevokedKey) {
  Pair pair;
  pair.proxy.trust->peers.lists.revoked_keys = {key_of(2).public_key()};
  pair.proxy.meet(pair.worker);
  pair.worker.meet(pair.proxy);
  pair.run();
  while (pair.proxy.standing == Standing::Awaited) pair.run();
  EXPECT_EQ(pair.proxy.reason, "key_revoked");
}

}  // namespace
}  // namespace cocoon::app
