// What a worker says that its engine can do, as it travels with an offer since protocol version 5
// (docs/protocol/v5.md [WIRE-100] on). What is not known is left out, never guessed.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "tl/types.h"

namespace cocoon::session {

struct OfferTerms {
  // Names in ascending order with commas between them; empty: nothing is said.
  std::string capabilities{};
  std::optional<base::Bits256> weights_hash{};  // the root hash of the weights' dm-verity disk
  std::int32_t context_length = 0;              // prompt and answer together, in tokens; 0: unknown
  std::int32_t max_output = 0;                  // of one answer, in tokens; 0: unknown
  friend auto operator<=>(const OfferTerms&, const OfferTerms&) = default;
};

enum class OfferFault {
  BadCapabilities,  // not names of [a-z0-9_] in ascending order, or too many
  BadLength,        // a number of tokens that is not positive
};
std::string_view reason_name(OfferFault fault);

base::Result<OfferTerms> read_terms(const tl::OfferTerms& wire);
// Points into `terms`.
tl::OfferTerms to_wire(const OfferTerms& terms);

// Sorts them, each once. BadCapabilities.
base::Result<std::string> join_capabilities(std::vector<std::string> names);
// Of terms that were read.
std::vector<std::string> split_capabilities(std::string_view capabilities);

// The hash in "name@commit:verity-hash"; nothing for a bare name.
std::optional<base::Bits256> weights_hash_of(std::string_view registered_model);

}  // namespace cocoon::session
