#include "app/wallet_file.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <span>

#include "base/encoding.h"
#include "crypto/aes_ctr.h"
#include "crypto/password.h"
#include "ton/contract_code.h"

namespace cocoon::app {
namespace {

constexpr std::string_view kHeading = "cocoon wallet 1";
constexpr unsigned kMaxIterations = 10'000'000;

using Fields = std::map<std::string, std::string, std::less<>>;

base::Error form_error() { return {WalletFileError::Form, "This is not a wallet's file."}; }

template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> fixed(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  if (found == fields.end()) return std::nullopt;
  const auto bytes = base::from_hex(found->second);
  std::array<std::uint8_t, N> out{};
  if (!bytes || bytes->size() != N) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

std::optional<std::uint32_t> number(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  if (found == fields.end()) return std::nullopt;
  std::uint32_t value = 0;
  const char* end = found->second.data() + found->second.size();
  const auto [stop, fault] = std::from_chars(found->second.data(), end, value);
  return fault == std::errc{} && stop == end ? std::optional(value) : std::nullopt;
}

base::Result<Fields> fields_of(std::string_view text) {
  Fields fields;
  bool first = true;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (first && line != kHeading) return form_error();
    const std::size_t space = line.find(' ');
    if (!first && space != std::string_view::npos) {
      fields.emplace(line.substr(0, space), line.substr(space + 1));
    }
    first = false;
  }
  if (first) return form_error();
  return fields;
}

struct Keys {
  base::Bits256 cipher{};
  base::Bits128 counter{};
  base::Secret mac;
};

Keys derive(const base::Secret& password, base::BytesView salt, unsigned iterations) {
  const base::Secret all = crypto::pbkdf2_hmac_sha512(password.expose(), salt, iterations, 112);
  Keys keys;
  std::copy_n(all.expose().begin(), 32, keys.cipher.begin());
  std::copy_n(all.expose().begin() + 32, 16, keys.counter.begin());
  keys.mac = base::Secret(base::to_bytes(all.expose().subspan(48)));
  return keys;
}

// Everything before the line that authenticates it.
std::string_view authenticated(std::string_view text) {
  const std::size_t at = text.find("\nmac ");
  return at == std::string_view::npos ? std::string_view() : text.substr(0, at + 1);
}

}  // namespace

std::string_view reason_name(WalletFileError error) {
  switch (error) {
    case WalletFileError::Form:
      return "wallet_file_form";
    case WalletFileError::Password:
      return "wallet_password";
  }
  return {};
}

ton::Wallet wallet_of(const WalletDescription& description) {
  switch (description.version) {
    case ton::WalletVersion::V3R2:
      return ton::Wallet::v3r2(description.public_key, description.wallet_id);
    case ton::WalletVersion::V5R1:
      return ton::Wallet::v5r1(description.public_key, description.wallet_id);
    case ton::WalletVersion::Cocoon:
      return ton::Wallet::cocoon(description.public_key, description.owner,
                                 ton::contract_code(ton::CocoonContract::Wallet));
    case ton::WalletVersion::V4R2:
      break;
  }
  return ton::Wallet::v4r2(description.public_key, description.wallet_id);
}

std::string seal_wallet_file(const WalletDescription& description,
                             const crypto::Ed25519PrivateKey& key, const base::Secret& password,
                             base::Random& random, unsigned iterations) {
  const base::Bits256 salt = random.bits256();
  const Keys keys = derive(password, salt, iterations);
  const base::Secret seed = key.seed();
  base::Bytes hidden = base::to_bytes(seed.expose());
  crypto::Aes256Ctr(keys.cipher, keys.counter).apply(hidden);
  std::string text(kHeading);
  text += "\nversion " + std::string(ton::to_text(description.version));
  text += "\nid " + std::to_string(description.wallet_id);
  if (description.version == ton::WalletVersion::Cocoon) {
    text += "\nowner " + ton::to_friendly_text(description.owner);
  }
  text += "\naddress " + ton::to_friendly_text(wallet_of(description).address());
  text += "\npublic_key " + base::to_hex(description.public_key);
  text += "\niterations " + std::to_string(iterations);
  text += "\nsalt " + base::to_hex(salt);
  text += "\nkey " + base::to_hex(hidden) + "\n";
  const base::Secret mac = crypto::hmac_sha512(keys.mac.expose(), base::as_bytes(text));
  return text + "mac " + base::to_hex(mac.expose()) + "\n";
}

base::Result<WalletDescription> read_wallet_file(std::string_view text) {
  const Fields fields = TRY(fields_of(text));
  const auto version = fields.find("version");
  const auto known = version == fields.end() ? std::nullopt : ton::wallet_version(version->second);
  const auto key = fixed<32>(fields, "public_key");
  const auto id = number(fields, "id");
  if (!known || !key || !id) return form_error();
  WalletDescription description{*known, *key, *id, {}};
  if (*known != ton::WalletVersion::Cocoon) return description;
  const auto owner = fields.find("owner");
  if (owner == fields.end()) return form_error();
  description.owner = TRY(ton::parse_address(owner->second));
  return description;
}

base::Result<crypto::Ed25519PrivateKey> open_wallet_file(std::string_view text,
                                                         const base::Secret& password) {
  const WalletDescription description = TRY(read_wallet_file(text));
  const Fields fields = TRY(fields_of(text));
  const auto salt = fixed<32>(fields, "salt");
  auto hidden = fixed<32>(fields, "key");
  const auto mac = fixed<64>(fields, "mac");
  const auto iterations = number(fields, "iterations");
  const std::string_view content = authenticated(text);
  const bool complete = salt && hidden && mac && iterations && !content.empty();
  if (!complete || *iterations == 0 || *iterations > kMaxIterations) return form_error();
  const Keys keys = derive(password, *salt, *iterations);
  const base::Secret expected = crypto::hmac_sha512(keys.mac.expose(), base::as_bytes(content));
  if (!base::equal_constant_time(expected.expose(), *mac)) {
    return base::Error(WalletFileError::Password,
                       "The password is wrong, or the wallet's file was changed.");
  }
  crypto::Aes256Ctr(keys.cipher, keys.counter).apply(*hidden);
  auto key = crypto::Ed25519PrivateKey::from_seed(*hidden);
  base::wipe_memory(hidden->data(), hidden->size());
  if (key && key->public_key() != description.public_key) return form_error();
  return key;
}

}  // namespace cocoon::app
