// Canonical XML (W3C Canonical XML 1.0 and 1.1, inclusive, without comments): the bytes that an XML
// signature is over.
#pragma once

#include <span>
#include <string>

#include "attest/nvidia/xml.h"

namespace cocoon::attest::nvidia {

// Of the element and all below it, except `without` and all below that. `ancestors` are those of
// the element, the root first: it inherits their name spaces, xml:lang and xml:space.
std::string canonical_xml(const XmlElement& element, std::span<const XmlElement* const> ancestors,
                          const XmlElement* without);

}  // namespace cocoon::attest::nvidia
