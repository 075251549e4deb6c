// The tree is computed anew from the data and compared with what is stored.
#include "attest/measure/dm_verity.h"

#include <algorithm>
#include <bit>
#include <ranges>
#include <vector>

#include "attest/measure/limits.h"
#include "attest/measure/little_endian.h"
#include "crypto/hash.h"

namespace cocoon::attest::measure {
namespace {

constexpr std::string_view kSignature{"verity\0\0", 8};
constexpr std::size_t kSuperblockSize = 512;

std::size_t digest_size(VerityHash hash) { return hash == VerityHash::Sha256 ? 32 : 64; }
std::string_view hash_name(VerityHash hash) {
  return hash == VerityHash::Sha256 ? "sha256" : "sha512";
}

base::Bytes hash_block(const VerityFormat& format, base::BytesView block) {
  if (format.hash == VerityHash::Sha256) {
    const auto digest = crypto::sha256({format.salt, block});
    return {digest.begin(), digest.end()};
  }
  const auto digest = crypto::sha512({format.salt, block});
  return {digest.begin(), digest.end()};
}

// One level above: the digests of all blocks below, padded to whole blocks.
base::Bytes level_above(const VerityFormat& format, base::BytesView below, std::size_t block_size) {
  const std::size_t per_block = format.hash_block_size / digest_size(format.hash);
  const std::size_t blocks = below.size() / block_size;
  const std::size_t out_blocks = (blocks + per_block - 1) / per_block;
  base::Bytes out(out_blocks * format.hash_block_size);
  for (std::size_t i = 0; i < blocks; ++i) {
    const std::size_t at =
        i / per_block * format.hash_block_size + i % per_block * digest_size(format.hash);
    std::ranges::copy(hash_block(format, below.subspan(i * block_size, block_size)),
                      out.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return out;
}

bool good_block_size(std::uint32_t size) {
  return std::has_single_bit(size) && size >= kVerityBlockSizeMin && size <= kVerityBlockSizeMax;
}

base::Result<void> check_format(const VerityFormat& format) {
  if (!good_block_size(format.data_block_size) || !good_block_size(format.hash_block_size)) {
    return base::Error(VerityError::BadBlockSize, "The block size of the hash tree is impossible.");
  }
  if (format.salt.size() > kVeritySaltMax) {
    return base::Error(VerityError::BadSalt, "The salt of the hash tree is too long.");
  }
  return {};
}

base::Bytes superblock(const VerityFormat& format) {
  base::Bytes out;
  append(out, base::as_bytes(kSignature));
  append_integer<std::uint32_t>(out, 1);
  append_integer<std::uint32_t>(out, 1);
  append(out, format.uuid);
  append(out, base::as_bytes(hash_name(format.hash)));
  out.resize(64);
  append_integer(out, format.data_block_size);
  append_integer(out, format.hash_block_size);
  append_integer(out, format.data_blocks);
  append_integer(out, static_cast<std::uint16_t>(format.salt.size()));
  out.resize(88);
  append(out, format.salt);
  out.resize(std::max<std::size_t>(kSuperblockSize, format.hash_block_size));
  return out;
}

}  // namespace

base::Result<VerityFormat> parse_verity_superblock(base::BytesView hash_device) {
  if (hash_device.size() < kSuperblockSize) {
    return base::Error(VerityError::Truncated, "The hash device ends within its superblock.");
  }
  if (base::as_text(hash_device.first(kSignature.size())) != kSignature) {
    return base::Error(VerityError::NotVerity, "The hash device has no superblock.");
  }
  if (integer_at<std::uint32_t>(hash_device, 8) != 1 ||
      integer_at<std::uint32_t>(hash_device, 12) != 1) {
    return base::Error(VerityError::UnsupportedVersion, "Only version 1 of verity is supported.");
  }
  VerityFormat format;
  std::ranges::copy(hash_device.subspan(16, 16), format.uuid.begin());
  std::string_view name = base::as_text(hash_device.subspan(32, 32));
  name = name.substr(0, name.find('\0'));
  if (name != "sha256" && name != "sha512") {
    return base::Error(VerityError::UnsupportedHash, "The hash tree uses an unsupported hash.");
  }
  format.hash = name == "sha256" ? VerityHash::Sha256 : VerityHash::Sha512;
  format.data_block_size = integer_at<std::uint32_t>(hash_device, 64);
  format.hash_block_size = integer_at<std::uint32_t>(hash_device, 68);
  format.data_blocks = integer_at<std::uint64_t>(hash_device, 72);
  const auto salt_size = integer_at<std::uint16_t>(hash_device, 80);
  if (salt_size > kVeritySaltMax) {
    return base::Error(VerityError::BadSalt, "The salt of the hash tree is too long.");
  }
  format.salt = base::to_bytes(hash_device.subspan(88, salt_size));
  TRY(check_format(format));
  return format;
}

base::Result<VerityTree> build_verity(const VerityFormat& format, base::BytesView data) {
  TRY(check_format(format));
  if (format.data_blocks == 0 || data.size() % format.data_block_size != 0 ||
      data.size() / format.data_block_size != format.data_blocks) {
    return base::Error(VerityError::SizeMismatch, "The data has another size than the tree.");
  }
  std::vector<base::Bytes> levels;
  levels.push_back(level_above(format, data, format.data_block_size));
  while (levels.back().size() > format.hash_block_size) {
    levels.push_back(level_above(format, levels.back(), format.hash_block_size));
  }
  VerityTree tree;
  tree.root = hash_block(format, levels.back());
  tree.hash_device = superblock(format);
  for (const base::Bytes& level : levels | std::views::reverse) append(tree.hash_device, level);
  return tree;
}

base::Result<void> check_verity(base::BytesView data, base::BytesView hash_device,
                                base::BytesView root) {
  const VerityFormat format = TRY(parse_verity_superblock(hash_device));
  const VerityTree tree = TRY(build_verity(format, data));
  if (!std::ranges::equal(tree.root, root)) {
    return base::Error(VerityError::RootMismatch, "The data does not lead to this root hash.");
  }
  if (!std::ranges::equal(tree.hash_device, hash_device)) {
    return base::Error(VerityError::TreeMismatch, "The stored hash tree was altered.");
  }
  return {};
}

}  // namespace cocoon::attest::measure
