// Text forms of addresses.
#include "ton/address.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/encoding.h"
#include "crypto/crc.h"

namespace cocoon::ton {
namespace {

constexpr std::uint8_t kBounceableTag = 0x11;
constexpr std::uint8_t kNonBounceableTag = 0x51;
constexpr std::uint8_t kTestnetFlag = 0x80;
constexpr std::size_t kFriendlyBytes = 36;
constexpr std::size_t kFriendlyCharacters = 48;

base::Error form_error() {
  return {TonError::AddressForm, "This is not a TON address (48 characters, or workchain:hash)."};
}

}  // namespace

base::Result<Address> parse_address(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return parse_raw_address(text);
  const FriendlyAddress friendly = TRY(parse_friendly_address(text));
  return friendly.address;
}

base::Result<Address> parse_raw_address(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return form_error();
  const std::string_view workchain = text.substr(0, colon);
  Address address;
  const auto [end, fault] =
      std::from_chars(workchain.data(), workchain.data() + workchain.size(), address.workchain);
  if (fault != std::errc{} || end != workchain.data() + workchain.size()) return form_error();
  // One text per number: no "-0", no leading zeros.
  if (std::to_string(address.workchain) != workchain) return form_error();
  const std::optional<base::Bits256> hash = base::bits256_from_hex(text.substr(colon + 1));
  if (!hash) return form_error();
  address.hash = *hash;
  return address;
}

base::Result<FriendlyAddress> parse_friendly_address(std::string_view text) {
  if (text.size() != kFriendlyCharacters) return form_error();
  const std::optional<base::Bytes> bytes = base::from_base64(text);
  if (!bytes || bytes->size() != kFriendlyBytes) return form_error();
  const base::BytesView view = *bytes;
  const std::uint16_t checksum = crypto::crc16_xmodem(view.first(34));
  if (view[34] != checksum >> 8 || view[35] != (checksum & 0xff)) {
    return base::Error(TonError::AddressChecksum,
                       "The address does not match its checksum; one of its characters is wrong.");
  }
  const std::uint8_t tag = view[0] & static_cast<std::uint8_t>(~kTestnetFlag);
  if (tag != kBounceableTag && tag != kNonBounceableTag) {
    return base::Error(TonError::AddressTag, "The address is of an unknown kind.");
  }
  FriendlyAddress friendly;
  friendly.bounce = tag == kBounceableTag ? Bounce::Bounceable : Bounce::NonBounceable;
  friendly.network = tag == view[0] ? AddressNetwork::Mainnet : AddressNetwork::Testnet;
  friendly.address.workchain = static_cast<std::int8_t>(view[1]);
  std::copy_n(view.begin() + 2, 32, friendly.address.hash.begin());
  return friendly;
}

std::string to_raw_text(const Address& address) {
  return std::to_string(address.workchain) + ":" + base::to_hex(address.hash);
}

std::string to_friendly_text(const Address& address, Bounce bounce, AddressNetwork network) {
  std::array<std::uint8_t, kFriendlyBytes> bytes{};
  bytes[0] = bounce == Bounce::Bounceable ? kBounceableTag : kNonBounceableTag;
  if (network == AddressNetwork::Testnet) bytes[0] |= kTestnetFlag;
  bytes[1] = static_cast<std::uint8_t>(address.workchain);
  std::copy(address.hash.begin(), address.hash.end(), bytes.begin() + 2);
  const std::uint16_t checksum = crypto::crc16_xmodem(base::BytesView(bytes).first(34));
  bytes[34] = static_cast<std::uint8_t>(checksum >> 8);
  bytes[35] = static_cast<std::uint8_t>(checksum & 0xff);
  return base::to_base64url(bytes);
}

}  // namespace cocoon::ton
