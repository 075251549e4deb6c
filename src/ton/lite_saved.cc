// A lite client's memory: network, newest key block, newest block, and a hash over them against
// accidents of the disk.
#include <algorithm>

#include "crypto/hash.h"
#include "tl/reader.h"
#include "tl/writer.h"
#include "ton/lite_client.h"
#include "ton/lite_ids.h"

namespace cocoon::ton {
namespace {

constexpr std::uint32_t kSavedHeadsVersion = 0x31434c43;  // "CLC1"

void write_block(tl::Writer& writer, const BlockId& id) {
  writer.i32(id.shard.workchain);
  writer.u64(id.shard.prefix);
  writer.u32(id.seqno);
  writer.raw(id.root_hash);
  writer.raw(id.file_hash);
}

BlockId read_block(tl::Reader& reader) {
  BlockId id;
  id.shard.workchain = reader.i32();
  id.shard.prefix = reader.u64();
  id.seqno = reader.u32();
  reader.raw_into(id.root_hash);
  reader.raw_into(id.file_hash);
  return id;
}

}  // namespace

base::Bytes LiteClient::save() const {
  base::Bytes out;
  tl::Writer writer(out);
  writer.u32(kSavedHeadsVersion);
  write_block(writer, config_.anchor.zero_state);
  write_block(writer, key_block_);
  write_block(writer, head_ ? head_->block : key_block_);
  writer.u32(head_ ? head_->gen_utime : 0);
  writer.raw(crypto::sha256(out));
  return out;
}

base::Result<void> LiteClient::restore(base::BytesView saved) {
  const base::Error refusal(LiteError::SavedForm, "The saved state of the chain is unusable.");
  base::Bits256 hash{};
  if (saved.size() < hash.size()) return refusal;
  const base::BytesView content = saved.first(saved.size() - hash.size());
  std::copy_n(saved.end() - 32, 32, hash.begin());
  if (crypto::sha256(content) != hash) return refusal;
  tl::Reader reader(content);
  const std::uint32_t version = reader.u32();
  const BlockId zero_state = read_block(reader);
  const BlockId key_block = read_block(reader);
  read_block(reader);  // the newest block: for people who look at the file
  reader.u32();
  if (!reader.ok() || reader.remaining() != 0 || version != kSavedHeadsVersion) return refusal;
  if (zero_state != config_.anchor.zero_state || key_block.seqno < key_block_.seqno) {
    return refusal;
  }
  key_block_ = key_block;
  return {};
}

}  // namespace cocoon::ton
