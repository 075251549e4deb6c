// From the hardware's report data to the answer, one link after the other.
#include "attest/azure/vtpm.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "attest/byte_fields.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/rsa_signature.h"

namespace cocoon::attest::azure {
namespace {

using base::BytesView;
using base::Error;
using base::Result;
using nlohmann::json;

constexpr std::uint32_t kTpmGenerated = 0xff544347;
constexpr std::uint16_t kAttestQuote = 0x8018;
constexpr std::uint16_t kSha256Bank = 0x000b;
constexpr std::size_t kClockSize = 17;
constexpr std::size_t kFirmwareVersionSize = 8;
constexpr std::size_t kSelectionSize = 3;
constexpr std::string_view kKeyName = "HCLAkPub";

Error malformed() { return refuse(Refusal::EvidenceMalformed, "The TPM's quote is malformed."); }

class Reader {
 public:
  explicit Reader(BytesView bytes) : rest_(bytes) {}
  bool empty() const { return rest_.empty(); }
  std::optional<BytesView> take(std::size_t size) {
    if (size > rest_.size()) return std::nullopt;
    const BytesView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  template <class Integer>
  std::optional<Integer> number() {
    const auto bytes = take(sizeof(Integer));
    if (!bytes) return std::nullopt;
    return big_endian<Integer>(*bytes, 0);
  }
  // TPM2B: bytes behind their length.
  std::optional<BytesView> sized() {
    const auto size = number<std::uint16_t>();
    return size ? take(*size) : std::nullopt;
  }

 private:
  BytesView rest_;
};

struct Quote {
  BytesView nonce;
  BytesView selected;  // bit i of byte i / 8: PCR i is covered
  BytesView digest;
};

Result<Quote> parse_quote(BytesView bytes) {
  Reader reader(bytes);
  if (reader.number<std::uint32_t>() != kTpmGenerated ||
      reader.number<std::uint16_t>() != kAttestQuote) {
    return malformed();
  }
  const auto signer = reader.sized();
  const auto nonce = reader.sized();
  const auto rest = reader.take(kClockSize + kFirmwareVersionSize);
  const auto banks = reader.number<std::uint32_t>();
  const auto bank = reader.number<std::uint16_t>();
  const auto size = reader.number<std::uint8_t>();
  if (!signer || !nonce || !rest || banks != 1u || bank != kSha256Bank || size != kSelectionSize) {
    return malformed();
  }
  const auto selected = reader.take(kSelectionSize);
  const auto digest = reader.sized();
  if (!selected || !digest || !reader.empty()) return malformed();
  return Quote{*nonce, *selected, *digest};
}

Result<void> check_pcrs(const Quote& quote, const Pcrs& pcrs) {
  base::Bytes covered;
  for (std::size_t i = 0; i < pcrs.size(); ++i) {
    if ((quote.selected[i / 8] >> i % 8 & 1) == 0) continue;
    covered.insert(covered.end(), pcrs[i].begin(), pcrs[i].end());
  }
  if (!std::ranges::equal(crypto::sha256(covered), quote.digest)) {
    return refuse(Refusal::MeasurementMismatch, "The TPM's quote is over other PCRs.");
  }
  return {};
}

struct Key {
  base::Bytes modulus;
  base::Bytes exponent;
};

// The hardware vouches for the claims, so that their form is the paravisor's word.
std::optional<Key> find_key(BytesView claims) {
  const json parsed = json::parse(claims.begin(), claims.end(), nullptr, false);
  const auto text = [](const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!parsed.is_object() || !parsed.contains("keys") || !parsed.at("keys").is_array()) {
    return std::nullopt;
  }
  std::optional<Key> key;
  for (const json& one : parsed.at("keys")) {
    if (!one.is_object() || text(one, "kid") != kKeyName || text(one, "kty") != "RSA") continue;
    auto modulus = base::from_base64(text(one, "n"));
    auto exponent = base::from_base64(text(one, "e"));
    if (key || !modulus || !exponent) return std::nullopt;
    key = Key{*std::move(modulus), *std::move(exponent)};
  }
  return key;
}

Result<HclReport> check_hcl(const base::Bytes& bytes) {
  const auto report = parse_hcl_report(bytes);
  if (!report) {
    const bool unsupported = report.error().is(HclError::Unsupported);
    return refuse(unsupported ? Refusal::EvidenceUnsupported : Refusal::EvidenceMalformed,
                  report.error().message() + " (" + std::string(report.error().reason()) + ")");
  }
  const BytesView report_data(report->report_data);
  const base::Bits256 hash = crypto::sha256(report->runtime_claims);
  if (!std::ranges::equal(report_data.first(hash.size()), hash) ||
      !std::ranges::all_of(report_data.subspan(hash.size()), [](auto byte) { return byte == 0; })) {
    return refuse(Refusal::ReportDataMismatch,
                  "The hardware's report data is not the hash of the paravisor's claims.");
  }
  return *report;
}

}  // namespace

Result<VtpmStatement> read_vtpm(const VtpmEvidence& evidence) {
  const HclReport report = TRY(check_hcl(evidence.hcl_report));
  const auto key = find_key(report.runtime_claims);
  if (!key) {
    return refuse(Refusal::SigningKeyMismatch, "The paravisor's claims name no key of the TPM.");
  }
  if (!crypto::rsa_pkcs1_sha256_holds(key->modulus, key->exponent, evidence.quote,
                                      evidence.signature)) {
    return refuse(Refusal::SignatureInvalid, "The signature of the TPM's quote doesn't hold.");
  }
  const Quote quote = TRY(parse_quote(evidence.quote));
  TRY(check_pcrs(quote, evidence.pcrs));
  return VtpmStatement{.kind = report.kind,
                       .hardware_report = base::to_bytes(report.hardware_report),
                       .report_data = report.report_data,
                       .runtime_hash = crypto::sha256(report.runtime_claims),
                       .nonce = base::to_bytes(quote.nonce)};
}

Result<VtpmStatement> check_vtpm(const VtpmEvidence& evidence, BytesView nonce) {
  VtpmStatement statement = TRY(read_vtpm(evidence));
  if (!std::ranges::equal(statement.nonce, nonce)) {
    return refuse(Refusal::NonceMismatch, "The TPM answered another question than ours.");
  }
  return statement;
}

}  // namespace cocoon::attest::azure
