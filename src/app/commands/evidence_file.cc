// What the bytes are, they say themselves.
#include "app/commands/evidence_file.h"

#include <algorithm>

#include "app/commands/fault.h"
#include "app/preambles.h"
#include "attest/limits.h"
#include "attest/sev_snp_report.h"
#include "base/encoding.h"
#include "crypto/pem.h"
#include "crypto/random.h"
#include "io/files.h"
#include "io/tls.h"
#include "ratls/certificate.h"

namespace cocoon::app::commands {
namespace {

using base::Bytes;
using base::BytesView;
using base::Result;

constexpr std::size_t kEvidenceFileMax = 256 << 10;
constexpr std::string_view kPemBegin = "-----BEGIN ";
constexpr std::string_view kSimulatedBegin = "COCOON SIMULATED QUOTE";
constexpr std::uint8_t kDerSequence = 0x30;

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  if (text.starts_with("0x")) text.remove_prefix(2);
  return text;
}

// Hexadecimal text decoded, everything else as it is.
Bytes plain(const Bytes& content) {
  if (auto bytes = base::from_hex(trimmed(base::as_text(content))); bytes && !bytes->empty()) {
    return *std::move(bytes);
  }
  return content;
}

Result<ShownEvidence> of_certificate(BytesView der, const std::string& origin) {
  ratls::PeerCertificate certificate = TRY(ratls::parse_certificate(der));
  ShownEvidence shown{.evidence = attest::NoEvidence{},
                      .origin = "certificate of " + origin,
                      .key = certificate.public_key,
                      .claims = certificate.claims};
  for (attest::Evidence& one : certificate.evidence) {
    if (attest::kind_of(one) > attest::kind_of(shown.evidence)) shown.evidence = std::move(one);
  }
  return shown;
}

Result<ShownEvidence> of_report(const Bytes& report, const std::string& path,
                                const std::string& key_certificate) {
  attest::SevSnpEvidence evidence;
  evidence.report = report;
  const auto parsed = TRY(attest::parse_sev_snp_report(report));
  evidence.report_data = parsed.report_data;
  if (!key_certificate.empty()) {
    evidence.vcek = TRY(io::read_file(key_certificate, kEvidenceFileMax));
  }
  return ShownEvidence{std::move(evidence), "SEV-SNP report in " + path, {}, {}};
}

// Takes the chain and lets nobody in.
enum class Looked { Enough };
std::string_view reason_name(Looked) { return "looked_enough"; }

Result<io::TlsIdentity> identity_for_looking(base::WallTime now) {
  crypto::SystemRandom random;
  const auto key = crypto::Ed25519PrivateKey::generate(random);
  auto certificate = TRY(ratls::issue_certificate(now, key, {}, random));
  return io::TlsIdentity{.certificate_der = std::move(certificate), .private_seed = key.seed()};
}

}  // namespace

Result<ShownEvidence> read_evidence_file(const std::string& path,
                                         const std::string& key_certificate) {
  const Bytes content = TRY(io::read_file(path, kEvidenceFileMax));
  if (base::as_text(content).starts_with(kPemBegin)) {
    const auto blocks = TRY(crypto::parse_pem(content, "CERTIFICATE", 1, kEvidenceFileMax));
    return of_certificate(blocks.front(), path);
  }
  const Bytes bytes = plain(content);
  if (base::as_text(bytes).starts_with(kSimulatedBegin)) {
    return ShownEvidence{attest::SimulatedEvidence{bytes}, "simulated quote in " + path, {}, {}};
  }
  if (bytes.size() == attest::kSevSnpReportSize) return of_report(bytes, path, key_certificate);
  if (!bytes.empty() && bytes.front() == kDerSequence) return of_certificate(bytes, path);
  return ShownEvidence{attest::TdxEvidence{bytes}, "quote in " + path, {}, {}};
}

Result<ShownEvidence> ask_peer(const std::string& text) {
  const auto target = TRY(io::HostPort::parse(text));
  io::Runtime runtime;
  auto identity = TRY(identity_for_looking(runtime.now().wall));
  Bytes shown;
  std::optional<base::Error> failure;
  io::Opening opening;
  opening.preambles.push_back(pow_answerer());
  opening.tls = TRY(io::TlsContext::create(io::TlsRole::Client, std::move(identity)));
  opening.verify_peer = [&](std::span<const Bytes> chain) -> Result<void> {
    if (!chain.empty()) shown = chain.front();
    return base::Error(Looked::Enough, "looked at");
  };
  opening.on_outcome = [&](Result<io::Connection> outcome) {
    if (!outcome) failure = outcome.error();
    runtime.stop();
  };
  const io::Dial dial(runtime, target, std::move(opening));
  runtime.run();
  if (!shown.empty()) return of_certificate(shown, text);
  return fault(CommandFault::NotReachable,
               "can't see a certificate of " + text + ": " +
                   (failure ? failure->message() : std::string("no answer")));
}

}  // namespace cocoon::app::commands
