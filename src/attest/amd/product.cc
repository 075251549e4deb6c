// Tables of names and layouts.
#include "attest/amd/product.h"

#include "base/check.h"

namespace cocoon::attest::amd {

std::string_view product_name(Product product) {
  switch (product) {
    case Product::Milan:
      return "Milan";
    case Product::Genoa:
      return "Genoa";
    case Product::Turin:
      return "Turin";
  }
  CHECK(false);
}

std::optional<Product> product_of_name(std::string_view name) {
  const std::string_view line = name.substr(0, name.find('-'));
  if (line == "Milan") return Product::Milan;
  if (line == "Genoa" || line == "Bergamo" || line == "Siena") return Product::Genoa;
  if (line == "Turin") return Product::Turin;
  return std::nullopt;
}

std::optional<Product> product_of_cpu(std::uint8_t family, std::uint8_t model) {
  if (family == 0x19) {
    if (model <= 0x0F) return Product::Milan;
    if (model <= 0x1F || (model >= 0xA0 && model <= 0xAF)) return Product::Genoa;
  }
  if (family == 0x1A && model <= 0x11) return Product::Turin;
  return std::nullopt;
}

Tcb read_tcb(Product product, const SevSnpTcb& bytes) {
  if (product == Product::Turin) {
    return {.fmc = bytes[0],
            .boot_loader = bytes[1],
            .tee = bytes[2],
            .snp = bytes[3],
            .microcode = bytes[7]};
  }
  return {.fmc = std::nullopt,
          .boot_loader = bytes[0],
          .tee = bytes[1],
          .snp = bytes[6],
          .microcode = bytes[7]};
}

bool at_least(const Tcb& tcb, const Tcb& minimum) {
  return tcb.fmc.value_or(0) >= minimum.fmc.value_or(0) && tcb.boot_loader >= minimum.boot_loader &&
         tcb.tee >= minimum.tee && tcb.snp >= minimum.snp && tcb.microcode >= minimum.microcode;
}

std::string tcb_text(const Tcb& tcb) {
  std::string text;
  if (tcb.fmc) text = "fmc " + std::to_string(*tcb.fmc) + ", ";
  return text + "boot_loader " + std::to_string(tcb.boot_loader) + ", tee " +
         std::to_string(tcb.tee) + ", snp " + std::to_string(tcb.snp) + ", microcode " +
         std::to_string(tcb.microcode);
}

}  // namespace cocoon::attest::amd
