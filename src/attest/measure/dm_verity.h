// dm-verity: the hash tree that ties a read-only file system to one number on the kernel's command
// line, which is measured.
//
// Format: Linux Documentation/admin-guide/device-mapper/verity.rst and cryptsetup's on-disk format
// of verity, version 1 (superblock at the beginning of the hash device).
#pragma once

#include <cstdint>
#include <string>

#include "attest/measure/error.h"
#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::attest::measure {

enum class VerityHash { Sha256, Sha512 };

struct VerityFormat {
  VerityHash hash = VerityHash::Sha256;
  std::uint32_t data_block_size = 4096;
  std::uint32_t hash_block_size = 4096;
  std::uint64_t data_blocks = 0;
  base::Bytes salt{};
  base::Bits128 uuid{};
};

base::Result<VerityFormat> parse_verity_superblock(base::BytesView hash_device);

struct VerityTree {
  base::Bytes root;         // 32 or 64 bytes
  base::Bytes hash_device;  // superblock and tree, as veritysetup writes them
};
// SizeMismatch if the data is not exactly data_blocks blocks.
base::Result<VerityTree> build_verity(const VerityFormat& format, base::BytesView data);

// Every block of the data and of the stored tree leads to this root; otherwise RootMismatch (the
// data) or TreeMismatch (the stored tree).
base::Result<void> check_verity(base::BytesView data, base::BytesView hash_device,
                                base::BytesView root);

}  // namespace cocoon::attest::measure
