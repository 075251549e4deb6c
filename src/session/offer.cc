// Names of capabilities are open: a proxy passes on those that it has never heard of.
#include "session/offer.h"

#include <algorithm>

#include "base/encoding.h"
#include "session/limits.h"

namespace cocoon::session {
namespace {

using base::Error;
using base::Result;

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxCapabilityName &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

Result<void> check_capabilities(const std::vector<std::string>& names) {
  const bool sound = names.size() <= kMaxCapabilities && std::ranges::all_of(names, is_name) &&
                     std::ranges::adjacent_find(names, std::greater_equal()) == names.end();
  if (sound) return {};
  return Error(OfferFault::BadCapabilities,
               "capabilities are at most 32 names of a to z, 0 to 9 and _, in ascending order");
}

Result<std::int32_t> read_length(bool present, std::int32_t tokens) {
  if (!present) return 0;
  if (tokens <= 0) return Error(OfferFault::BadLength, "a length in tokens must be positive");
  return tokens;
}

}  // namespace

std::string_view reason_name(OfferFault fault) {
  switch (fault) {
    case OfferFault::BadCapabilities:
      return "offer_bad_capabilities";
    case OfferFault::BadLength:
      return "offer_bad_length";
  }
  return "unknown";
}

Result<OfferTerms> read_terms(const tl::OfferTerms& wire) {
  if (wire.capabilities.size() > kMaxCapabilities * (kMaxCapabilityName + 1)) {
    return Error(OfferFault::BadCapabilities, "the list of capabilities is too long");
  }
  TRY(check_capabilities(split_capabilities(wire.capabilities)));
  OfferTerms terms{.capabilities = std::string(wire.capabilities), .weights_hash = {}};
  if (wire.flags & tl::OfferTerms::kHasWeightsHash) terms.weights_hash = wire.weights_hash;
  terms.context_length =
      TRY(read_length(wire.flags & tl::OfferTerms::kHasContextLength, wire.context_length));
  terms.max_output = TRY(read_length(wire.flags & tl::OfferTerms::kHasMaxOutput, wire.max_output));
  return terms;
}

tl::OfferTerms to_wire(const OfferTerms& terms) {
  tl::OfferTerms wire{};
  wire.capabilities = terms.capabilities;
  if (terms.weights_hash) {
    wire.flags |= tl::OfferTerms::kHasWeightsHash;
    wire.weights_hash = *terms.weights_hash;
  }
  if (terms.context_length > 0) {
    wire.flags |= tl::OfferTerms::kHasContextLength;
    wire.context_length = terms.context_length;
  }
  if (terms.max_output > 0) {
    wire.flags |= tl::OfferTerms::kHasMaxOutput;
    wire.max_output = terms.max_output;
  }
  return wire;
}

Result<std::string> join_capabilities(std::vector<std::string> names) {
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  TRY(check_capabilities(names));
  std::string joined;
  for (const auto& name : names) joined += (joined.empty() ? "" : ",") + name;
  return joined;
}

std::vector<std::string> split_capabilities(std::string_view capabilities) {
  std::vector<std::string> names;
  while (!capabilities.empty()) {
    const std::size_t comma = capabilities.find(',');
    names.emplace_back(capabilities.substr(0, comma));
    if (comma == std::string_view::npos) return names;
    capabilities.remove_prefix(comma + 1);
    if (capabilities.empty()) names.emplace_back();  // after the last comma: refused by its reader
  }
  return names;
}

std::optional<base::Bits256> weights_hash_of(std::string_view registered_model) {
  const std::size_t at = registered_model.find('@');
  const std::size_t colon = at == std::string_view::npos ? at : registered_model.find(':', at);
  if (colon == std::string_view::npos) return std::nullopt;
  const auto hash = base::bits256_from_hex(registered_model.substr(colon + 1));
  return hash ? std::optional(*hash) : std::nullopt;
}

}  // namespace cocoon::session
