// Reading the root contract's data cell. Layout: schema/contracts.tlb.
#include "registry/proxy_address.h"
#include "registry/root_layout.h"
#include "registry/snapshot.h"
#include "ton/cell_slice.h"
#include "ton/dictionary.h"

namespace cocoon::registry {
namespace {

using ton::CellRef;
using ton::CellSlice;

base::Result<std::vector<ton::DictionaryEntry>> load_dictionary(CellSlice& slice,
                                                                unsigned key_bits) {
  const CellRef root = TRY(slice.load_maybe_ref());
  return ton::read_dictionary(root, key_bits, kMaxListEntries);
}

base::Bits256 key_of(const ton::DictionaryEntry& entry) {
  base::Bits256 key;
  std::copy(entry.key.begin(), entry.key.end(), key.begin());
  return key;
}

base::Result<std::vector<base::Bits256>> load_hashes(CellSlice& slice) {
  const std::vector<ton::DictionaryEntry> entries = TRY(load_dictionary(slice, kHashBits));
  std::vector<base::Bits256> hashes;
  for (const ton::DictionaryEntry& entry : entries) {
    TRY(entry.value.expect_end());
    hashes.push_back(key_of(entry));
  }
  return hashes;
}

// A 0 bit, a 7-bit length in bytes, the bytes.
base::Result<std::string> load_text(CellSlice& slice) {
  if (TRY(slice.load_bit())) {
    return base::Error(ton::TonError::ValueForm, "An address text is of an unknown form.");
  }
  const std::uint64_t length = TRY(slice.load_uint(7));
  const base::Bytes bytes = TRY(slice.load_bytes(length));
  return base::to_text(bytes);
}

base::Result<void> load_proxies(CellSlice& slice, RootState& state) {
  const std::vector<ton::DictionaryEntry> entries = TRY(load_dictionary(slice, kSeqnoBits));
  for (const ton::DictionaryEntry& entry : entries) {
    std::uint32_t seqno = 0;
    for (const std::uint8_t byte : entry.key) seqno = seqno << 8 | byte;
    CellSlice value = entry.value;
    const std::string text = TRY(load_text(value));
    TRY(value.expect_end());
    std::optional<RegisteredProxy> proxy = parse_proxy_address(seqno, text);
    if (proxy) {
      state.proxies.push_back(*std::move(proxy));
    } else {
      ++state.unreadable_proxies;
    }
  }
  return {};
}

base::Result<void> read_lists(const CellRef& cell, RootState& state) {
  CellSlice slice = TRY(CellSlice::open(cell));
  state.proxy_hashes = TRY(load_hashes(slice));
  TRY(load_proxies(slice, state));
  state.last_proxy_seqno = TRY(slice.load_u32());
  state.worker_hashes = TRY(load_hashes(slice));
  state.model_hashes = TRY(load_hashes(slice));
  return slice.expect_end();
}

base::Result<void> read_key_manager(const CellRef& cell, KeyManager& out) {
  CellSlice slice = TRY(CellSlice::open(cell));
  const std::vector<ton::DictionaryEntry> entries = TRY(load_dictionary(slice, kHashBits));
  for (const ton::DictionaryEntry& entry : entries) {
    CellSlice value = entry.value;
    RegisteredKey key;
    key.public_key = key_of(entry);
    key.type = static_cast<std::uint8_t>(TRY(value.load_uint(8)));
    key.expire_at = TRY(value.load_u32());
    TRY(value.expect_end());
    out.registered_keys.push_back(key);
  }
  out.public_key = TRY(slice.load_bits256());
  out.image_hash = TRY(slice.load_bits256());
  out.address = TRY(load_text(slice));
  return slice.expect_end();
}

base::Result<void> read_verified_keys(const CellRef& cell, VerifiedKeys& out) {
  CellSlice slice = TRY(CellSlice::open(cell));
  out.proxies = TRY(load_hashes(slice));
  out.workers = TRY(load_hashes(slice));
  out.key_managers = TRY(load_hashes(slice));
  return slice.expect_end();
}

}  // namespace

base::Result<Snapshot> parse_root_state(const ton::Address& root, const ton::CellRef& data) {
  CellSlice slice = TRY(CellSlice::open(data));
  RootState state;
  state.address = root;
  state.owner = TRY(slice.load_address());
  state.version = TRY(slice.load_u32());
  const CellRef lists = TRY(slice.load_ref());
  const CellRef params = TRY(slice.load_ref());
  state.params = TRY(ton::parse_contract_params(params));
  TRY(read_lists(lists, state));
  if (state.params.struct_version >= kSinceKeyManager) {
    const CellRef key_manager = TRY(slice.load_ref());
    TRY(read_key_manager(key_manager, state.key_manager));
  }
  if (state.params.struct_version >= kSinceVerifiedKeys) {
    const CellRef verified_keys = TRY(slice.load_ref());
    TRY(read_verified_keys(verified_keys, state.verified_keys));
  }
  TRY(slice.expect_end());
  return Snapshot::make(std::move(state));
}

}  // namespace cocoon::registry
