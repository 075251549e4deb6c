// Each token: form, key, signature, time, issuer, nonce. Then the links between them, then claims.
#include "attest/nvidia/token.h"

#include <algorithm>
#include <set>

#include "attest/nvidia/json.h"
#include "attest/nvidia/limits.h"
#include "base/check.h"
#include "base/encoding.h"
#include "crypto/hash.h"

namespace cocoon::attest::nvidia {
namespace {

using base::BytesView;
using base::Error;
using base::Result;
using nlohmann::json;

constexpr std::string_view kAlgorithm = "ES384";
constexpr std::size_t kCoordinateSize = 48;
// Seconds since 1970 up to the year 9999.
constexpr std::uint64_t kTimeMax = 253402300799;

Error malformed_answer(std::string_view what) {
  return {Refusal::EvidenceMalformed, "The service's answer has " + std::string(what) + "."};
}

struct Token {
  json header;
  json claims;
  BytesView signed_part;
  base::Bytes signature;
};

Result<Token> parse_token(std::string_view text) {
  if (text.size() > kTokenSizeMax) return malformed_answer("a token that is too large");
  const std::size_t first = text.find('.');
  const std::size_t second = first == text.npos ? text.npos : text.find('.', first + 1);
  if (second == text.npos) return malformed_answer("a token without three parts");
  const auto header = base::from_base64(text.substr(0, first));
  const auto claims = base::from_base64(text.substr(first + 1, second - first - 1));
  auto signature = base::from_base64(text.substr(second + 1));
  if (!header || !claims || !signature) return malformed_answer("a token that is not base64url");
  auto header_json = parse_strict_json(*header, kTokenSizeMax);
  auto claims_json = parse_strict_json(*claims, kTokenSizeMax);
  if (!header_json || !claims_json || !header_json->is_object() || !claims_json->is_object()) {
    return malformed_answer("a token whose parts are no JSON objects");
  }
  return Token{*std::move(header_json), *std::move(claims_json),
               base::as_bytes(text.substr(0, second)), *std::move(signature)};
}

Result<void> check_signature(const Token& token, const TokenKeys& keys) {
  if (text_member(token.header, "alg") != kAlgorithm || token.header.contains("crit")) {
    return refuse(Refusal::EvidenceUnsupported, "A token is not signed with ES384.");
  }
  const auto name = text_member(token.header, "kid");
  const auto key = name ? keys.by_name.find(*name) : keys.by_name.end();
  if (key == keys.by_name.end()) {
    return refuse(Refusal::SigningKeyMismatch,
                  "A token is signed with a key that the service has not published.");
  }
  if (!key->second.verify_raw(token.signed_part, token.signature)) {
    return refuse(Refusal::SignatureInvalid, "The signature of a token doesn't hold.");
  }
  return {};
}

Result<void> check_times(base::WallTime now, const json& claims) {
  const auto issued = number_member(claims, "iat");
  const auto not_before = number_member(claims, "nbf");
  const auto expires = number_member(claims, "exp");
  if (!issued || !not_before || !expires || std::max({*issued, *not_before, *expires}) > kTimeMax) {
    return malformed_answer("a token without its times");
  }
  const auto time = [](std::uint64_t seconds) {
    return base::from_unix_seconds(static_cast<std::int64_t>(seconds));
  };
  if (now < time(*not_before) || now < time(*issued)) {
    return refuse(Refusal::EvidenceFromFuture, "A token is not valid yet.");
  }
  if (now > time(*expires)) return refuse(Refusal::EvidenceStale, "A token has expired.");
  return {};
}

std::string lower(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter + 32);
  }
  return text;
}

Result<void> check_common(base::WallTime now, const TokenQuestion& question, const Token& token,
                          const TokenKeys& keys) {
  TRY(check_signature(token, keys));
  TRY(check_times(now, token.claims));
  if (text_member(token.claims, "iss") != question.issuer) {
    return refuse(Refusal::RootNotAllowed, "A token is of another issuer than the service.");
  }
  const auto nonce = text_member(token.claims, "eat_nonce");
  if (!nonce || lower(*nonce) != base::to_hex(question.nonce)) {
    return refuse(Refusal::NonceMismatch, "A token answers another question than ours.");
  }
  return {};
}

// What the platform token says of one GPU's: ["DIGEST", ["SHA-256", hex]].
bool names_token(const json& entry, std::string_view token) {
  if (!entry.is_array() || entry.size() != 2 || entry[0] != "DIGEST") return false;
  const json& digest = entry[1];
  if (!digest.is_array() || digest.size() != 2 || digest[0] != "SHA-256" ||
      !digest[1].is_string()) {
    return false;
  }
  return lower(digest[1].get<std::string>()) == base::to_hex(crypto::sha256(base::as_bytes(token)));
}

// Both directions: no GPU too few, none too many, each with its own digest.
Result<void> check_links(const json& platform, const json& tokens) {
  const auto named = platform.find("submods");
  if (named == platform.end() || !named->is_object()) {
    return malformed_answer("a platform token without GPUs");
  }
  for (const auto& [name, entry] : named->items()) {
    if (!tokens.contains(name)) {
      return refuse(Refusal::DeviceSetMismatch, "The token of " + name + " is missing.");
    }
    if (!names_token(entry, tokens.at(name).get<std::string>())) {
      return refuse(Refusal::DeviceSetMismatch,
                    "The token of " + name + " is not the one that the platform token names.");
    }
  }
  if (named->size() != tokens.size()) {
    return refuse(Refusal::DeviceSetMismatch, "There is a token that the platform doesn't name.");
  }
  return {};
}

Result<void> check_certificate_status(const std::string& name, const json& status) {
  const bool good = text_member(status, "x-nvidia-cert-status").value_or("valid") == "valid" &&
                    text_member(status, "x-nvidia-cert-ocsp-status").value_or("good") == "good";
  if (good) return {};
  return refuse(Refusal::ServiceRefused, "The service does not find " + name + " in order.");
}

Result<void> check_claims(const json& claims) {
  if (text_member(claims, "measres") != "success" || !is_true_member(claims, "secboot")) {
    return refuse(Refusal::ServiceRefused, "The service does not find a GPU's firmware in order.");
  }
  if (text_member(claims, "dbgstat") != "disabled") {
    return refuse(Refusal::DeveloperModeOn, "The service finds that a GPU can be debugged.");
  }
  for (const std::string_view name :
       {"x-nvidia-gpu-arch-check", "x-nvidia-gpu-attestation-report-nonce-match",
        "x-nvidia-gpu-attestation-report-signature-verified",
        "x-nvidia-gpu-driver-rim-signature-verified",
        "x-nvidia-gpu-vbios-rim-signature-verified"}) {
    if (!is_true_member(claims, name)) {
      return refuse(Refusal::ServiceRefused,
                    "The service does not say '" + std::string(name) + "'.");
    }
  }
  // Whatever else it says about the GPU must be good news too.
  for (const auto& [name, value] : claims.items()) {
    if (!name.starts_with("x-nvidia-gpu-")) continue;
    if (value.is_boolean() && !value.get<bool>()) {
      return refuse(Refusal::ServiceRefused, "The service denies '" + name + "'.");
    }
    if (value.is_object()) TRY(check_certificate_status(name, value));
  }
  return {};
}

Result<GpuClaim> read_gpu(const std::string& name, const json& claims) {
  const auto id = text_member(claims, "ueid");
  const auto model = text_member(claims, "hwmodel");
  if (!id || id->empty() || !model) return malformed_answer("a token that names no device");
  return GpuClaim{.name = name,
                  .hardware_model = *model,
                  .device_id = *id,
                  .driver_version = text_member(claims, "x-nvidia-gpu-driver-version").value_or(""),
                  .vbios_version = text_member(claims, "x-nvidia-gpu-vbios-version").value_or("")};
}

struct Answer {
  std::string platform;
  json tokens;  // name to text
};

Result<Answer> parse_answer(BytesView bytes) {
  auto answer = parse_strict_json(bytes, kTokenAnswerSizeMax);
  if (!answer || !answer->is_array() || answer->size() != 2)
    return malformed_answer("no two parts");
  const json& platform = (*answer)[0];
  json& tokens = (*answer)[1];
  if (!platform.is_array() || platform.size() != 2 || platform[0] != "JWT" ||
      !platform[1].is_string() || !tokens.is_object() || tokens.size() > kDevicesMax) {
    return malformed_answer("other parts than a platform token and GPU tokens");
  }
  for (const auto& [name, token] : tokens.items()) {
    if (!token.is_string()) return malformed_answer("a GPU token that is no text");
  }
  return Answer{platform[1].get<std::string>(), std::move(tokens)};
}

Result<void> check_platform(const Token& platform, const json& tokens) {
  TRY(check_links(platform.claims, tokens));
  if (!is_true_member(platform.claims, "x-nvidia-overall-att-result")) {
    return refuse(Refusal::ServiceRefused, "The service does not find the platform in order.");
  }
  return {};
}

Result<std::vector<GpuClaim>> examine(base::WallTime now, const TokenQuestion& question,
                                      const TokenKeys& keys) {
  const Answer answer = TRY(parse_answer(question.answer));
  const Token platform = TRY(parse_token(answer.platform));
  TRY(check_common(now, question, platform, keys));
  TRY(check_platform(platform, answer.tokens));
  std::vector<GpuClaim> gpus;
  std::set<std::string> ids;
  for (const auto& [name, text] : answer.tokens.items()) {
    const std::string token_text = text.get<std::string>();
    const Token token = TRY(parse_token(token_text));
    TRY(check_common(now, question, token, keys));
    TRY(check_claims(token.claims));
    gpus.push_back(TRY(read_gpu(name, token.claims)));
    if (!ids.insert(gpus.back().device_id).second) {
      return refuse(Refusal::DeviceSetMismatch, "The same GPU is shown twice.");
    }
  }
  if (gpus.empty() || (question.gpus && gpus.size() != *question.gpus)) {
    return refuse(Refusal::DeviceSetMismatch,
                  "The service vouches for " + std::to_string(gpus.size()) + " GPUs.");
  }
  return gpus;
}

std::optional<base::Bytes> coordinate(const json& key, std::string_view name) {
  const auto text = text_member(key, name);
  auto bytes = text ? base::from_base64(*text) : std::nullopt;
  if (!bytes || bytes->size() != kCoordinateSize) return std::nullopt;
  return bytes;
}

bool is_for_tokens(const json& key) {
  return text_member(key, "kty") == "EC" && text_member(key, "crv") == "P-384" &&
         text_member(key, "alg").value_or(std::string(kAlgorithm)) == kAlgorithm &&
         text_member(key, "use").value_or("sig") == "sig" && text_member(key, "kid").has_value();
}

}  // namespace

Result<TokenKeys> parse_token_keys(BytesView text) {
  const auto set = parse_strict_json(text, kKeySetSizeMax);
  if (!set || !set->is_object() || !set->contains("keys") || !set->at("keys").is_array()) {
    return malformed_answer("no set of keys");
  }
  TokenKeys keys;
  for (const json& key : set->at("keys")) {
    if (!is_for_tokens(key)) continue;
    const auto x = coordinate(key, "x");
    const auto y = coordinate(key, "y");
    if (!x || !y) return malformed_answer("a key that is no point");
    base::Bytes point = *x;
    point.insert(point.end(), y->begin(), y->end());
    auto parsed = crypto::PublicKey::from_point(crypto::KeyKind::EcP384, point);
    if (!parsed) return malformed_answer("a key that is not on its curve");
    if (!keys.by_name.emplace(*text_member(key, "kid"), *std::move(parsed)).second) {
      return malformed_answer("two keys of one name");
    }
  }
  return keys;
}

TokenExamination examine_tokens(base::WallTime now, const TokenQuestion& question,
                                const TokenKeys& keys) {
  TokenExamination examination;
  auto gpus = examine(now, question, keys);
  if (gpus) {
    examination.gpus = *std::move(gpus);
  } else {
    examination.check = gpus.error();
  }
  return examination;
}

std::vector<Factor> token_factors(const TokenExamination& examination) {
  Values values;
  for (const GpuClaim& gpu : examination.gpus) {
    values.emplace_back(gpu.name, gpu.hardware_model + ", driver '" + gpu.driver_version +
                                      "', VBIOS '" + gpu.vbios_version + "', id " + gpu.device_id);
  }
  values.emplace_back("source", "NVIDIA's attestation service");
  return {factor_of(FactorId::GpuChain, examination.check, values),
          factor_of(FactorId::GpuFirmware, examination.check, std::move(values))};
}

}  // namespace cocoon::attest::nvidia
