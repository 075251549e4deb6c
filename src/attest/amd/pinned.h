// AMD's own certificates, as PEM: ASK, ASVK, root. Internal to this module.
#pragma once

#include <string_view>

namespace cocoon::attest::amd {

extern const std::string_view kMilanChain;
extern const std::string_view kGenoaChain;
extern const std::string_view kTurinChain;

}  // namespace cocoon::attest::amd
