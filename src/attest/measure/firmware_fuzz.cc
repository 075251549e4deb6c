// Any bytes as a firmware image or a kernel: never more than a refusal.
#include "attest/measure/firmware.h"
#include "attest/measure/kernel_image.h"
#include "attest/measure/tdx_boot.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon::attest::measure;
  const cocoon::base::BytesView bytes(data, size);
  if (const auto sections = read_tdvf(bytes)) {
    std::uint64_t pages = 0;
    for (const TdvfSection& section : *sections) {
      if (section.data_offset + std::uint64_t{section.data_size} > size) __builtin_trap();
      pages += section.memory_size / 4096;
    }
    if (pages < 256) (void)td_measurement(bytes, PageOrder::SinglePass).ok();
    if (const auto hand_off = hand_off_of(*sections)) {
      (void)hand_off_digest(*hand_off, std::uint64_t{1} << 31).ok();
    }
  }
  (void)read_sev_firmware(bytes).ok();
  (void)authenticode_digest(bytes).ok();
  (void)patch_kernel(bytes, 4096, std::uint64_t{1} << 31).ok();
  return 0;
}
