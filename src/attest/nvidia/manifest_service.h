// NVIDIA's manifest service: under which names it has the manifests of a device's firmware, and the
// form of its answers.
//
// Source: NVIDIA attestation SDK documentation, reference integrity manifests
// (https://rim.attestation.nvidia.com/v1/rim/<id>). The answer is not trusted: verify_manifest()
// checks the document in it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace cocoon::attest::nvidia {

// Of a GPU's driver and VBIOS, as its report names them. Empty if report or chain can't be read,
// or if it is of a switch.
std::vector<std::string> manifest_ids(base::BytesView report, base::BytesView chain);

// The document in {"id": ..., "rim": base64, "sha256": hex}, if it has that hash.
std::optional<base::Bytes> manifest_of_answer(base::BytesView json);

}  // namespace cocoon::attest::nvidia
