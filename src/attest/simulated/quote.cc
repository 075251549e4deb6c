// The bytes of simulated quotes.
#include "attest/simulated/quote.h"

#include <algorithm>

#include "attest/limits.h"
#include "base/check.h"
#include "crypto/hash.h"

namespace cocoon::attest::simulated {
namespace {

constexpr std::string_view kMagic = "COCOON SIMULATED QUOTE, PROVES NOTHING\n";
constexpr std::uint64_t kVersion = 1;
// Until the year 2286: keeps times within what clocks of this program can hold.
constexpr std::uint64_t kIssuedAtMax = 9'999'999'999;

base::Error refuse(QuoteError error, std::string_view sentence) {
  return {error, std::string(sentence)};
}

bool is_program_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kProgramNameMax && std::ranges::all_of(name, allowed);
}

void append(base::Bytes& out, base::BytesView bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_little_endian(base::Bytes& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}

base::Bytes signed_part(const Quote& quote) {
  base::Bytes out = base::to_bytes(kMagic);
  append_little_endian(out, kVersion, 2);
  append_little_endian(out, quote.program.size(), 1);
  append(out, base::as_bytes(quote.program));
  append(out, quote.report_data);
  append_little_endian(out,
                       static_cast<std::uint64_t>(base::to_unix_whole_seconds(quote.issued_at)), 8);
  append(out, quote.root);
  return out;
}

class Cursor {
 public:
  explicit Cursor(base::BytesView bytes) : rest_(bytes) {}

  base::Result<base::BytesView> take(std::size_t size) {
    if (rest_.size() < size) {
      return refuse(QuoteError::Truncated, "The simulated quote is cut short.");
    }
    const base::BytesView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  base::Result<std::uint64_t> take_little_endian(std::size_t size) {
    const base::BytesView bytes = TRY(take(size));
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | bytes[i];
    return value;
  }
  template <std::size_t N>
  base::Result<void> copy(std::array<std::uint8_t, N>& out) {
    const base::BytesView bytes = TRY(take(N));
    std::ranges::copy(bytes, out.begin());
    return {};
  }
  bool empty() const { return rest_.empty(); }

 private:
  base::BytesView rest_;
};

}  // namespace

std::string_view reason_name(QuoteError error) {
  switch (error) {
    case QuoteError::NotSimulated:
      return "simulated_quote_unknown";
    case QuoteError::UnsupportedVersion:
      return "simulated_quote_version_unsupported";
    case QuoteError::BadProgramName:
      return "simulated_quote_bad_program_name";
    case QuoteError::TimeOutOfRange:
      return "simulated_quote_time_out_of_range";
    case QuoteError::Truncated:
      return "simulated_quote_truncated";
    case QuoteError::TrailingBytes:
      return "simulated_quote_trailing_bytes";
  }
  CHECK(false);
}

base::Result<base::Bytes> issue_quote(const crypto::Ed25519PrivateKey& root,
                                      std::string_view program, const base::Bits512& report_data,
                                      base::WallTime now) {
  if (!is_program_name(program)) {
    return refuse(
        QuoteError::BadProgramName,
        "The name of a simulated program has 1 to 64 characters of a-z, 0-9, '.', '_' and '-'.");
  }
  Quote quote;
  quote.program = program;
  quote.report_data = report_data;
  quote.issued_at = now;
  quote.root = root.public_key();
  base::Bytes out = signed_part(quote);
  append(out, root.sign(out));
  return out;
}

base::Result<Quote> parse_quote(base::BytesView bytes) {
  Cursor cursor(bytes);
  const auto magic = cursor.take(kMagic.size());
  if (!magic || base::as_text(*magic) != kMagic) {
    return refuse(QuoteError::NotSimulated, "This is not a simulated quote.");
  }
  const std::uint64_t version = TRY(cursor.take_little_endian(2));
  if (version != kVersion) {
    return refuse(QuoteError::UnsupportedVersion, "The simulated quote is of an unknown version.");
  }
  Quote quote;
  const std::uint64_t name_size = TRY(cursor.take_little_endian(1));
  quote.program = base::to_text(TRY(cursor.take(name_size)));
  if (!is_program_name(quote.program)) {
    return refuse(QuoteError::BadProgramName, "The simulated quote names no proper program.");
  }
  TRY(cursor.copy(quote.report_data));
  const std::uint64_t issued_at = TRY(cursor.take_little_endian(8));
  if (issued_at > kIssuedAtMax) {
    return refuse(QuoteError::TimeOutOfRange, "The simulated quote's time is out of range.");
  }
  quote.issued_at = base::from_unix_seconds(static_cast<std::int64_t>(issued_at));
  TRY(cursor.copy(quote.root));
  TRY(cursor.copy(quote.signature));
  if (!cursor.empty()) {
    return refuse(QuoteError::TrailingBytes, "Bytes follow the simulated quote.");
  }
  return quote;
}

bool signature_holds(const Quote& quote) {
  return crypto::ed25519_verify(quote.root, signed_part(quote), quote.signature);
}

TdxMeasurements measurements_of(std::string_view program) {
  const auto measured = [program](std::string_view what) {
    return crypto::sha384({base::as_bytes("cocoon simulated "), base::as_bytes(what),
                           base::as_bytes(" of "), base::as_bytes(program)});
  };
  TdxMeasurements measurements;
  measurements.mr_td = measured("mr_td");
  // Never zero: peers of the live network take a zero rtmr0 for fake evidence.
  for (std::size_t i = 0; i < measurements.rtmr.size(); ++i) {
    measurements.rtmr[i] = measured("rtmr" + std::to_string(i));
  }
  return measurements;
}

}  // namespace cocoon::attest::simulated
