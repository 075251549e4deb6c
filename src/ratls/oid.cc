// Comparing and showing object identifiers.
#include "ratls/oid.h"

#include <algorithm>

namespace cocoon::ratls::oid {

bool equal(base::BytesView a, base::BytesView b) { return std::ranges::equal(a, b); }

}  // namespace cocoon::ratls::oid
