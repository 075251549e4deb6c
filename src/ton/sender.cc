// Signing, sending, watching and giving up, one order at a time.
#include "ton/sender.h"

#include <algorithm>

#include "tl/reader.h"
#include "tl/writer.h"
#include "ton/boc.h"

namespace cocoon::ton {
namespace {

constexpr std::uint32_t kSavedVersion = 0x31534e44;  // "DNS1"
constexpr std::uint32_t kSearchPage = 16;
constexpr std::size_t kMaxSavedHashes = 64;

}  // namespace

std::string_view reason_name(SendError error) {
  switch (error) {
    case SendError::WalletPoor:
      return "wallet_poor";
    case SendError::OrderExpired:
      return "order_expired";
    case SendError::OrderForm:
      return "order_form";
    case SendError::SavedOrder:
      return "saved_order";
  }
  CHECK(false);
}

Sender::Sender(Wallet wallet, crypto::Ed25519PrivateKey key)
    : wallet_(std::move(wallet)), key_(std::move(key)) {}

std::optional<std::uint64_t> Sender::order_in_flight() const {
  return flight_ ? std::optional(flight_->id) : std::nullopt;
}

void Sender::submit(SendOrder order) {
  CHECK(order.id != 0);
  waiting_.push_back(std::move(order));
  fresh_head_ = true;
}

void Sender::replace(const SendOrder& order) {
  for (SendOrder& waiting : waiting_) {
    if (waiting.id == order.id) waiting = order;
  }
  if (!flight_ || flight_->id != order.id) return;
  flight_->transfers = order.transfers;
  flight_->message.clear();  // to be signed again with the same seqno
  flight_->replaced = flight_->hashes.size();
  flight_->attempts = 0;
  fresh_head_ = true;
}

void Sender::handle_head(base::Now now, const ChainHead& head) {
  chain_time_ = std::max(chain_time_, head.gen_utime);
  fresh_head_ = true;
  look(now);
}

void Sender::ask(LiteRequest request) {
  token_ = next_token_++;
  outputs_.push_back(SenderAsk{token_, std::move(request)});
}

void Sender::look(base::Now) {
  if (!fresh_head_ || token_ != 0 || (waiting_.empty() && !flight_)) return;
  fresh_head_ = false;
  ask(AccountRequest{wallet_.address()});
}

void Sender::handle_answer(base::Now now, std::uint64_t token, const ChainHead&,
                           const base::Result<LiteAnswer>& answer) {
  if (token == send_token_) {
    // Taken or refused: what counts is what the chain does.
    send_token_ = 0;
    return;
  }
  if (token != token_) return;
  token_ = 0;
  if (!answer) {
    fresh_head_ = true;  // asked again with the next block
    account_.reset();
    return;
  }
  if (const auto* account = std::get_if<ProvenAccount>(&*answer)) {
    if (flight_) {
      follow(now, *account);
    } else {
      begin(now, *account);
    }
  } else if (const auto* page = std::get_if<TransactionsAnswer>(&*answer)) {
    search(page->transactions);
  }
  look(now);
}

std::uint32_t Sender::seqno_of(const ProvenAccount& account) const {
  if (!account.account || account.account->status != AccountStatus::Active) return 0;
  return wallet_.seqno(account.account->state.data).ok()
             ? *wallet_.seqno(account.account->state.data)
             : 0;
}

void Sender::begin(base::Now, const ProvenAccount& account) {
  if (waiting_.empty()) return;
  Flight flight;
  flight.id = waiting_.front().id;
  flight.transfers = std::move(waiting_.front().transfers);
  waiting_.pop_front();
  flight.seqno = seqno_of(account);
  flight.before = {account.last_transaction_lt, account.last_transaction_hash};
  flight_ = std::move(flight);
  base::Nanoton total;
  for (const Transfer& transfer : flight_->transfers) {
    const auto sum = base::checked_add(total, transfer.amount);
    if (!sum || transfer.amount.count() < 0) return fail(SendError::OrderForm, "A bad amount.");
    total = *sum;
  }
  const base::Nanoton balance = account.account ? account.account->balance.coins : base::Nanoton();
  if (balance <= total) {
    return fail(SendError::WalletPoor, "The wallet's balance does not cover amounts and fees.");
  }
  sign(account);
}

void Sender::sign(const ProvenAccount& account) {
  if (flight_->attempts == kSendAttempts) {
    return fail(SendError::OrderExpired, "The chain did not take the request in time.");
  }
  ++flight_->attempts;
  // The wallet's shard may be behind the masterchain, and then goes on from its time.
  flight_->valid_until = std::max(account.gen_utime, chain_time_) + kRequestSeconds;
  const auto message =
      wallet_.request(key_, flight_->seqno, flight_->valid_until, flight_->transfers);
  if (!message) {
    return fail(SendError::OrderForm, "The wallet can't carry these transfers.");
  }
  const auto parsed = parse_message(*message);
  CHECK(parsed);
  flight_->hashes.push_back(*normalized_hash(*parsed));
  flight_->message = serialize_boc(*message);
  flight_->saved = false;
  save();
}

void Sender::save() {
  base::Bytes out;
  tl::Writer writer(out);
  writer.u32(kSavedVersion);
  writer.u64(flight_ ? flight_->id : 0);
  if (flight_) {
    writer.u32(flight_->seqno);
    writer.u32(flight_->valid_until);
    writer.u64(flight_->before.lt);
    writer.raw(flight_->before.hash);
    writer.u32(static_cast<std::uint32_t>(flight_->hashes.size()));
    for (const base::Bits256& hash : flight_->hashes) writer.raw(hash);
    writer.bytes(flight_->message);
  }
  outputs_.push_back(SaveSender{++save_number_, std::move(out)});
}

base::Result<void> Sender::restore(base::BytesView state) {
  const base::Error refusal(SendError::SavedOrder, "The saved state of a wallet is unusable.");
  tl::Reader reader(state);
  const std::uint32_t version = reader.u32();
  Flight flight;
  flight.id = reader.u64();
  if (!reader.ok() || version != kSavedVersion) return refusal;
  if (flight.id != 0) {
    flight.seqno = reader.u32();
    flight.valid_until = reader.u32();
    flight.before.lt = reader.u64();
    reader.raw_into(flight.before.hash);
    const std::size_t count = reader.vector_count(32);
    if (count > kMaxSavedHashes) return refusal;
    flight.hashes.resize(count);
    for (base::Bits256& hash : flight.hashes) reader.raw_into(hash);
    flight.message = base::to_bytes(reader.bytes());
  }
  if (!reader.ok() || reader.remaining() != 0) return refusal;
  // Once it can't be taken any more, an order from before the restart is reported as expired: its
  // content is the owner's to give again.
  flight.saved = true;
  flight.attempts = kSendAttempts;
  if (flight.id != 0) flight_ = std::move(flight);
  fresh_head_ = true;
  return {};
}

void Sender::handle_saved(base::Now now, std::uint64_t number) {
  if (number != save_number_ || !flight_) return;
  flight_->saved = true;
  send(now);
}

void Sender::send(base::Now now) {
  if (!flight_ || !flight_->saved || flight_->message.empty()) return;
  send_token_ = next_token_++;
  outputs_.push_back(SenderAsk{send_token_, SendRequest{flight_->message}});
  resend_at_ = now.steady + kResendEvery;
}

void Sender::follow(base::Now now, const ProvenAccount& account) {
  if (seqno_of(account) > flight_->seqno) {
    account_ = account;
    ask(TransactionsRequest{wallet_.address(),
                            {account.last_transaction_lt, account.last_transaction_hash},
                            kSearchPage});
    return;
  }
  const bool replaced = flight_->message.empty();
  if (replaced || account.gen_utime > flight_->valid_until) {
    sign(account);
  } else if (!resend_at_) {
    send(now);  // after a restart
  }
}

// Nothing for a message that is not one of the flight's requests.
std::optional<OrderContent> Sender::content_of(const Message& message) const {
  const auto hash = normalized_hash(message);
  if (!hash) return std::nullopt;
  const auto found = std::find(flight_->hashes.begin(), flight_->hashes.end(), *hash);
  if (found == flight_->hashes.end()) return std::nullopt;
  const auto index = static_cast<std::size_t>(found - flight_->hashes.begin());
  return index < flight_->replaced ? OrderContent::Earlier : OrderContent::Newest;
}

// Backward from the wallet's newest transaction to where it was when the order began.
void Sender::search(const std::vector<Transaction>& transactions) {
  for (const Transaction& transaction : transactions) {
    if (transaction.in_message && transaction.in_message->kind == Message::Kind::ExternalIn) {
      const auto content = content_of(*transaction.in_message);
      if (content) {
        outputs_.push_back(OrderDone{flight_->id, transaction, *content});
        flight_.reset();
        resend_at_.reset();
        account_.reset();
        save();
        return;
      }
    }
    const TransactionName previous{transaction.previous_lt, transaction.previous_hash};
    if (previous.lt <= flight_->before.lt) return finish_unseen();
  }
  ask(TransactionsRequest{wallet_.address(),
                          {transactions.back().previous_lt, transactions.back().previous_hash},
                          kSearchPage});
}

// Someone else with the key used our seqno: our requests can't be taken any more, and none was. The
// order is signed anew.
void Sender::finish_unseen() {
  const ProvenAccount account = *std::exchange(account_, std::nullopt);
  flight_->seqno = seqno_of(account);
  flight_->before = {account.last_transaction_lt, account.last_transaction_hash};
  flight_->hashes.clear();
  flight_->replaced = 0;
  sign(account);
}

void Sender::fail(SendError error, const char* message) {
  outputs_.push_back(OrderFailed{flight_->id, base::Error(error, message)});
  flight_.reset();
  resend_at_.reset();
  save();
}

void Sender::handle_time(base::Now now) {
  if (resend_at_ && now.steady >= *resend_at_) {
    resend_at_.reset();
    send(now);
  }
}

std::optional<base::Instant> Sender::next_deadline() const { return resend_at_; }

std::optional<SenderOutput> Sender::poll_output() {
  if (outputs_.empty()) return std::nullopt;
  SenderOutput output = std::move(outputs_.front());
  outputs_.pop_front();
  return output;
}

}  // namespace cocoon::ton
