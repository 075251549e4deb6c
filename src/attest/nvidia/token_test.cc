// Answers of NVIDIA's service: every vector of tests/vectors/attestation/nras, and what can be
// wrong with keys and form.
#include "attest/nvidia/token.h"

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "attest/recorded.h"
#include "base/encoding.h"

namespace cocoon::attest::nvidia {
namespace {

using nlohmann::json;

const std::map<std::string, std::string> kTokenReasons = {
    {"SIGNATURE", "evidence_signature_invalid"},
    {"SUBMOD_DIGEST", "device_set_mismatch"},
    {"SUBMOD_MISSING", "device_set_mismatch"},
    {"SUBMOD_UNLISTED", "device_set_mismatch"},
    {"KID", "signing_key_mismatch"},
    {"EXPIRED", "evidence_stale"},
    {"NOT_YET", "evidence_from_future"},
    {"ISSUER", "root_not_allowed"},
    {"NONCE", "nonce_mismatch"},
    {"RESULT_FALSE", "service_refused"},
    {"CLAIMS", "service_refused"},
    {"ALG", "evidence_unsupported"},
};

json claims_of(const std::string& token) {
  const std::size_t first = token.find('.');
  const auto bytes =
      base::from_base64(token.substr(first + 1, token.find('.', first + 1) - first - 1));
  return json::parse(bytes->begin(), bytes->end());
}

// Where nobody wrote down what was asked, the answer's own nonce has to do.
base::Bits256 nonce_of(const json& vector, const base::Bytes& answer) {
  const std::string text =
      vector.contains("nonce")
          ? vector.at("nonce").get<std::string>()
          : claims_of(json::parse(answer.begin(), answer.end())[0][1].get<std::string>())
                .at("eat_nonce")
                .get<std::string>();
  return *base::bits256_from_hex(text);
}

TEST(TokenVectors, Verdicts) {
  std::size_t seen = 0;
  for (const json& vector : json::parse(recorded("nras/manifest.json"))) {
    SCOPED_TRACE(vector.at("id").get<std::string>());
    const base::Bytes answer = file_of("nras", vector, "response");
    for (const json& check : vector.at("checks")) {
      const auto keys = parse_token_keys(file_of("nras", vector, "jwks"));
      ASSERT_TRUE(keys.ok()) << keys.error().message();
      const auto now = base::from_unix_seconds(check.at("time").get<std::int64_t>());
      const auto examination = examine_tokens(
          now, TokenQuestion{answer, nonce_of(vector, answer), kServiceIssuer, {}}, *keys);
      const json& expect = check.at("expect");
      if (expect.at("result") == "verified") {
        EXPECT_TRUE(examination.check.ok()) << examination.check.error().message();
        EXPECT_FALSE(examination.gpus.empty());
      } else {
        ASSERT_FALSE(examination.check.ok());
        EXPECT_EQ(examination.check.error().reason(),
                  kTokenReasons.at(expect.at("reason").get<std::string>()));
        EXPECT_TRUE(examination.gpus.empty());
      }
      ++seen;
    }
  }
  EXPECT_GE(seen, 13u);
}

struct TokenCase {
  json answer = [] {
    const base::Bytes bytes = recorded("nras/s-ok8.json");
    return json::parse(bytes.begin(), bytes.end());
  }();
  base::Bytes keys = recorded("nras/s-ok-keys.json");
  TokenQuestion question = [] {
    TokenQuestion asked;
    asked.nonce.fill(0xab);
    return asked;
  }();
  base::WallTime now = base::from_unix_seconds(1894665660);

  std::string reason_of_text(const std::string& text) const {
    const auto parsed = parse_token_keys(keys);
    if (!parsed) return std::string(parsed.error().reason());
    TokenQuestion asked = question;
    asked.answer = base::as_bytes(text);
    const auto examination = examine_tokens(now, asked, *parsed);
    return examination.check ? "verified" : std::string(examination.check.error().reason());
  }
  std::string reason() const { return reason_of_text(answer.dump()); }
};

TEST(Tokens, EightGpus) {
  TokenCase made;
  EXPECT_EQ(made.reason(), "verified");
  made.question.gpus = 8;
  EXPECT_EQ(made.reason(), "verified");
  made.question.gpus = 7;
  EXPECT_EQ(made.reason(), "device_set_mismatch");
}

TEST(Tokens, TwoGpusSwapped) {
  TokenCase made;
  std::swap(made.answer[1]["GPU-0"], made.answer[1]["GPU-1"]);
  EXPECT_EQ(made.reason(), "device_set_mismatch");
}

TEST(Tokens, ClaimsEdited) {
  TokenCase made;
  std::string token = made.answer[0][1].get<std::string>();
  json claims = claims_of(token);
  claims["exp"] = 1994669200;
  const std::size_t first = token.find('.');
  token.replace(first + 1, token.find('.', first + 1) - first - 1,
                base::to_base64url(base::as_bytes(claims.dump())));
  made.answer[0][1] = token;
  EXPECT_EQ(made.reason(), "evidence_signature_invalid");
}

TEST(Tokens, KeysThatTheServiceDoesNotHave) {
  TokenCase made;
  json keys = json::parse(made.keys.begin(), made.keys.end());
  keys["keys"].erase(0);
  made.keys = base::to_bytes(keys.dump());
  EXPECT_EQ(made.reason(), "signing_key_mismatch");
}

TEST(Tokens, OtherQuestion) {
  TokenCase made;
  made.question.nonce[31] ^= 1;
  EXPECT_EQ(made.reason(), "nonce_mismatch");
  made = TokenCase();
  made.question.issuer = "https://example.org";
  EXPECT_EQ(made.reason(), "root_not_allowed");
}

TEST(Tokens, MalformedAnswers) {
  const TokenCase made;
  const std::string genuine = made.answer.dump();
  EXPECT_EQ(made.reason_of_text(genuine), "verified");
  const std::string token = made.answer[0][1].get<std::string>();
  const std::string texts[] = {"",
                               "[]",
                               "{}",
                               genuine + "x",
                               genuine.substr(0, genuine.size() - 1),
                               "[[\"JWT\",7],{}]",
                               "[[\"JWT\",\"a.b.c\"],{}]",
                               "[[\"JWT\",\"a.b\"],{}]",
                               "[[\"JWT\",\"\"],{}]",
                               "[[\"JWE\",\"" + token + "\"],{}]",
                               "[[\"JWT\",\"" + token + "\"],{\"GPU-0\":1}]",
                               "[[\"JWT\",\"" + token + "\"],{\"GPU-0\":\"a\",\"GPU-0\":\"b\"}]",
                               "[[\"JWT\",\"" + token + "\"],[]]",
                               std::string(100000, '['),
                               std::string(2 * 1024 * 1024, ' ')};
  for (const std::string& text : texts) {
    EXPECT_EQ(made.reason_of_text(text), "evidence_malformed") << text.substr(0, 60);
  }
  EXPECT_EQ(made.reason_of_text("[[\"JWT\",\"" + token + "\"],{}]"), "device_set_mismatch");
}

TEST(TokenKeySets, Malformed) {
  const TokenCase made;
  const std::string key = json::parse(made.keys.begin(), made.keys.end())["keys"][0].dump();
  const auto reason = [](const std::string& text) {
    const auto keys = parse_token_keys(base::as_bytes(text));
    return keys ? std::to_string(keys->by_name.size()) : std::string(keys.error().reason());
  };
  EXPECT_EQ(reason("{\"keys\":[" + key + "]}"), "1");
  EXPECT_EQ(reason("{\"keys\":[]}"), "0");
  EXPECT_EQ(reason("{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"a\"}]}"), "0");
  EXPECT_EQ(reason("{\"keys\":[" + key + "," + key + "]}"), "evidence_malformed");
  EXPECT_EQ(reason("{}"), "evidence_malformed");
  EXPECT_EQ(reason("[]"), "evidence_malformed");
  EXPECT_EQ(reason("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-384\",\"kid\":\"a\",\"x\":\"AA\"}]}"),
            "evidence_malformed");
  json off = json::parse(key);
  off["x"] = off["y"];
  EXPECT_EQ(reason("{\"keys\":[" + off.dump() + "]}"), "evidence_malformed");
}

TEST(TokenFactors, SayWhatTheServiceSaid) {
  const TokenCase made;
  const std::string text = made.answer.dump();
  TokenQuestion question = made.question;
  question.answer = base::as_bytes(text);
  auto factors = token_factors(examine_tokens(made.now, question, *parse_token_keys(made.keys)));
  ASSERT_EQ(factors.size(), 2u);
  EXPECT_EQ(factors[0].outcome, Outcome::Passed);
  EXPECT_EQ(factors[1].outcome, Outcome::Passed);
  EXPECT_EQ(factors[0].values.size(), 9u);
  factors = token_factors(
      examine_tokens(base::from_unix_seconds(0), question, *parse_token_keys(made.keys)));
  EXPECT_EQ(factors[0].refusal, Refusal::EvidenceFromFuture);
}

}  // namespace
}  // namespace cocoon::attest::nvidia
