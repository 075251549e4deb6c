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
                     std::string program, registry::Snapshot network, Trust trust)
    : ground_(std::move(ground)),
      runtime_(ground_->runtime),
      log_(ground_->log),
      chain_(std::move(chain)),
      program_(std::move(program)),
      network_(std::move(network)),
      trust_(std::move(trust)),
      providers_(trust_.provider_list()),
      verifiers_(trust_.verifier_list()),
      tls_key_(crypto::Ed25519PrivateKey::generate(random_)),
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
                              .bundle = options.collateral_bundle,
                              .database = options.collateral_database};
  trust_options.vcek_file = options.vcek_file;
  const attestation::CollateralUrls urls{
      .intel = options.collateral_url, .amd = options.collateral_amd_url, .nvidia = {}};
  trust_options.allowed_images = peer_images(program, network);
  auto trust = TRY(kit.make(trust_options));
  std::unique_ptr<RoleShell> shell(new RoleShell(std::move(ground), std::move(chain),
                                                 std::move(program), std::move(network),
                                                 std::move(trust)));
  shell->follow_root();
  auto server_identity = TRY(shell->issue_identity());
  shell->server_tls_ = TRY(io::TlsContext::create(io::TlsRole::Server, std::move(server_identity)));
  auto client_identity = TRY(shell->issue_identity());
  shell->client_tls_ = TRY(io::TlsContext::create(io::TlsRole::Client, std::move(client_identity)));
  shell->rotation_.arm_in(kIdentityLife);
  shell->keep_collateral(urls);
  // Who is told "ready" may stop us at once, before run() waits for signals in its own way.
  shell->runtime_.on_stop_signal([raw = shell.get()](int) { raw->runtime_.stop(); });
  return shell;
}

Result<io::TlsIdentity> RoleShell::issue_identity() {
  auto certificate =
      TRY(ratls::issue_certificate(runtime_.now().wall, tls_key_, providers_, random_));
  return io::TlsIdentity{.certificate_der = std::move(certificate),
                         .private_seed = tls_key_.seed()};
}

// What displays show and whose images are let in from now on; a machine's part in the change is its
// own.
void RoleShell::follow_root() {
  if (!chain_) return;
  chain_->on_root([this](const registry::Snapshot& root) {
    network_ = root;
    if (trust_.peers.allowed_images) trust_.peers.allowed_images = peer_images(program_, root);
  });
}

void RoleShell::keep_collateral(const attestation::CollateralUrls& urls) {
  if (!trust_.collateral) return;
  collateral_ = std::make_unique<attestation::CollateralKeeper>(
      runtime_, urls, trust_.collateral, trust_.collateral_store.get(),
      [this](const std::string& why) { log_.warning("collateral not renewed", {{"why", why}}); });
}

// A fresh key and fresh evidence; connections that are open keep theirs.
void RoleShell::rotate_identity() {
  tls_key_ = crypto::Ed25519PrivateKey::generate(random_);
  for (const auto& context : {server_tls_, client_tls_}) {
    auto identity = issue_identity();
    const auto replaced =
        identity ? context->replace_identity(std::move(*identity)) : Result<void>(identity.error());
    if (!replaced) log_.error("certificate not renewed", {{"why", replaced.error().message()}});
  }
  rotation_.arm_in(kIdentityLife);
}

// The root contract may have changed a policy since somebody took a copy.
const attest::Policy& RoleShell::newest(const attest::Policy& policy) const {
  return policy.name == trust_.peers.name ? trust_.peers : policy;
}

// What looks at evidence is kept, as long as nothing changes on which it rests.
Result<ratls::Admission> RoleShell::admit_once(std::span<const base::Bytes> chain,
                                               const attest::Policy& asked) {
  const base::WallTime now = runtime_.now().wall;
  const attest::Policy& policy = newest(asked);
  if (chain.size() != 1 || policy.name != trust_.peers.name) {
    return ratls::admit(now, chain, policy, verifiers_);
  }
  const ratls::Grounds grounds{.policy = network_.version(),
                               .lists = policy.lists.version,
                               .collateral = trust_.collateral ? trust_.collateral->version() : 0};
  const base::Bits256 key = ratls::VerdictCache::key_of(chain.front());
  if (const auto* kept = verdicts_.find(now, grounds, key)) return *kept;
  auto outcome = ratls::admit(now, chain, policy, verifiers_);
  // A refusal may be for something that passes soon, such as a clock that is set.
  const base::Duration life = outcome ? base::Duration(policy.verdict_lifetime) : kRefusalLife;
  verdicts_.store(now + life, grounds, key, outcome);
  return outcome;
}

io::PeerVerifier RoleShell::verifier(const attest::Policy& policy,
                                     std::shared_ptr<ratls::Admission> admission) {
  return [this, policy,
          admission = std::move(admission)](std::span<const base::Bytes> chain) -> Result<void> {
    auto outcome = admit_once(chain, policy);
    if (!outcome) {
      ++refused_peers_[std::string(outcome.error().reason())];
      return outcome.error();
    }
    *admission = std::move(*outcome);
    return {};
  };
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
  for (const auto& [link, peer] : peers_) {
    const ratls::Admission& admission = peer.admission;
    json factors = json::array();
    if (admission.evidence_kind != attest::EvidenceKind::None) {
      for (const auto& factor : admission.verdict.factors) factors.push_back(factor_json(factor));
    }
    const auto age = std::chrono::floor<std::chrono::seconds>(runtime_.now().steady - peer.since);
    list.push_back(
        {{"role", peer.role},
         {"address", peer.address},
         {"tier", attest::tier_name(admission.tier)},
         {"evidence", attest::evidence_kind_name(admission.evidence_kind)},
         {"policy", admission.verdict.policy},
         {"image_hash", admission.image_hash ? json(base::to_hex(*admission.image_hash)) : json()},
         {"public_key", base::to_hex(admission.public_key)},
         {"connected_seconds", age.count()},
         {"factors", std::move(factors)}});
  }
  json refused = json::object();
  for (const auto& [reason, count] : refused_peers_) refused[reason] = count;
  return json_text({{"program", program_},
                    {"simulated", trust_.simulated},
                    {"policy", trust_.peers.name},
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
