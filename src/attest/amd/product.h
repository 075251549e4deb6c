// AMD's product lines, as far as attestation tells them apart, and what their firmware versions
// mean.
//
// Sources: AMD SEV-SNP firmware ABI specification (56860), TCB_VERSION; AMD VCEK and VLEK
// certificate interface specification (57230).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "attest/sev_snp_report.h"

namespace cocoon::attest::amd {

// Each has a root key of its own. Bergamo and Siena are certified as Genoa.
enum class Product { Milan, Genoa, Turin };
std::string_view product_name(Product product);

// Of a certificate's product name, which may have a stepping behind it: "Milan-B0".
std::optional<Product> product_of_name(std::string_view name);
// Of the CPUID family and model in a report.
std::optional<Product> product_of_cpu(std::uint8_t family, std::uint8_t model);

// Security versions of the firmware's parts: each only ever grows.
struct Tcb {
  std::optional<std::uint8_t> fmc;  // Turin and later
  std::uint8_t boot_loader = 0;
  std::uint8_t tee = 0;
  std::uint8_t snp = 0;
  std::uint8_t microcode = 0;
  friend bool operator==(const Tcb&, const Tcb&) = default;
};

Tcb read_tcb(Product product, const SevSnpTcb& bytes);
// Every part is at least the other's.
bool at_least(const Tcb& tcb, const Tcb& minimum);
// "boot_loader 4, tee 0, snp 24, microcode 219"
std::string tcb_text(const Tcb& tcb);

}  // namespace cocoon::attest::amd
