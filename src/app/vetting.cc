// One look at every link each second; what takes long runs aside and comes back by the link's id.
#include "app/vetting.h"

#include "session/greeting.h"
#include "tl/codec.h"

namespace cocoon::app {
namespace {

using base::Result;
using ratls::Admission;
using session::LinkId;
using session::Standing;

constexpr base::Duration kLookEvery = std::chrono::seconds(1);

}  // namespace

Vetting::Vetting(io::Runtime& runtime, base::Random& random, std::shared_ptr<const Trust> trust,
                 VettingOwner& owner)
    : runtime_(runtime),
      random_(random),
      trust_(std::move(trust)),
      owner_(owner),
      grounds_(grounds()),
      timer_(runtime, [this] { on_tick(); }) {
  timer_.arm_in(kLookEvery);
}

Standing Vetting::first_standing(attest::SessionDemand demand) {
  return demand == attest::SessionDemand::NotAsked ? Standing::Good : Standing::Awaited;
}

Vetting::Link* Vetting::find(LinkId link) {
  const auto found = links_.find(link);
  return found == links_.end() ? nullptr : &found->second;
}

std::uint64_t Vetting::grounds() const {
  // Both only grow.
  return trust_->peers_version + (trust_->collateral ? trust_->collateral->version() : 0);
}

void Vetting::add(LinkId link, Peer peer) {
  links_.emplace(link, Link{.peer = std::move(peer)});
  unsettled_.push_back(link);
}

void Vetting::settle() {
  if (unsettled_.empty()) return;
  std::vector<LinkId> still;
  for (const LinkId id : std::exchange(unsettled_, {})) {
    Link* link = find(id);
    if (link == nullptr) continue;
    if (const auto version = owner_.settled_version(id)) {
      begin(id, *link, *version);
    } else {
      still.push_back(id);
    }
  }
  unsettled_.insert(unsettled_.end(), still.begin(), still.end());
}

// [WIRE-90]
void Vetting::begin(LinkId id, Link& link, std::int32_t version) {
  link.speaks_proofs = version >= session::kVersionWithProof;
  if (link.peer.demand == attest::SessionDemand::NotAsked) return;
  if (!link.speaks_proofs || !link.peer.exporter) return rely_on_certificate(id, link);
  link.session.emplace(runtime_.now().steady,
                       ratls::SessionVerifier::Peer{.tls_public_key = link.peer.public_key,
                                                    .role = link.peer.role,
                                                    .exporter = *link.peer.exporter},
                       link.peer.demand);
  look_at(id, link);
}

// [WIRE-93] An older peer, one behind a router, or one that has nothing else to show.
void Vetting::rely_on_certificate(LinkId id, Link& link) {
  link.session.reset();
  if (link.peer.demand == attest::SessionDemand::Required) {
    return lapse(id, {ratls::SessionError::ProofWithheld,
                      "The policy demands a proof inside the session, which the peer's protocol "
                      "does not have."});
  }
  link.certificate_due = runtime_.now().steady + trust_->peers.verdict_lifetime;
  owner_.on_standing(id, Standing::Good, {});
}

Vetting::Handled Vetting::handle_message(LinkId id, base::BytesView object) {
  const auto number = tl::peek_id(object).value_or(0);
  if (number != tl::SessionChallenge::kId && number != tl::SessionProof::kId) return Handled::No;
  settle();
  Link* link = find(id);
  if (link == nullptr || !link->speaks_proofs) return Handled::No;
  if (number == tl::SessionChallenge::kId) {
    const auto challenge = tl::decode_boxed<tl::SessionChallenge>(object);
    if (!challenge) return Handled::No;
    answer(id, *link, challenge->nonce);
    return Handled::Yes;
  }
  const auto proof = tl::decode_boxed<tl::SessionProof>(object);
  if (!proof) return Handled::No;
  take_proof(id, *link, proof->proof);
  return Handled::Yes;
}

template <class Object>
void Vetting::say(LinkId id, const Object& object) {
  owner_.on_vetting_says(session::SendMessage{id, tl::encode_boxed(object)});
}

template <class T>
void Vetting::aside(LinkId id, std::function<T()> work, void (Vetting::*done)(LinkId, T)) {
  const auto result = std::make_shared<std::optional<T>>();
  runtime_.run_aside([result, work = std::move(work)] { *result = work(); },
                     [this, id, result, done] {
                       if (find(id) != nullptr) (this->*done)(id, *std::move(*result));
                       owner_.on_turn();
                     });
}

void Vetting::answer(LinkId id, Link& link, const base::Bits256& nonce) {
  const auto allowed = link.prover.handle_challenge(runtime_.now().steady);
  if (!allowed) return close(id, allowed.error());
  const auto providers = trust_->provider_list();
  if (link.peer.own == nullptr || !link.peer.exporter || providers.empty()) {
    link.prover.handle_answered();
    return say(id, tl::SessionProof{});
  }
  aside<Result<base::Bytes>>(
      id,
      [trust = trust_, provider = providers.back(), nonce, exporter = *link.peer.exporter,
       own = link.peer.own, now = runtime_.now().wall] {
        return ratls::make_session_proof(now, nonce, exporter, *own, *provider);
      },
      &Vetting::handle_own_proof);
}

void Vetting::handle_own_proof(LinkId id, Result<base::Bytes> proof) {
  find(id)->prover.handle_answered();
  // Evidence that can't be shown so, such as that of test networks, is as good as none.
  say(id, tl::SessionProof{.proof = proof ? base::BytesView(*proof) : base::BytesView()});
}

void Vetting::take_proof(LinkId id, Link& link, base::BytesView proof) {
  if (!link.session) {
    return close(id, {ratls::SessionError::ProofUnasked, "Nobody asked for a proof."});
  }
  auto session = link.session->handle_proof(runtime_.now().steady, proof);
  if (!session) return lapse(id, session.error());
  if (!*session) return rely_on_certificate(id, link);
  aside<Result<Admission>>(
      id,
      [trust = trust_, policy = trust_->peers, session = *std::move(*session),
       now = runtime_.now().wall] {
        const auto verifiers = trust->verifier_list();
        return ratls::judge_session(now, session, policy,
                                    {.evidence = verifiers, .devices = trust->devices.get()});
      },
      &Vetting::handle_session_verdict);
}

void Vetting::handle_session_verdict(LinkId id, Result<Admission> outcome) {
  if (!outcome) return lapse(id, outcome.error());
  Link& link = *find(id);
  link.session->handle_accepted(runtime_.now().steady, trust_->peers.verdict_lifetime);
  good(id, *outcome);
}

void Vetting::judge_certificate(LinkId id, Link& link) {
  link.certificate_due.reset();
  if (link.peer.chain.empty()) return;  // a router's word was all there was
  aside<Result<Admission>>(
      id,
      [trust = trust_, policy = trust_->peers, chain = link.peer.chain, now = runtime_.now().wall] {
        return ratls::admit(now, chain, policy, trust->verifier_list());
      },
      &Vetting::handle_certificate_verdict);
}

void Vetting::handle_certificate_verdict(LinkId id, Result<Admission> outcome) {
  if (!outcome) return lapse(id, outcome.error());
  find(id)->certificate_due = runtime_.now().steady + trust_->peers.verdict_lifetime;
  good(id, *outcome);
}

void Vetting::good(LinkId id, const Admission& admission) {
  owner_.on_verdict(id, admission);
  owner_.on_standing(id, Standing::Good, {});
}

void Vetting::lapse(LinkId id, const base::Error& why) {
  Link& link = *find(id);
  link.session.reset();
  link.certificate_due.reset();
  owner_.on_standing(id, Standing::Lapsed, why.reason());
}

void Vetting::close(LinkId id, const base::Error& why) {
  owner_.on_vetting_says(session::CloseLink{id, std::string(why.reason())});
}

void Vetting::look_at(LinkId id, Link& link) {
  const base::Instant now = runtime_.now().steady;
  if (link.session) {
    const auto in_time = link.session->handle_time(now);
    if (!in_time) return lapse(id, in_time.error());
    if (const auto nonce = link.session->poll_challenge(now, random_)) {
      say(id, tl::SessionChallenge{.nonce = *nonce});
    }
  }
  if (link.certificate_due && *link.certificate_due <= now) judge_certificate(id, link);
}

void Vetting::on_tick() {
  timer_.arm_in(kLookEvery);
  const bool changed = grounds() != grounds_;
  grounds_ = grounds();
  for (auto& [id, link] : links_) {
    if (changed && link.session) link.session->ask_again(runtime_.now().steady);
    if (changed && link.certificate_due) link.certificate_due = runtime_.now().steady;
    look_at(id, link);
  }
  owner_.on_turn();
}

}  // namespace cocoon::app
