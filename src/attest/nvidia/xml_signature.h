// Enveloped XML signatures (W3C XML Signature 1.1) of the one shape that NVIDIA's manifests have:
// over the whole document, ECDSA P-384 with SHA-384, certificates within.
//
// Refuses every other shape, so that nothing can be read that was not signed: more than one
// signature, references to parts, other transforms, objects.
#pragma once

#include <string_view>
#include <vector>

#include "attest/nvidia/xml.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/certificate.h"

namespace cocoon::attest::nvidia {

enum class XmlSignatureError {
  Missing,
  NotOne,           // several, or in an odd place
  ShapeNotAllowed,  // algorithms, references, transforms, contents
  DigestMismatch,
  SignatureInvalid,
};
std::string_view reason_name(XmlSignatureError error);

struct XmlSignature {
  const XmlElement* element;  // holds nothing that is signed
  std::vector<crypto::Certificate> leaf_first;
};

// That the holder of the first certificate's key signed all of `root` but the signature itself.
// Whether that certificate is to be trusted is the caller's question.
base::Result<XmlSignature> check_xml_signature(const XmlElement& root);

}  // namespace cocoon::attest::nvidia
