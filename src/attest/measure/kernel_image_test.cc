// Kernels as QEMU changes them, and digests of PE images.
#include "attest/measure/kernel_image.h"

#include "attest/measure/little_endian.h"
#include "attest/measure/vectors_lab.h"

namespace cocoon::attest::measure {
namespace {

// A kernel that is a PE image as well, as those with an EFI stub are.
base::Bytes small_kernel() {
  base::Bytes kernel(0x3000);
  for (std::size_t i = 0x1000; i < kernel.size(); ++i)
    kernel[i] = static_cast<std::uint8_t>(i * 31);
  put_integer<std::uint32_t>(kernel, 0x202, 0x5372'6448);
  put_integer<std::uint16_t>(kernel, 0x206, 0x20f);
  kernel[0x211] = 1;
  put_integer<std::uint32_t>(kernel, 0x22c, 0x7fff'ffff);
  put_integer<std::uint32_t>(kernel, 0x3c, 0x40);
  put_integer<std::uint32_t>(kernel, 0x40, 0x4550);
  put_integer<std::uint16_t>(kernel, 0x46, 2);     // sections
  put_integer<std::uint16_t>(kernel, 0x54, 0xa0);  // size of the optional header
  put_integer<std::uint16_t>(kernel, 0x58, 0x20b);
  put_integer<std::uint32_t>(kernel, 0x58 + 60, 0x1000);  // size of headers
  const std::size_t table = 0x58 + 0xa0;
  // Out of order, as the table may be.
  put_integer<std::uint32_t>(kernel, table + 16, 0x800);
  put_integer<std::uint32_t>(kernel, table + 20, 0x2000);
  put_integer<std::uint32_t>(kernel, table + 40 + 16, 0x1000);
  put_integer<std::uint32_t>(kernel, table + 40 + 20, 0x1000);
  return kernel;
}

TEST(KernelImage, PatchesTheHeaderOnly) {
  const base::Bytes kernel = small_kernel();
  const auto patched = patch_kernel(kernel, 0x123456, 2ull << 30);
  ASSERT_TRUE(patched.ok());
  EXPECT_EQ((*patched)[0x210], 0xb0);
  EXPECT_EQ((*patched)[0x211], 0x81);
  EXPECT_EQ(integer_at<std::uint16_t>(*patched, 0x224), 0x20000 - 0x10000 - 0x200);
  EXPECT_EQ(integer_at<std::uint32_t>(*patched, 0x228), 0x20000u);
  // Below 2 GiB less the ACPI tables, on a page.
  EXPECT_EQ(integer_at<std::uint32_t>(*patched, 0x218),
            (0x7fff'ffffu - 0x2'8000 - 0x123456) & ~0xfffu);
  EXPECT_EQ(integer_at<std::uint32_t>(*patched, 0x21c), 0x123456u);
  EXPECT_TRUE(std::equal(kernel.begin() + 0x22c, kernel.end(), patched->begin() + 0x22c));
  EXPECT_TRUE(std::equal(kernel.begin(), kernel.begin() + 0x210, patched->begin()));
}

TEST(KernelImage, MemoryCountsBelowTheSplitOnly) {
  const auto address = [](std::uint64_t memory) {
    return integer_at<std::uint32_t>(*patch_kernel(small_kernel(), 4096, memory), 0x218);
  };
  EXPECT_NE(address(1ull << 30), address(2ull << 30));
  EXPECT_EQ(address(4ull << 30), address(64ull << 30));
}

TEST(KernelImage, PatchRefusals) {
  base::Bytes kernel = small_kernel();
  EXPECT_EQ(patch_kernel(kernel, 3ull << 30, 2ull << 30).error().reason(),
            "image_initrd_too_large");
  EXPECT_EQ(patch_kernel(kernel, 1, 1).error().reason(), "image_initrd_too_large");
  kernel[0x211] = 0;
  EXPECT_EQ(patch_kernel(kernel, 0, 2ull << 30).error().reason(), "image_not_linux_kernel");
  kernel[0x202] = 0;
  EXPECT_EQ(patch_kernel(kernel, 0, 2ull << 30).error().reason(), "image_not_linux_kernel");
  EXPECT_EQ(patch_kernel(base::Bytes(100), 0, 0).error().reason(), "image_not_linux_kernel");
}

TEST(KernelImage, AuthenticodeLeavesOutChecksumAndSignatures) {
  const base::Bytes image = small_kernel();
  const auto digest = authenticode_digest(image);
  ASSERT_TRUE(digest.ok()) << digest.error().message();
  // By a second implementation of the same text, in Python (hashlib).
  EXPECT_EQ(base::to_hex(*digest),
            "a7af826d693db1749eeefac8b28295c3a97be9b7b4937a4878657b223d0e612101da35c571d4e85e2bc4e9"
            "1242c699a5");
  base::Bytes other = image;
  other[0x58 + 64] ^= 1;  // checksum
  EXPECT_EQ(*authenticode_digest(other), *digest);
  for (const std::size_t offset : {0x10u, 0x58u + 100, 0x0fffu, 0x1000u, 0x2fffu}) {
    other = image;
    other[offset] ^= 1;
    EXPECT_NE(*authenticode_digest(other), *digest) << offset;
  }
}

TEST(KernelImage, SignaturesAtTheEndDoNotCount) {
  const base::Bytes image = small_kernel();
  base::Bytes signed_image = image;
  put_integer<std::uint32_t>(signed_image, 0x58 + 112 + 32, 0x3000);
  put_integer<std::uint32_t>(signed_image, 0x58 + 112 + 36, 0x100);
  signed_image.resize(0x3100, 0x5a);
  EXPECT_EQ(*authenticode_digest(signed_image), *authenticode_digest(image));
}

TEST(KernelImage, PeRefusals) {
  const auto reason_with = [](std::size_t offset, std::uint32_t value) {
    base::Bytes image = small_kernel();
    put_integer(image, offset, value);
    const auto digest = authenticode_digest(image);
    return digest ? std::string("hashed") : std::string(digest.error().reason());
  };
  EXPECT_EQ(authenticode_digest({}).error().reason(), "image_not_pe_image");
  EXPECT_EQ(reason_with(0x3c, 0xffff'ffff), "image_not_pe_image");
  EXPECT_EQ(reason_with(0x40, 0), "image_not_pe_image");
  EXPECT_EQ(reason_with(0x46, 0xffff), "image_not_pe_image");
  EXPECT_EQ(reason_with(0x58, 0), "image_not_pe_image");
  EXPECT_EQ(reason_with(0x58 + 60, 0x4000), "image_not_pe_image");
  EXPECT_EQ(reason_with(0x58 + 60, 8), "image_not_pe_image");
  EXPECT_EQ(reason_with(0x58 + 0xa0 + 16, 0xffff'ffff), "image_not_pe_image");
}

}  // namespace
}  // namespace cocoon::attest::measure
