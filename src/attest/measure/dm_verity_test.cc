// Trees by veritysetup, and what happens when one bit of them changes.
#include "attest/measure/dm_verity.h"

#include "attest/measure/vectors_lab.h"

namespace cocoon::attest::measure {
namespace {

using nlohmann::json;

base::Bytes root_of(const json& vector, const char* name) {
  return *base::from_hex(vector.at("expect").at(name).get<std::string>());
}

TEST(DmVerity, Vectors) {
  std::size_t count = 0;
  for (const json& vector : vectors_of("dmverity")) {
    SCOPED_TRACE(vector.at("id").get<std::string>());
    const auto checked = check_verity(file_of(vector, "data"), file_of(vector, "hash"),
                                      root_of(vector, "given_root"));
    EXPECT_EQ(checked.ok(), vector.at("expect").at("verdict") == "valid");
    ++count;
  }
  EXPECT_EQ(count, 6u);
}

TEST(DmVerity, ReasonsAreNamed) {
  const auto reason = [](const char* id) {
    const json vector = vector_of("dmverity", id);
    return check_verity(file_of(vector, "data"), file_of(vector, "hash"),
                        root_of(vector, "given_root"))
        .error()
        .reason();
  };
  EXPECT_EQ(reason("data-flip"), "verity_root_mismatch");
  EXPECT_EQ(reason("hash-flip"), "verity_tree_mismatch");
  EXPECT_EQ(reason("wrong-root"), "verity_root_mismatch");
}

TEST(DmVerity, BuildsWhatVeritysetupWrites) {
  for (const char* id : {"sha256", "sha512", "nosalt"}) {
    const json vector = vector_of("dmverity", id);
    const base::Bytes hash_device = file_of(vector, "hash");
    const auto format = parse_verity_superblock(hash_device);
    ASSERT_TRUE(format.ok());
    const auto tree = build_verity(*format, file_of(vector, "data"));
    ASSERT_TRUE(tree.ok());
    EXPECT_EQ(tree->root, root_of(vector, "root_hash")) << id;
    EXPECT_EQ(tree->hash_device, hash_device) << id;
  }
}

TEST(DmVerity, SmallBlocksMakeSeveralLevels) {
  // 1024 leaves of 512 bytes, 16 digests in a block: three levels.
  const VerityFormat format{.data_block_size = 512, .hash_block_size = 512, .data_blocks = 1024};
  base::Bytes data(1024 * 512, 7);
  const auto tree = build_verity(format, data);
  ASSERT_TRUE(tree.ok());
  EXPECT_EQ(tree->hash_device.size(), 512u * (1 + 64 + 4 + 1));
  EXPECT_TRUE(check_verity(data, tree->hash_device, tree->root).ok());
  data.back() ^= 1;
  EXPECT_EQ(check_verity(data, tree->hash_device, tree->root).error().reason(),
            "verity_root_mismatch");
}

TEST(DmVerity, Refusals) {
  const json vector = vector_of("dmverity", "sha256");
  const base::Bytes good = file_of(vector, "hash");
  const auto reason_with = [&](std::size_t offset, std::uint8_t value) {
    base::Bytes changed = good;
    changed[offset] = value;
    return parse_verity_superblock(changed).error().reason();
  };
  EXPECT_EQ(reason_with(0, 'V'), "verity_not_verity");
  EXPECT_EQ(reason_with(8, 2), "verity_unsupported_version");
  EXPECT_EQ(reason_with(12, 0), "verity_unsupported_version");
  EXPECT_EQ(reason_with(35, '1'), "verity_unsupported_hash");
  EXPECT_EQ(reason_with(65, 0x11), "verity_bad_block_size");
  EXPECT_EQ(reason_with(81, 2), "verity_bad_salt");
  EXPECT_EQ(parse_verity_superblock(base::BytesView(good).first(511)).error().reason(),
            "verity_truncated");
  base::Bytes data = file_of(vector, "data");
  data.resize(data.size() - 4096);
  EXPECT_EQ(check_verity(data, good, root_of(vector, "root_hash")).error().reason(),
            "verity_size_mismatch");
  base::Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(
      check_verity(file_of(vector, "data"), longer, root_of(vector, "root_hash")).error().reason(),
      "verity_tree_mismatch");
}

}  // namespace
}  // namespace cocoon::attest::measure
