// From TOML to a policy, key by key.
#include "app/attestation/policy_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <functional>

#include "base/check.h"
#include "base/encoding.h"

namespace cocoon::app::attestation {
namespace {

using attest::Policy;
using base::Error;
using base::Result;

constexpr std::int64_t kVerdictLifetimeMax = 86'400;
constexpr std::int64_t kEvaluationNumberMax = 1'000'000;

class Reader {
 public:
  explicit Reader(const std::string& file_name) : file_name_(file_name) {}

  Error error(PolicyFileError reason, const toml::node& node, const std::string& what) const {
    return {reason, file_name_ + ":" + std::to_string(node.source().begin.line) + ": " + what};
  }
  Result<std::string> text(const toml::node& node) const {
    if (const auto* value = node.as_string()) return value->get();
    return error(PolicyFileError::BadValue, node, "a text is wanted here");
  }
  Result<std::int64_t> number(const toml::node& node, std::int64_t most) const {
    const auto* value = node.as_integer();
    if (value != nullptr && value->get() >= 0 && value->get() <= most) return value->get();
    return error(PolicyFileError::BadValue, node,
                 "a whole number from 0 to " + std::to_string(most) + " is wanted here");
  }
  Result<std::vector<std::string>> texts(const toml::node& node) const {
    const auto* list = node.as_array();
    if (list == nullptr) return error(PolicyFileError::BadValue, node, "a list is wanted here");
    std::vector<std::string> out;
    for (const toml::node& entry : *list) out.push_back(TRY(text(entry)));
    return out;
  }
  Result<std::vector<base::Bits256>> hashes(const toml::node& node) const {
    std::vector<base::Bits256> out;
    for (const std::string& hex : TRY(texts(node))) {
      const auto bits = base::bits256_from_hex(hex);
      if (!bits) {
        return error(PolicyFileError::BadValue, node,
                     "\"" + hex + "\" is not a hash of 64 hexadecimal digits");
      }
      out.push_back(*bits);
    }
    return out;
  }

 private:
  const std::string& file_name_;
};

template <class T>
Result<void> store(Result<T> value, T& target) {
  target = TRY(std::move(value));
  return {};
}

Result<void> apply_list(const Reader& reader, std::string_view key, const toml::node& node,
                        attest::TrustLists& lists) {
  const std::pair<std::string_view, std::vector<base::Bits256>*> known[] = {
      {"revoked_platforms", &lists.revoked_platforms},
      {"enrolled_platforms", &lists.enrolled_platforms},
      {"endorsed_platforms", &lists.endorsed_platforms},
      {"revoked_images", &lists.revoked_images},
      {"revoked_keys", &lists.revoked_keys}};
  if (key == "version") {
    lists.version = static_cast<std::uint64_t>(TRY(reader.number(node, INT64_MAX)));
    return {};
  }
  for (const auto& [name, list] : known) {
    if (name == key) return store(reader.hashes(node), *list);
  }
  return reader.error(PolicyFileError::UnknownKey, node,
                      "unknown key \"lists." + std::string(key) + "\"");
}

Result<void> apply_lists(const Reader& reader, const toml::node& node, Policy& policy) {
  const auto* table = node.as_table();
  if (table == nullptr) return reader.error(PolicyFileError::BadValue, node, "a table is wanted");
  for (const auto& [key, value] : *table) {
    TRY(apply_list(reader, key.str(), value, policy.lists));
  }
  return {};
}

std::optional<attest::FactorId> factor_from_name(std::string_view name) {
  for (std::size_t i = 0; i < attest::kFactorCount; ++i) {
    const auto id = static_cast<attest::FactorId>(i);
    if (attest::factor_name(id) == name) return id;
  }
  return std::nullopt;
}

Result<void> apply_required(const Reader& reader, const toml::node& node, Policy& policy) {
  for (const std::string& name : TRY(reader.texts(node))) {
    const auto id = factor_from_name(name);
    if (!id) {
      return reader.error(PolicyFileError::BadValue, node, "unknown factor \"" + name + "\"");
    }
    for (attest::AcceptedEvidence& accepted : policy.accepted) accepted.required.push_back(*id);
  }
  return {};
}

Result<void> apply_tier(const Reader& reader, const toml::node& node, Policy& policy) {
  const std::string name = TRY(reader.text(node));
  const auto tier = attest::tier_from_name(name);
  if (!tier) return reader.error(PolicyFileError::BadValue, node, "tiers are T0 to T4");
  policy.least_tier = *tier;
  return {};
}

Result<void> apply_statuses(const Reader& reader, const toml::node& node, Policy& policy) {
  constexpr std::string_view kKnown[] = {"UpToDate",
                                         "SWHardeningNeeded",
                                         "ConfigurationNeeded",
                                         "ConfigurationAndSWHardeningNeeded",
                                         "OutOfDate",
                                         "OutOfDateConfigurationNeeded",
                                         "TDRelaunchAdvised",
                                         "TDRelaunchAdvisedConfigurationNeeded"};
  std::vector<std::string> statuses = TRY(reader.texts(node));
  for (const std::string& status : statuses) {
    if (std::ranges::find(kKnown, status) == std::end(kKnown)) {
      return reader.error(PolicyFileError::BadValue, node,
                          "\"" + status + "\" is no status that can be accepted");
    }
  }
  policy.tcb.statuses = std::move(statuses);
  return {};
}

Result<void> apply_advisories(const Reader& reader, const toml::node& node, Policy& policy) {
  if (const auto* text = node.as_string(); text != nullptr && text->get() == "any") {
    policy.tcb.advisories.reset();
    return {};
  }
  policy.tcb.advisories = TRY(reader.texts(node));
  return {};
}

Result<void> apply_session(const Reader& reader, const toml::node& node, Policy& policy) {
  const std::string demand = TRY(reader.text(node));
  if (demand == "required") {
    policy.session = attest::SessionDemand::Required;
  } else if (demand == "if_spoken") {
    policy.session = attest::SessionDemand::IfSpoken;
  } else {
    return reader.error(PolicyFileError::BadValue, node, "\"required\" or \"if_spoken\" is wanted");
  }
  return {};
}

Result<void> apply(const Reader& reader, std::string_view key, const toml::node& node,
                   Policy& policy) {
  if (key == "base") return {};
  if (key == "name") return store(reader.text(node), policy.name);
  if (key == "least_tier") return apply_tier(reader, node, policy);
  if (key == "required") return apply_required(reader, node, policy);
  if (key == "tcb_statuses") return apply_statuses(reader, node, policy);
  if (key == "advisories") return apply_advisories(reader, node, policy);
  if (key == "lists") return apply_lists(reader, node, policy);
  if (key == "session_evidence") return apply_session(reader, node, policy);
  if (key == "images") {
    policy.allowed_images = TRY(reader.hashes(node));
    return {};
  }
  if (key == "evaluation_number_min") {
    policy.tcb.evaluation_number_min =
        static_cast<std::uint32_t>(TRY(reader.number(node, kEvaluationNumberMax)));
    return {};
  }
  if (key == "verdict_lifetime_seconds") {
    policy.verdict_lifetime = std::chrono::seconds(TRY(reader.number(node, kVerdictLifetimeMax)));
    return {};
  }
  return reader.error(PolicyFileError::UnknownKey, node,
                      "unknown key \"" + std::string(key) + "\"");
}

}  // namespace

std::string_view reason_name(PolicyFileError error) {
  switch (error) {
    case PolicyFileError::BadSyntax:
      return "policy_bad_syntax";
    case PolicyFileError::UnknownKey:
      return "policy_unknown_key";
    case PolicyFileError::BadValue:
      return "policy_bad_value";
    case PolicyFileError::UnknownPolicy:
      return "policy_unknown";
  }
  CHECK(false);
}

Policy genuine_policy() {
  using enum attest::FactorId;
  Policy policy = attest::production_policy({});
  policy.name = "genuine";
  policy.allowed_images.reset();
  policy.least_tier = attest::Tier::T0;
  for (attest::AcceptedEvidence& accepted : policy.accepted) {
    std::erase_if(accepted.required, [](attest::FactorId id) {
      return id == Measurements || id == ReportDataBinding || id == Freshness;
    });
  }
  return policy;
}

std::vector<std::string> built_in_policies() {
  return {"production", "production-t2", "legacy-network"};
}

Result<Policy> built_in_policy(std::string_view name, std::vector<base::Bits256> allowed_images) {
  if (name == "production") return attest::production_policy(std::move(allowed_images));
  if (name == "production-t2") return attest::production_t2_policy(std::move(allowed_images));
  if (name == "legacy-network") return attest::legacy_network_policy(std::move(allowed_images));
  if (name == "genuine") return genuine_policy();
  return Error(PolicyFileError::UnknownPolicy,
               "there is no policy \"" + std::string(name) +
                   "\"; known are production, production-t2, legacy-network, genuine, and files "
                   "that end in .toml");
}

Result<Policy> parse_policy(std::string_view text, const std::string& file_name,
                            std::vector<base::Bits256> allowed_images) {
  toml::table document;
  try {
    document = toml::parse(text, file_name);
  } catch (const toml::parse_error& fault) {
    return Error(PolicyFileError::BadSyntax, file_name + ":" +
                                                 std::to_string(fault.source().begin.line) + ": " +
                                                 std::string(fault.description()));
  }
  const Reader reader(file_name);
  std::string base_name = "production";
  if (const toml::node* node = document.get("base")) base_name = TRY(reader.text(*node));
  Policy policy = TRY(built_in_policy(base_name, std::move(allowed_images)));
  policy.name = file_name;
  for (const auto& [key, value] : document) TRY(apply(reader, key.str(), value, policy));
  return policy;
}

}  // namespace cocoon::app::attestation
