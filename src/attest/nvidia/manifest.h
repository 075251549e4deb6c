// Reference integrity manifests: which measurements a version of NVIDIA's driver or VBIOS makes, in
// a signed document.
//
// Formats: SWID tags (ISO/IEC 19770-2:2015) with TCG's reference integrity manifest attributes.
// What a manifest says is there only after its signature and its signer's chain held.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/public_key.h"

namespace cocoon::attest::nvidia {

enum class ManifestError { Malformed, SignerNotTrusted, SignerNotValidNow };
std::string_view reason_name(ManifestError error);

struct Manifest {
  std::string version;  // of the driver or the VBIOS
  std::string product;  // "GH100"
  std::string id;       // tagId
  // By index, from 0 (one less than the report's numbers): values of which one has to be found.
  std::map<std::uint8_t, std::vector<base::Bits384>> golden;
  // As long as all certificates of its signer's chain are valid.
  base::WallTime not_before;
  base::WallTime not_after;

  bool valid_at(base::WallTime now) const { return not_before <= now && now <= not_after; }
};

// With the signer's chain to `root`. Costs several signature checks: keep the result and ask it
// valid_at() later.
base::Result<Manifest> verify_manifest(base::WallTime now, base::BytesView xml,
                                       const crypto::PublicKey& root);

}  // namespace cocoon::attest::nvidia
