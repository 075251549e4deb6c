#include "app/role_shell.h"

#include <algorithm>

#include "app/pages_json.h"
#include "base/encoding.h"
#include "io/files.h"
#include "ratls/certificate.h"

namespace cocoon::app {
namespace {

using base::Error;
using base::Result;
using nlohmann::json;

constexpr std::size_t kNetworkFileMax = 4 << 20;
constexpr base::Duration kIdentityLife = std::chrono::hours(6);
constexpr base::Duration kRenewalPause = std::chrono::minutes(1);
constexpr base::Duration kRefusalLife = std::chrono::seconds(30);
constexpr std::size_t kReasonNameMax = 40;
// Until then the root contract's newest state is awaited; later its last known one will do.
constexpr base::Duration kRootWait = std::chrono::seconds(30);
constexpr base::Duration kDrainTime = std::chrono::seconds(30);
// A network without a chain has no root contract; its addresses are computed as if it stood here.
constexpr ton::Address kNoRoot{};

base::LogLevel log_level(const std::string& name) {
  if (name == "debug") return base::LogLevel::Debug;
  if (name == "warning") return base::LogLevel::Warning;
  if (name == "error") return base::LogLevel::Error;
  return base::LogLevel::Info;
}

Result<registry::Snapshot> read_network(const std::string& path) {
  const auto text = io::read_file(path, kNetworkFileMax);
  if (!text)
    return Error(RoleError::BadNetwork,
                 "the network file can't be read: " + text.error().message());
  auto network = registry::parse_pseudo_config(kNoRoot, base::as_text(*text));
  if (!network) return Error(RoleError::BadNetwork, path + ": " + network.error().message());
  return network;
}

// A proxy lets workers in; everybody else, proxies.
std::vector<base::Bits256> peer_images(std::string_view program,
                                       const registry::Snapshot& network) {
  const auto& root = network.root();
  return program.starts_with("cocoon-proxy") ? root.worker_hashes : root.proxy_hashes;
}

// Secrets are copied on purpose only.
io::TlsIdentity copy_of(const io::TlsIdentity& identity) {
  return {.certificate_der = identity.certificate_der,
          .private_seed = identity.private_seed.clone()};
}

json factor_json(const attest::Factor& factor) {
  json values = json::object();
  for (const auto& [name, value] : factor.values) values[name] = value;
  return {{"name", attest::factor_name(factor.id)},
          {"outcome", attest::outcome_name(factor.outcome)},
          {"reason", factor.reason},
          {"values", std::move(values)}};
}

}  // namespace

std::string_view reason_name(RoleError error) {
  switch (error) {
    case RoleError::BadAddress:
      return "bad_address";
    case RoleError::BadNetwork:
      return "bad_network";
    case RoleError::BadOption:
      return "bad_option";
  }
  return "unknown";
}

std::string tier_text(const ratls::Admission& admission) {
  return std::string(attest::tier_name(admission.tier)) + " (" +
         std::string(attest::evidence_kind_name(admission.evidence_kind)) + ")";
}

Result<ton::Address> required_address(const std::string& text, std::string_view option) {
  if (text.empty()) {
    return Error(RoleError::BadOption,
                 "the option " + std::string(option) + " is needed: a TON address");
  }
  return ton::parse_address(text);
}

bool is_loopback(std::string_view host) {
  return host.starts_with("127.") || host == "::1" || host == "localhost";
}

Result<io::HostPort> loopback_address(const std::string& text, std::string_view option) {
  auto parsed = TRY(io::HostPort::parse(text));
  if (parsed.host == "localhost") parsed.host = "127.0.0.1";
  if (!is_loopback(parsed.host)) {
    return Error(RoleError::BadOption,
                 std::string(option) + " = \"" + text +
                     "\": only addresses of this machine (127.0.0.1) are allowed here, "
                     "because whoever reaches the port may use it");
  }
  return parsed;
}

void count_reason(ReasonCounts& counts, std::string_view reason) {
  const bool is_name = reason.size() <= kReasonNameMax && std::ranges::all_of(reason, [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                       });
  const std::string_view name = is_name ? reason : "other";
  const auto found = counts.find(name);
  if (found != counts.end()) {
    ++found->second;
  } else {
    counts.emplace(name, 1);
  }
}

RoleShell::Ground::Ground(const CommonOptions& options)
    : log(options.log_format == "json" ? LogFormat::Json : LogFormat::Text,
          log_level(options.log_level), [this] { return runtime.now().wall; }) {}

RoleShell::RoleShell(std::unique_ptr<Ground> ground, std::unique_ptr<chain::ChainService> chain,
                     std::string program, registry::Snapshot network, Trust trust,
                     attest::EnclaveRole role)
    : ground_(std::move(ground)),
      runtime_(ground_->runtime),
      log_(ground_->log),
      chain_(std::move(chain)),
      program_(std::move(program)),
      network_(std::move(network)),
      trust_(std::make_shared<Trust>(std::move(trust))),
      role_(role),
      verifiers_(trust_->verifier_list()),
      rotation_(runtime_, [this] { rotate_identity(); }) {}

// Nothing without a chain.
Result<std::unique_ptr<chain::ChainService>> RoleShell::open_chain(Ground& ground,
                                                                   const CommonOptions& options) {
  if (options.chain.empty()) return std::unique_ptr<chain::ChainService>();
  const chain::ChainSettings settings{.config = options.chain,
                                      .root = TRY(required_address(options.root, "root")),
                                      .wallet_key_file = options.wallet_key_file,
                                      .owner = TRY(required_address(options.owner, "owner"))};
  auto service = TRY(chain::ChainService::open(ground.runtime, ground.log, settings));
  TRY(service->wait_for_root(kRootWait));
  return service;
}

Result<std::unique_ptr<RoleShell>> RoleShell::create(const CommonOptions& options,
                                                     std::string program, const TrustKit& kit,
                                                     TrustOptions trust_options) {
  auto ground = std::make_unique<Ground>(options);
  auto chain = TRY(open_chain(*ground, options));
  auto network = chain ? chain->root() : TRY(read_network(options.network));
  trust_options.policy = options.policy;
  trust_options.simulated_root_file = options.simulated_root_file;
  trust_options.program = program;
  trust_options.collateral = {.intel_url = options.collateral_url,
                              .amd_url = options.collateral_amd_url,
                              .nvidia_url = options.collateral_nvidia_url,
                              .bundle = options.collateral_bundle,
                              .database = options.collateral_database};
  trust_options.vcek_file = options.vcek_file;
  const attestation::CollateralUrls urls{.intel = options.collateral_url,
                                         .amd = options.collateral_amd_url,
                                         .nvidia = options.collateral_nvidia_url};
  trust_options.allowed_images = peer_images(program, network);
  auto trust = TRY(kit.make(trust_options));
  std::unique_ptr<RoleShell> shell(new RoleShell(std::move(ground), std::move(chain),
                                                 std::move(program), std::move(network),
                                                 std::move(trust), trust_options.role));
  shell->follow_root();
  auto identity =
      TRY(make_identity(shell->runtime_.now().wall, *shell->trust_, trust_options.role));
  shell->server_tls_ = TRY(io::TlsContext::create(io::TlsRole::Server, copy_of(identity.tls)));
  shell->client_tls_ = TRY(io::TlsContext::create(io::TlsRole::Client, copy_of(identity.tls)));
  shell->install_identity(std::move(identity));
  shell->keep_collateral(urls);
  // Who is told "ready" may stop us at once, before run() waits for signals in its own way.
  shell->runtime_.on_stop_signal([raw = shell.get()](int) { raw->runtime_.stop(); });
  return shell;
}

// What displays show and whose images are let in from now on; a machine's part in the change is its
// own.
void RoleShell::follow_root() {
  if (!chain_) return;
  chain_->on_root([this](const registry::Snapshot& root) {
    network_ = root;
    ++trust_->peers_version;
    if (trust_->peers.allowed_images) trust_->peers.allowed_images = peer_images(program_, root);
  });
}

Vetting::Peer RoleShell::vetted_peer(const io::Stream& stream, attest::EnclaveRole role,
                                     const ratls::Admission& admission,
                                     const attest::Policy& policy) const {
  Vetting::Peer peer{.role = role,
                     .public_key = admission.public_key,
                     .demand = policy.session,
                     .chain = stream.peer_chain(),
                     .exporter = {},
                     .own = {}};
  const auto exporter = stream.export_keying_material(ratls::kSessionExporterLabel, {}, 32);
  if (!exporter) return peer;
  peer.exporter.emplace();
  std::ranges::copy(*exporter, peer.exporter->begin());
  const auto shown = ratls::parse_certificate(stream.own_certificate());
  if (!shown) return peer;
  const auto own = own_identities_.find(shown->public_key);
  if (own != own_identities_.end()) peer.own = own->second;
  return peer;
}

void RoleShell::remember_verdict(session::LinkId link, const ratls::Admission& admission) {
  const auto found = peers_.find(link);
  if (found == peers_.end()) return;
  Peer& peer = found->second;
  // Only what came inside the session names no certificate.
  peer.shown = admission.certificate_expires ? Peer::Shown::Certificate : Peer::Shown::Session;
  peer.admission = admission;
  peer.judged = runtime_.now().steady;
}

void RoleShell::keep_collateral(const attestation::CollateralUrls& urls) {
  if (!trust_->collateral) return;
  collateral_ = std::make_unique<attestation::CollateralKeeper>(
      runtime_, urls, trust_->collateral, trust_->collateral_store.get(),
      [this](const std::string& why) { log_.warning("collateral not renewed", {{"why", why}}); });
}

// Both contexts show the same certificate.
void RoleShell::install_identity(FreshIdentity fresh) {
  for (const auto& context : {server_tls_, client_tls_}) {
    const auto replaced = context->replace_identity(copy_of(fresh.tls));
    if (!replaced) log_.error("certificate not renewed", {{"why", replaced.error().message()}});
  }
  if (!fresh.without_devices.empty()) {
    log_.info("no GPUs are shown", {{"why", fresh.without_devices}});
  }
  const base::Bits256 key = fresh.proven.claims.tls_public_key;
  std::erase_if(own_identities_, [&](const auto& entry) { return entry.first != newest_key_; });
  own_identities_[key] = std::make_shared<const ratls::ProvenIdentity>(std::move(fresh.proven));
  newest_key_ = key;
  rotation_.arm_in(kIdentityLife);
}

// A fresh key and fresh evidence; connections that are open keep theirs.
void RoleShell::rotate_identity() {
  const auto fresh = std::make_shared<Result<FreshIdentity>>(FreshIdentity{});
  runtime_.run_aside([fresh, trust = trust_, role = role_,
                      now = runtime_.now().wall] { *fresh = make_identity(now, *trust, role); },
                     [this, fresh] {
                       if (*fresh) return install_identity(std::move(**fresh));
                       log_.error("certificate not renewed", {{"why", fresh->error().message()}});
                       rotation_.arm_in(kRenewalPause);
                     });
}

// The root contract may have changed a policy since somebody took a copy.
const attest::Policy& RoleShell::newest(const attest::Policy& policy) const {
  return policy.name == trust_->peers.name ? trust_->peers : policy;
}

ratls::Grounds RoleShell::grounds() const {
  return {.policy = network_.version(),
          .lists = trust_->peers.lists.version,
          .collateral = trust_->collateral ? trust_->collateral->version() : 0};
}

// What looks at evidence is kept, as long as nothing changes on which it rests.
void RoleShell::keep_verdict(const ratls::Grounds& grounds, base::Duration lifetime,
                             const base::Bits256& certificate,
                             const Result<ratls::Admission>& outcome) {
  if (!outcome) ++refused_peers_[std::string(outcome.error().reason())];
  // A refusal may be for something that passes soon, such as a clock that is set.
  const base::Duration life = outcome ? lifetime : kRefusalLife;
  verdicts_.store(runtime_.now().wall + life, grounds, certificate, outcome);
}

std::shared_ptr<const ratls::Admission> RoleShell::guard(io::Opening& opening,
                                                         const attest::Policy& full_policy) {
  struct Case {
    attest::Policy policy;
    base::WallTime now;
    ratls::Grounds grounds;  // as of `now`: they may have changed when the verdict is there
    std::vector<base::Bytes> chain;
    ratls::Admission admission;
    bool decided = false;
  };
  const auto peer = std::make_shared<Case>();
  // Who is not asked for evidence is looked at quickly, and never kept.
  const bool kept = full_policy.name == trust_->peers.name;
  opening.verify_peer = [this, peer, kept,
                         full_policy](std::span<const base::Bytes> chain) -> Result<void> {
    peer->policy = attest::certificate_policy(newest(full_policy));
    peer->now = runtime_.now().wall;
    peer->grounds = grounds();
    const base::Result<ratls::Admission>* found =
        kept && chain.size() == 1
            ? verdicts_.find(peer->now, peer->grounds, ratls::VerdictCache::key_of(chain.front()))
            : nullptr;
    if (kept && found == nullptr) {
      peer->chain.assign(chain.begin(), chain.end());
      return {};
    }
    auto outcome = found ? *found : ratls::admit(peer->now, chain, peer->policy, verifiers_);
    if (!outcome) {
      ++refused_peers_[std::string(outcome.error().reason())];
      return outcome.error();
    }
    peer->admission = std::move(*outcome);
    peer->decided = true;
    return {};
  };
  if (!kept) return {peer, &peer->admission};
  opening.judge_aside = [this, peer, trust = trust_]() -> Result<void> {
    if (peer->decided) return {};
    auto outcome = ratls::admit(peer->now, peer->chain, peer->policy, trust->verifier_list());
    runtime_.post([this, peer, outcome] {
      const auto key =
          peer->chain.empty() ? base::Bits256{} : ratls::VerdictCache::key_of(peer->chain.front());
      keep_verdict(peer->grounds, peer->policy.verdict_lifetime, key, outcome);
    });
    if (!outcome) return outcome.error();
    peer->admission = std::move(*outcome);
    return {};
  };
  return {peer, &peer->admission};
}

Result<ratls::Admission> RoleShell::admit_report(const ratls::RouterReport& report,
                                                 const attest::Policy& policy) {
  auto outcome =
      ratls::admit_router_report(runtime_.now().wall, report, newest(policy), verifiers_);
  if (!outcome) ++refused_peers_[std::string(outcome.error().reason())];
  return outcome;
}

void RoleShell::forget(session::LinkId link, std::string_view reason) {
  peers_.erase(link);
  count_reason(closed_links_, reason);
}

void RoleShell::count_unopened(std::string_view reason) { count_reason(unopened_, reason); }

std::string RoleShell::peers_json() const {
  json list = json::array();
  const auto seconds_since = [now = runtime_.now().steady](base::Instant then) {
    return std::chrono::floor<std::chrono::seconds>(now - then).count();
  };
  for (const auto& [link, peer] : peers_) {
    const ratls::Admission& admission = peer.admission;
    json factors = json::array();
    if (admission.evidence_kind != attest::EvidenceKind::None) {
      for (const auto& factor : admission.verdict.factors) factors.push_back(factor_json(factor));
    }
    list.push_back(
        {{"role", peer.role},
         {"address", peer.address},
         {"tier", attest::tier_name(admission.tier)},
         {"evidence", attest::evidence_kind_name(admission.evidence_kind)},
         {"policy", admission.verdict.policy},
         {"image_hash", admission.image_hash ? json(base::to_hex(*admission.image_hash)) : json()},
         {"public_key", base::to_hex(admission.public_key)},
         {"connected_seconds", seconds_since(peer.since)},
         {"shown", peer.shown == Peer::Shown::Session ? "session" : "certificate"},
         {"judged_seconds", seconds_since(peer.judged)},
         {"factors", std::move(factors)}});
  }
  json refused = json::object();
  for (const auto& [reason, count] : refused_peers_) refused[reason] = count;
  return json_text({{"program", program_},
                    {"simulated", trust_->simulated},
                    {"policy", trust_->peers.name},
                    {"peers", std::move(list)},
                    {"refused", std::move(refused)}});
}

int RoleShell::run(std::function<void(std::function<void()>)> drain) {
  int signals = 0;
  io::Timer limit(runtime_, [this] {
    log_.warning("not everything finished in time");
    runtime_.stop();
  });
  runtime_.on_stop_signal([&](int) {
    if (++signals > 1) return runtime_.stop();
    log_.info("shutting down", {{"program", program_}});
    limit.arm_in(kDrainTime);
    drain([this] { runtime_.stop(); });
  });
  runtime_.run();
  return 0;
}

}  // namespace cocoon::app
