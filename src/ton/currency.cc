// Reading and writing currency collections.
#include "ton/currency.h"

#include <algorithm>

#include "ton/bits.h"
#include "ton/dictionary.h"
#include "ton/limits.h"

namespace cocoon::ton {
namespace {

constexpr unsigned kIdBits = 32;
constexpr unsigned kLengthBits = 5;  // VarUInteger 32
constexpr std::size_t kMaxAmountBytes = 31;

base::Error too_many() {
  return {TonError::DictionaryTooBig, "There are too many currencies in one collection."};
}

base::Result<base::Bits256> load_amount(CellSlice& slice) {
  const std::uint64_t length = TRY(slice.load_uint(kLengthBits));
  const base::Bytes digits = TRY(slice.load_bytes(length));
  if (digits.empty() || digits.front() == 0) {
    return base::Error(TonError::ValueForm, "A currency's amount is zero or has leading zeros.");
  }
  base::Bits256 amount{};
  std::copy_backward(digits.begin(), digits.end(), amount.end());
  return amount;
}

base::Result<CellSlice> amount_slice(const base::Bits256& amount) {
  const auto first =
      std::find_if(amount.begin(), amount.end(), [](auto byte) { return byte != 0; });
  const auto length = static_cast<std::size_t>(amount.end() - first);
  if (length == 0 || length > kMaxAmountBytes) {
    return base::Error(TonError::ValueOutOfRange, "A currency's amount is zero or too large.");
  }
  const base::BytesView digits = base::BytesView(amount).last(length);
  const CellRef cell =
      CellBuilder().store_uint(length, kLengthBits).store_bytes(digits).finish_fixed();
  return CellSlice::open(cell);
}

}  // namespace

base::Result<CurrencyCollection> load_currency(CellSlice& slice) {
  CurrencyCollection value;
  value.coins = TRY(slice.load_coins());
  value.extra = TRY(slice.load_maybe_ref());
  return value;
}

void store_currency(CellBuilder& builder, const CurrencyCollection& value) {
  builder.store_coins(value.coins).store_maybe_ref(value.extra);
}

base::Result<std::vector<ExtraCurrency>> read_extra_currencies(const CellRef& root) {
  const std::vector<DictionaryEntry> entries =
      TRY(read_dictionary(root, kIdBits, kMaxExtraCurrencies));
  std::vector<ExtraCurrency> currencies;
  for (const DictionaryEntry& entry : entries) {
    CellSlice value = entry.value;
    const base::Bits256 amount = TRY(load_amount(value));
    TRY(value.expect_end());
    currencies.push_back({static_cast<std::uint32_t>(read_bits(entry.key, 0, kIdBits)), amount});
  }
  return currencies;
}

base::Result<CellRef> build_extra_currencies(std::span<const ExtraCurrency> currencies) {
  if (currencies.size() > kMaxExtraCurrencies) return too_many();
  std::vector<DictionaryEntry> entries;
  for (const ExtraCurrency& currency : currencies) {
    base::Bytes key(kIdBits / 8);
    write_bits(key, 0, currency.id, kIdBits);
    if (!entries.empty() && key <= entries.back().key) {
      return base::Error(TonError::DictionaryForm, "Currencies are not in the order of their ids.");
    }
    entries.push_back({std::move(key), TRY(amount_slice(currency.amount))});
  }
  return build_dictionary(entries, kIdBits);
}

std::string extra_text(const CellRef& root) {
  const auto currencies = read_extra_currencies(root);
  if (!currencies) return "unreadable (" + std::string(currencies.error().reason()) + ")";
  std::string text;
  for (const ExtraCurrency& currency : *currencies) {
    text += (text.empty() ? "" : ", ") + decimal_text(currency.amount) + " of currency " +
            std::to_string(currency.id);
  }
  return text;
}

std::string decimal_text(const base::Bits256& number) {
  constexpr unsigned kByteValues = 256;
  std::string digits = "0";  // the last digit first
  for (const std::uint8_t byte : number) {
    unsigned carry = byte;
    for (char& digit : digits) {
      carry += static_cast<unsigned>(digit - '0') * kByteValues;
      digit = static_cast<char>('0' + carry % 10);
      carry /= 10;
    }
    for (; carry > 0; carry /= 10) digits.push_back(static_cast<char>('0' + carry % 10));
  }
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace cocoon::ton
