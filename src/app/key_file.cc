#include "app/key_file.h"

#include "base/encoding.h"
#include "crypto/random.h"
#include "io/files.h"

namespace cocoon::app {
namespace {

constexpr std::size_t kKeyFileSize = 65;  // 64 digits and a line feed

}  // namespace

std::string_view reason_name(KeyFileError) { return "not_a_key"; }

base::Result<base::Secret> load_or_create_secret(const std::string& path) {
  auto content = io::read_file(path, kKeyFileSize);
  if (content) {
    const base::Secret text(std::move(*content));
    std::string_view digits = base::as_text(text.expose());
    if (digits.ends_with('\n')) digits.remove_suffix(1);
    auto bytes = base::from_hex(digits);
    if (!bytes || bytes->size() != 32) {
      return base::Error(KeyFileError::NotAKey,
                         path + " must hold 64 hexadecimal digits and nothing else");
    }
    return base::Secret(std::move(*bytes));
  }
  if (!content.error().is(io::IoFault::FileNotFound)) return content.error();
  base::Bytes fresh(32);
  crypto::SystemRandom().fill(fresh);
  std::string digits = base::to_hex(fresh) + "\n";
  const auto written = io::write_file(path, base::as_bytes(digits));
  base::wipe_memory(digits.data(), digits.size());
  base::Secret secret(std::move(fresh));
  if (!written) return written.error();
  return secret;
}

base::Result<crypto::Ed25519PrivateKey> load_or_create_key(const std::string& path) {
  const base::Secret seed = TRY(load_or_create_secret(path));
  return crypto::Ed25519PrivateKey::from_seed(seed.expose());
}

}  // namespace cocoon::app
