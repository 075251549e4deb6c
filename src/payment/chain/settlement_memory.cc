#include "payment/chain/settlement_memory.h"

#include "payment/reason.h"
#include "tl/reader.h"
#include "tl/writer.h"

namespace cocoon::payment::chain {
namespace {

using base::Nanoton;

constexpr std::uint32_t kForm = 0x31534d53;  // "SMS1"
constexpr std::size_t kAddressBytes = 36;
constexpr std::size_t kChannelBytes = 2 * kAddressBytes + 56;
constexpr std::size_t kRecordBytes = kAddressBytes + 72;

void put(tl::Writer& out, const ton::Address& address) {
  out.i32(address.workchain);
  out.raw(address.hash);
}

void put(tl::Writer& out, const Channel& channel) {
  put(out, channel.contract);
  out.u32(static_cast<std::uint32_t>(channel.state));
  out.i64(channel.balance.count());
  out.i64(channel.stake.count());
  out.raw(channel.secret_hash);
  out.boolean(channel.has_voucher_key);
}

void put(tl::Writer& out, const Record& record) {
  out.u32(static_cast<std::uint32_t>(record.kind));
  put(out, record.party);
  out.i64(record.tokens.count);
  out.i64(record.amount.count());
  out.i64(record.worker_part.count());
  out.raw(record.transaction);
  out.u64(record.lt);
  out.u32(record.at);
}

ton::Address take_address(tl::Reader& in) {
  ton::Address address;
  address.workchain = static_cast<std::int8_t>(in.i32());
  in.raw_into(address.hash);
  return address;
}

// What is not an amount is a fault of the whole.
Nanoton take_amount(tl::Reader& in) {
  const std::int64_t amount = in.i64();
  if (amount < 0) in.fail(tl::TlFault::UnknownConstructor);
  return Nanoton(std::max<std::int64_t>(amount, 0));
}

template <class Enum>
Enum take_one_of(tl::Reader& in, Enum last) {
  const std::uint32_t number = in.u32();
  if (number <= static_cast<std::uint32_t>(last)) return static_cast<Enum>(number);
  in.fail(tl::TlFault::UnknownConstructor);
  return last;
}

Channel take_channel(tl::Reader& in) {
  Channel channel;
  channel.contract = take_address(in);
  channel.state = take_one_of(in, ContractState::Closed);
  channel.balance = take_amount(in);
  channel.stake = take_amount(in);
  in.raw_into(channel.secret_hash);
  channel.has_voucher_key = in.boolean();
  return channel;
}

Record take_record(tl::Reader& in) {
  Record record;
  record.kind = take_one_of(in, RecordKind::Commission);
  record.party = take_address(in);
  record.tokens = {take_amount(in).count()};
  record.amount = take_amount(in);
  record.worker_part = take_amount(in);
  in.raw_into(record.transaction);
  record.lt = in.u64();
  record.at = in.u32();
  return record;
}

}  // namespace

base::Bytes encode(const SettlementMemory& memory) {
  base::Bytes bytes;
  tl::Writer out(bytes);
  out.u32(kForm);
  put(out, memory.contract);
  out.u64(memory.cursor.lt);
  out.raw(memory.cursor.hash);
  out.u32(memory.marked);
  out.u32(memory.lost);
  out.u32(static_cast<std::uint32_t>(memory.channels.size()));
  for (const auto& [owner, channel] : memory.channels) {
    put(out, owner);
    put(out, channel);
  }
  out.u32(static_cast<std::uint32_t>(memory.worker_contracts.size()));
  for (const auto& [owner, contract] : memory.worker_contracts) {
    put(out, owner);
    put(out, contract);
  }
  out.u32(static_cast<std::uint32_t>(memory.records.size()));
  for (const Record& record : memory.records) put(out, record);
  return bytes;
}

base::Result<SettlementMemory> decode_settlement_memory(base::BytesView bytes) {
  tl::Reader in(bytes);
  SettlementMemory memory;
  if (in.u32() != kForm) in.fail(tl::TlFault::UnknownConstructor);
  memory.contract = take_address(in);
  memory.cursor.lt = in.u64();
  in.raw_into(memory.cursor.hash);
  memory.marked = in.u32();
  memory.lost = in.u32();
  const std::size_t channels = in.vector_count(kChannelBytes);
  for (std::size_t i = 0; i < channels && in.ok(); ++i) {
    const ton::Address owner = take_address(in);
    memory.channels[owner] = take_channel(in);
  }
  const std::size_t workers = in.vector_count(2 * kAddressBytes);
  for (std::size_t i = 0; i < workers && in.ok(); ++i) {
    const ton::Address owner = take_address(in);
    memory.worker_contracts[owner] = take_address(in);
  }
  const std::size_t records = in.vector_count(kRecordBytes);
  if (records > kRecordsKept) in.fail(tl::TlFault::VectorTooLong);
  for (std::size_t i = 0; i < records && in.ok(); ++i) memory.records.push_back(take_record(in));
  if (in.finish("a settlement's memory") && memory.channels.size() == channels) return memory;
  return base::Error(PaymentReason::MemoryDamaged,
                     "what is stored about the chain's history can't be read");
}

}  // namespace cocoon::payment::chain
