// Response bodies of Intel's service: {"tcbInfo":{...},"signature":"..."} and the like. What is
// signed are the exact bytes of the inner object, so it is cut out and never written anew.
#pragma once

#include <string_view>

#include "attest/intel/fault.h"
#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::attest::intel {

struct SignedBody {
  base::Bytes object;     // from its opening brace to its closing one
  base::Bytes signature;  // as many bytes as there were pairs of hexadecimal digits
};

// `name` is "tcbInfo" or "enclaveIdentity". CollateralMalformed for every other form. The signature
// is not verified here.
base::Result<SignedBody> split_signed_body(base::BytesView body, std::string_view name);

}  // namespace cocoon::attest::intel
