// Fixed offsets of two headers, each behind a length check.
#include "attest/measure/kernel_image.h"

#include <algorithm>
#include <vector>

#include "attest/measure/limits.h"
#include "attest/measure/little_endian.h"
#include "attest/measure/machine.h"
#include "crypto/hash.h"

namespace cocoon::attest::measure {
namespace {

constexpr std::size_t kSetupSizeMin = 0x1000;
constexpr std::uint32_t kSetupMagic = 0x5372'6448;  // "HdrS"
constexpr std::uint64_t kAcpiReserve = 0x2'8000;    // QEMU keeps that much for ACPI tables
constexpr std::uint64_t kInitrdMaxDefault = 0x37ff'ffff;

// The highest address that the initrd may reach.
std::uint64_t initrd_limit(base::BytesView kernel, std::uint16_t protocol,
                           std::uint64_t memory_size) {
  std::uint64_t limit = kInitrdMaxDefault;
  if (protocol >= 0x20c && (integer_at<std::uint16_t>(kernel, 0x236) & 2) != 0) {
    limit = UINT32_MAX;
  } else if (protocol >= 0x203) {
    const auto stated = integer_at<std::uint32_t>(kernel, 0x22c);
    if (stated != 0) limit = stated;
  }
  const std::uint64_t split = memory_size < kLowMemoryLimit ? kLowMemoryLimit : kLowMemorySplit;
  const std::uint64_t low_memory = std::min(memory_size, split);
  if (low_memory <= kAcpiReserve) return 0;
  return std::min(limit, low_memory - kAcpiReserve - 1);
}

base::Error not_pe(std::string_view what) {
  return {ImageError::NotPeImage, "This is not a PE image: " + std::string(what) + "."};
}

struct Range {
  std::uint64_t begin;
  std::uint64_t end;
};

struct PeLayout {
  std::size_t checksum = 0;    // offset of the four bytes
  std::size_t signatures = 0;  // offset of the directory entry, eight bytes
  std::uint64_t signatures_size = 0;
  std::uint64_t headers_size = 0;
  std::vector<Range> sections;  // by address in the file
};

base::Result<PeLayout> read_layout(base::BytesView image) {
  if (image.size() < 0x40) return not_pe("too short");
  const std::uint64_t header = integer_at<std::uint32_t>(image, 0x3c);
  // Signature, COFF header and the longest optional header that is looked at.
  if (header + 4 + 20 + 112 + 40 > image.size()) return not_pe("its header lies outside");
  const auto coff = static_cast<std::size_t>(header) + 4;
  if (integer_at<std::uint32_t>(image, coff - 4) != 0x4550) return not_pe("no signature");
  const std::size_t optional = coff + 20;
  const auto magic = integer_at<std::uint16_t>(image, optional);
  if (magic != 0x10b && magic != 0x20b) return not_pe("unknown kind of header");
  PeLayout layout;
  layout.checksum = optional + 64;
  layout.signatures = optional + (magic == 0x20b ? 112 : 96) + 4 * 8;
  layout.headers_size = integer_at<std::uint32_t>(image, optional + 60);
  layout.signatures_size = integer_at<std::uint32_t>(image, layout.signatures + 4);
  if (layout.headers_size < layout.signatures + 8 || layout.headers_size > image.size()) {
    return not_pe("headers of an impossible size");
  }
  const std::size_t table = optional + integer_at<std::uint16_t>(image, coff + 16);
  const std::size_t count = integer_at<std::uint16_t>(image, coff + 2);
  if (table + count * 40 > image.size()) return not_pe("its section table lies outside");
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t size = integer_at<std::uint32_t>(image, table + i * 40 + 16);
    const std::uint64_t begin = integer_at<std::uint32_t>(image, table + i * 40 + 20);
    if (size == 0) continue;
    if (begin + size > image.size()) return not_pe("a section lies outside");
    layout.sections.push_back({begin, begin + size});
  }
  std::ranges::sort(layout.sections, {}, &Range::begin);
  return layout;
}

}  // namespace

base::Result<base::Bytes> patch_kernel(base::BytesView kernel, std::uint64_t initrd_size,
                                       std::uint64_t memory_size) {
  if (kernel.size() > kKernelSizeMax) {
    return base::Error(ImageError::Oversized, "The kernel is too large.");
  }
  if (kernel.size() < kSetupSizeMin || integer_at<std::uint32_t>(kernel, 0x202) != kSetupMagic) {
    return base::Error(ImageError::NotLinuxKernel, "This is not a Linux kernel for x86.");
  }
  const auto protocol = integer_at<std::uint16_t>(kernel, 0x206);
  // Older kernels get their command line at an address that depends on its length.
  if (protocol < 0x202 || (kernel[0x211] & 1) == 0) {
    return base::Error(ImageError::NotLinuxKernel, "The kernel's boot protocol is too old.");
  }
  constexpr std::uint32_t kSetupAddress = 0x1'0000;
  constexpr std::uint32_t kCommandLineAddress = 0x2'0000;
  base::Bytes out = base::to_bytes(kernel);
  out[0x210] = 0xb0;   // type_of_loader: QEMU
  out[0x211] |= 0x80;  // loadflags: CAN_USE_HEAP
  put_integer(out, 0x224, static_cast<std::uint16_t>(kCommandLineAddress - kSetupAddress - 0x200));
  put_integer(out, 0x228, kCommandLineAddress);
  if (initrd_size == 0) return out;
  const std::uint64_t limit = initrd_limit(kernel, protocol, memory_size);
  if (initrd_size >= limit) {
    return base::Error(ImageError::InitrdTooLarge, "The initrd does not fit the memory.");
  }
  put_integer(out, 0x218, static_cast<std::uint32_t>((limit - initrd_size) & ~(kPageSize - 1)));
  put_integer(out, 0x21c, static_cast<std::uint32_t>(initrd_size));
  return out;
}

base::Result<base::Bits384> authenticode_digest(base::BytesView image) {
  if (image.size() > kKernelSizeMax) {
    return base::Error(ImageError::Oversized, "The image is too large.");
  }
  const PeLayout layout = TRY(read_layout(image));
  crypto::Sha384 hash;
  hash.update(image.first(layout.checksum));
  const std::size_t after_checksum = layout.checksum + 4;
  hash.update(image.subspan(after_checksum, layout.signatures - after_checksum));
  const std::size_t after_entry = layout.signatures + 8;
  hash.update(
      image.subspan(after_entry, static_cast<std::size_t>(layout.headers_size) - after_entry));
  std::uint64_t hashed = layout.headers_size;
  for (const Range& section : layout.sections) {
    const auto size = static_cast<std::size_t>(section.end - section.begin);
    hash.update(image.subspan(static_cast<std::size_t>(section.begin), size));
    hashed += size;
  }
  if (hashed + layout.signatures_size < image.size()) {
    const auto rest = static_cast<std::size_t>(image.size() - hashed - layout.signatures_size);
    hash.update(image.subspan(static_cast<std::size_t>(hashed), rest));
  }
  if (image.size() % 8 != 0) hash.update(base::Bytes(8 - image.size() % 8));
  return hash.finish();
}

}  // namespace cocoon::attest::measure
