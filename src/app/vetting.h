// Vetting: whether the peers of a role's links hold what its policy demands, and go on holding it.
//
// Peers that speak it prove themselves inside the session (docs/protocol/v5.md), every hour and
// when collateral changes; of all others the certificate is judged again. Quoting and judging run
// on the runtime's helper thread. The role's machine is told of each link's standing; it gives work
// to no peer, and takes none from it, before that is good.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/trust.h"
#include "base/random.h"
#include "io/runtime.h"
#include "ratls/session_evidence.h"
#include "session/link.h"
#include "session/standing.h"

namespace cocoon::app {

// The role program.
class VettingOwner {
 public:
  virtual ~VettingOwner() = default;
  // The protocol's version of a link, once both sides have settled it.
  virtual std::optional<std::int32_t> settled_version(session::LinkId link) const = 0;
  // A message to the peer, or the end of a link.
  virtual void on_vetting_says(session::LinkEffect effect) = 0;
  // `why` names a reason if the link has lapsed.
  virtual void on_standing(session::LinkId link, session::Standing standing,
                           std::string_view why) = 0;
  // A verdict on the peer that replaces the earlier one.
  virtual void on_verdict(session::LinkId link, const ratls::Admission& admission) = 0;
  // Follows what came from another thread or a timer.
  virtual void on_turn() = 0;
};

// Who this side is in the sessions of one certificate.
using OwnIdentity = std::shared_ptr<const ratls::ProvenIdentity>;

class Vetting {
 public:
  struct Peer {
    attest::EnclaveRole role{};
    base::Bits256 public_key{};
    attest::SessionDemand demand{};         // of this side's policy for such peers
    std::vector<base::Bytes> chain;         // what it showed in TLS
    std::optional<base::Bits256> exporter;  // none if TLS ends elsewhere, at a router
    OwnIdentity own;                        // null: this side has nothing to prove
  };

  Vetting(io::Runtime& runtime, base::Random& random, std::shared_ptr<const Trust> trust,
          VettingOwner& owner);
  ~Vetting() = default;

  // What the machine is to be told first of peers under this demand.
  static session::Standing first_standing(attest::SessionDemand demand);

  void add(session::LinkId link, Peer peer);
  void forget(session::LinkId link) { links_.erase(link); }
  enum class Handled { Yes, No };
  // Challenges and proofs; anything else, and everything on a link of an older protocol, is not
  // ours.
  Handled handle_message(session::LinkId link, base::BytesView object);
  // Begins with links whose version has been settled. After every turn.
  void settle();

 private:
  struct Link {
    Peer peer;
    bool speaks_proofs = false;
    ratls::SessionProver prover{};
    std::optional<ratls::SessionVerifier> session{};
    // Of a peer that is judged by its certificate: when next, unless that is going on.
    std::optional<base::Instant> certificate_due{};
  };
  Link* find(session::LinkId link);
  void begin(session::LinkId id, Link& link, std::int32_t version);
  void rely_on_certificate(session::LinkId id, Link& link);
  void answer(session::LinkId id, Link& link, const base::Bits256& nonce);
  void take_proof(session::LinkId id, Link& link, base::BytesView proof);
  void handle_session_verdict(session::LinkId id, base::Result<ratls::Admission> outcome);
  void judge_certificate(session::LinkId id, Link& link);
  void handle_certificate_verdict(session::LinkId id, base::Result<ratls::Admission> outcome);
  void good(session::LinkId id, const ratls::Admission& admission);
  void lapse(session::LinkId id, const base::Error& why);
  void close(session::LinkId id, const base::Error& why);
  void on_tick();
  void look_at(session::LinkId id, Link& link);
  template <class Object>
  void say(session::LinkId id, const Object& object);
  // Work that yields a T, off the loop's thread; then `done` with it, if the link is still there.
  template <class T>
  void aside(session::LinkId id, std::function<T()> work,
             void (Vetting::*done)(session::LinkId, T));
  void handle_own_proof(session::LinkId id, base::Result<base::Bytes> proof);
  std::uint64_t grounds() const;

  io::Runtime& runtime_;
  base::Random& random_;
  std::shared_ptr<const Trust> trust_;
  VettingOwner& owner_;
  std::map<session::LinkId, Link> links_;
  std::vector<session::LinkId> unsettled_;
  std::uint64_t grounds_ = 0;
  io::Timer timer_;
};

}  // namespace cocoon::app
