// Policies: the built-in ones by name, and files in TOML that build on one of them.
//
//   base = "production"                    # what everything below is added to
//   name = "my-cluster"
//   least_tier = "T1"
//   required = ["gpu_chain"]               # factors beyond those of the base
//   images = ["<64 hexadecimal digits>"]   # instead of the network's list
//   tcb_statuses = ["UpToDate", "SWHardeningNeeded"]
//   advisories = ["INTEL-SA-00837"]        # or "any"; for statuses other than UpToDate
//   evaluation_number_min = 18
//   verdict_lifetime_seconds = 3600
//   [lists]
//   version = 3
//   revoked_platforms = []                 # also enrolled_, endorsed_platforms, revoked_images,
//   _keys
//
// Unknown keys and bad values are refused with their line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "attest/policy.h"
#include "base/result.h"

namespace cocoon::app::attestation {

enum class PolicyFileError { BadSyntax, UnknownKey, BadValue, UnknownPolicy };
std::string_view reason_name(PolicyFileError error);

// "genuine" asks whether the hardware, its firmware and settings are in order, and leaves keys,
// images and age to whoever knows what they should be: for looking at evidence, not for
// connections.
attest::Policy genuine_policy();

// Names of the policies for real evidence: production, production-t2, legacy-network.
std::vector<std::string> built_in_policies();
base::Result<attest::Policy> built_in_policy(std::string_view name,
                                             std::vector<base::Bits256> allowed_images);

// `allowed_images` are the network's, unless the file names others. `file_name` is for messages.
base::Result<attest::Policy> parse_policy(std::string_view toml, const std::string& file_name,
                                          std::vector<base::Bits256> allowed_images);

}  // namespace cocoon::app::attestation
