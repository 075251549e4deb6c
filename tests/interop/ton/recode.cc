// Reads values of TON with our code, line by line, and says what it read: so that another
// implementation can be asked the same (compare.mjs). A line is "KIND HEX..."; the answer is one
// line, or "refused REASON".
#include <iostream>
#include <sstream>
#include <string>

#include "base/encoding.h"
#include "ton/account.h"
#include "ton/boc.h"
#include "ton/dictionary.h"
#include "ton/message.h"
#include "ton/transaction.h"
#include "ton/wallet.h"

namespace {

using namespace cocoon;
using namespace cocoon::ton;

std::string refused(const base::Error& error) { return "refused " + std::string(error.reason()); }

// Hash, level mask, depth, and the bag as we write it.
std::string answer_boc(const base::Bytes& bag) {
  const auto roots = parse_boc(bag);
  if (!roots) return refused(roots.error());
  const CellRef& root = roots->front();
  return base::to_hex(root->hash()) + " " + std::to_string(root->level_mask()) + " " +
         std::to_string(root->depth()) + " " +
         base::to_hex(serialize_boc(root, BocChecksum::Crc32c));
}

// Entries as "key:hash of the value", and the root's hash when we build it ourselves.
std::string answer_dictionary(const base::Bytes& bag, unsigned key_bits) {
  const auto root = parse_single_root_boc(bag);
  if (!root) return refused(root.error());
  const auto entries = read_dictionary(*root, key_bits, 1 << 16);
  if (!entries) return refused(entries.error());
  std::string text = base::to_hex((*build_dictionary(*entries, key_bits))->hash());
  for (const DictionaryEntry& entry : *entries) {
    text +=
        " " + base::to_hex(entry.key) + ":" + base::to_hex((*entry.value.rest_as_cell())->hash());
  }
  return text;
}

std::string address_text(const MessageAddress& address) {
  const auto account = address.account();
  if (account) return to_raw_text(*account);
  return address.kind == MessageAddress::Kind::None ? "none" : "other";
}

// "ID:AMOUNT,..." of the currencies beside the nanoton, and the dictionary as we write it.
std::string currencies_text(const CellRef& root) {
  const auto currencies = read_extra_currencies(root);
  if (!currencies) return refused(currencies.error());
  if (currencies->empty()) return "none";
  std::string text;
  for (const ExtraCurrency& currency : *currencies) {
    text += std::to_string(currency.id) + ":" + decimal_text(currency.amount) + ",";
  }
  return text + base::to_hex((*build_extra_currencies(*currencies))->hash());
}

std::string answer_message(const base::Bytes& bag) {
  const auto root = parse_single_root_boc(bag);
  if (!root) return refused(root.error());
  const auto message = parse_message(*root);
  if (!message) return refused(message.error());
  const auto again = build_message(*message);
  std::ostringstream out;
  out << static_cast<int>(message->kind) << " " << address_text(message->source) << " "
      << address_text(message->destination) << " " << message->value.coins.count() << " "
      << message->bounce << message->bounced << message->ihr_disabled << " " << message->created_lt
      << " " << message->created_at << " " << base::to_hex(message->body->hash()) << " "
      << message->state_init.has_value() << " " << currencies_text(message->value.extra) << " "
      << (again ? base::to_hex(serialize_boc(*again)) : refused(again.error()));
  return out.str();
}

std::string answer_transaction(const base::Bytes& bag) {
  const auto root = parse_single_root_boc(bag);
  if (!root) return refused(root.error());
  const auto transaction = parse_transaction(*root);
  if (!transaction) return refused(transaction.error());
  std::ostringstream out;
  out << base::to_hex(transaction->hash) << " " << transaction->lt << " " << transaction->now << " "
      << base::to_hex(transaction->previous_hash) << " " << transaction->out_messages.size() << " "
      << transaction->total_fees.coins.count() << " "
      << static_cast<int>(transaction->description.compute) << " "
      << transaction->description.exit_code << " " << transaction->description.aborted << " "
      << currencies_text(transaction->total_fees.extra);
  return out.str();
}

std::string hash_text(const CellRef& cell) { return cell ? base::to_hex(cell->hash()) : "none"; }

std::string answer_account(const base::Bytes& bag) {
  const auto root = parse_single_root_boc(bag);
  if (!root) return refused(root.error());
  const auto account = parse_account(*root);
  if (!account) return refused(account.error());
  if (!*account) return "none";
  const Account& a = **account;
  std::ostringstream out;
  out << to_raw_text(a.address) << " " << static_cast<int>(a.status) << " "
      << a.balance.coins.count() << " " << a.last_transaction_lt << " " << a.used_cells << " "
      << a.used_bits << " "
      << (a.storage_hash ? base::to_hex(*a.storage_hash) : std::string("none")) << " "
      << a.last_paid << " " << a.due_payment.count() << " " << hash_text(a.state.code) << " "
      << hash_text(a.state.data) << " " << base::to_hex(a.frozen_state) << " "
      << currencies_text(a.balance.extra);
  return out.str();
}

std::string answer_address(const std::string& text) {
  const auto address = parse_address(text);
  if (!address) return refused(address.error());
  return to_raw_text(*address) + " " + to_friendly_text(*address) + " " +
         to_friendly_text(*address, Bounce::Bounceable, AddressNetwork::Testnet);
}

std::string answer_wallets(const base::Bytes& key) {
  base::Bits256 public_key{};
  std::copy(key.begin(), key.end(), public_key.begin());
  return to_raw_text(Wallet::v3r2(public_key).address()) + " " +
         to_raw_text(Wallet::v4r2(public_key).address()) + " " +
         to_raw_text(Wallet::v5r1(public_key, wallet_v5_id(-239, 0, 0)).address());
}

// The signed request of each wallet version, for this seed, seqno and receiver.
std::string answer_request(const base::Bytes& seed, std::uint32_t seqno, const Address& to) {
  const auto key = crypto::Ed25519PrivateKey::from_seed(seed);
  Transfer transfer;
  transfer.to = to;
  transfer.amount = base::Nanoton(1'234'567);
  transfer.body = comment_body("compare");
  transfer.mode = 3;
  std::string text;
  for (const Wallet& wallet : {Wallet::v4r2(key->public_key()),
                               Wallet::v5r1(key->public_key(), wallet_v5_id(-239, 0, 0))}) {
    const auto request = wallet.request(*key, seqno, 2'000'000'000, {transfer});
    if (!request) return refused(request.error());
    text += (text.empty() ? "" : " ") + base::to_hex((*parse_message(*request)).body->hash());
  }
  return text;
}

std::string answer(const std::string& line) {
  std::istringstream words(line);
  std::string kind, first, second, third;
  words >> kind >> first >> second >> third;
  if (kind == "address") return answer_address(first);
  const auto bytes = base::from_hex(first);
  if (!bytes) return "refused hex";
  if (kind == "boc") return answer_boc(*bytes);
  if (kind == "dictionary") {
    return answer_dictionary(*bytes, static_cast<unsigned>(std::stoul(second)));
  }
  if (kind == "message") return answer_message(*bytes);
  if (kind == "transaction") return answer_transaction(*bytes);
  if (kind == "account") return answer_account(*bytes);
  if (kind == "wallets") return answer_wallets(*bytes);
  if (kind == "request") {
    return answer_request(*bytes, static_cast<std::uint32_t>(std::stoul(second)),
                          *parse_address(third));
  }
  return "refused kind";
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);)
    std::cout << answer(line) << '\n' << std::flush;
  return 0;
}
