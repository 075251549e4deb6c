// RoleShell: what the three role programs share around their machine: runtime, log, network file,
// own identity and its rotation, how peers are verified and remembered, shutdown.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/chain/chain_service.h"
#include "app/links.h"
#include "app/log_sink.h"
#include "app/own_identity.h"
#include "app/role_options.h"
#include "app/trust.h"
#include "app/vetting.h"
#include "crypto/random.h"
#include "io/dialer.h"
#include "io/listener.h"
#include "io/runtime.h"
#include "io/tls.h"
#include "ratls/admit.h"
#include "ratls/verdict_cache.h"
#include "registry/snapshot.h"

namespace cocoon::app {

// Certificates whose verdict is remembered.
inline constexpr std::size_t kVerdictsKept = 4096;

enum class Printing { ForPeople, Json };

// A peer as it was admitted, kept for displays as long as its link is open.
struct Peer {
  std::string role;  // "proxy", "worker", "client"
  std::string address;
  base::Instant since;
  ratls::Admission admission;
  base::Instant judged;  // when it was admitted, or judged again last
  enum class Shown { Certificate, Session };
  Shown shown = Shown::Certificate;  // what the verdict is about
};

// Counters by a reason's name; see count_reason().
using ReasonCounts = std::map<std::string, std::uint64_t, std::less<>>;
// A sentence is counted as "other": it may hold a peer's words.
void count_reason(ReasonCounts& counts, std::string_view reason);

enum class RoleError { BadAddress, BadNetwork, BadOption };
std::string_view reason_name(RoleError error);

class RoleShell {
 public:
  // Reads the network file, or waits for the root contract, and makes this program's identity.
  // `program` names it in simulated evidence and logs.
  static base::Result<std::unique_ptr<RoleShell>> create(const CommonOptions& options,
                                                         std::string program, const TrustKit& kit,
                                                         TrustOptions trust_options);

  io::Runtime& runtime() { return ground_->runtime; }
  base::Now now() const { return ground_->runtime.now(); }
  base::Random& random() { return random_; }
  base::Log& log() { return ground_->log; }
  // As of the newest root contract.
  const registry::Snapshot& network() const { return network_; }
  // Null without a chain.
  chain::ChainService* chain() const { return chain_.get(); }
  const Trust& trust() const { return *trust_; }
  // What jobs on other threads hold on to.
  std::shared_ptr<const Trust> shared_trust() const { return trust_; }
  const std::string& program() const { return program_; }
  std::shared_ptr<io::TlsContext> tls(io::TlsRole role) const {
    return role == io::TlsRole::Server ? server_tls_ : client_tls_;
  }

  // Makes `opening` judge its peer's certificate by admit() under `policy`: at once where a kept
  // verdict says it all, else on the helper thread. The result is there when the opening has
  // succeeded. Refusals are counted.
  std::shared_ptr<const ratls::Admission> guard(io::Opening& opening, const attest::Policy& policy);
  // What a new connection's peer is vetted by, under `policy`.
  Vetting::Peer vetted_peer(const io::Stream& stream, attest::EnclaveRole role,
                            const ratls::Admission& admission, const attest::Policy& policy) const;
  base::Result<ratls::Admission> admit_report(const ratls::RouterReport& report,
                                              const attest::Policy& policy);

  void remember(session::LinkId link, Peer peer) { peers_.emplace(link, std::move(peer)); }
  // A newer verdict on it.
  void remember_verdict(session::LinkId link, const ratls::Admission& admission);
  // The end of a link, counted by its reason.
  void forget(session::LinkId link, std::string_view reason);
  // A connection that ended before it was a link.
  void count_unopened(std::string_view reason);
  const std::map<session::LinkId, Peer>& peers() const { return peers_; }
  const std::map<std::string, std::uint64_t>& refused_peers() const { return refused_peers_; }
  // How links ended, and why connections never became links.
  const ReasonCounts& closed_links() const { return closed_links_; }
  const ReasonCounts& unopened() const { return unopened_; }
  // The /cocoon/peers document.
  std::string peers_json() const;

  // Runs until SIGTERM or SIGINT; `drain` is called first and calls its argument when everything is
  // finished. A second signal, or kDrainTime, ends it at once.
  int run(std::function<void(std::function<void()>)> drain);

 private:
  // What the chain needs before anything else is known.
  struct Ground {
    explicit Ground(const CommonOptions& options);
    io::Runtime runtime;
    LogSink log;
  };
  RoleShell(std::unique_ptr<Ground> ground, std::unique_ptr<chain::ChainService> chain,
            std::string program, registry::Snapshot network, Trust trust, attest::EnclaveRole role);
  static base::Result<std::unique_ptr<chain::ChainService>> open_chain(
      Ground& ground, const CommonOptions& options);
  void follow_root();
  void install_identity(FreshIdentity fresh);
  void rotate_identity();
  const attest::Policy& newest(const attest::Policy& policy) const;
  ratls::Grounds grounds() const;
  void keep_verdict(const ratls::Grounds& grounds, base::Duration lifetime,
                    const base::Bits256& certificate,
                    const base::Result<ratls::Admission>& outcome);
  void keep_collateral(const attestation::CollateralUrls& urls);

  std::unique_ptr<Ground> ground_;
  io::Runtime& runtime_;
  LogSink& log_;
  crypto::SystemRandom random_;
  std::unique_ptr<chain::ChainService> chain_;
  std::string program_;
  registry::Snapshot network_;
  std::shared_ptr<Trust> trust_;
  attest::EnclaveRole role_;
  std::vector<const attest::EvidenceVerifier*> verifiers_;
  std::shared_ptr<io::TlsContext> server_tls_;
  std::shared_ptr<io::TlsContext> client_tls_;
  // By TLS key: of the newest certificate and of the one before, with which connections may still
  // be opening.
  std::map<base::Bits256, OwnIdentity> own_identities_;
  base::Bits256 newest_key_{};
  io::Timer rotation_;
  std::unique_ptr<attestation::CollateralKeeper> collateral_;
  ratls::VerdictCache verdicts_{kVerdictsKept};
  std::map<session::LinkId, Peer> peers_;
  std::map<std::string, std::uint64_t> refused_peers_;
  ReasonCounts closed_links_;
  ReasonCounts unopened_;
};

// "T0 (simulated)".
std::string tier_text(const ratls::Admission& admission);

// An address option that must be given.
base::Result<ton::Address> required_address(const std::string& text, std::string_view option);
bool is_loopback(std::string_view host);
// A listening address that must be on this machine only.
base::Result<io::HostPort> loopback_address(const std::string& text, std::string_view option);

}  // namespace cocoon::app
