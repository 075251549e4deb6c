// Key files: 32 secret bytes as hexadecimal text, readable by their owner only.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "crypto/ed25519.h"

namespace cocoon::app {

enum class KeyFileError { NotAKey };
std::string_view reason_name(KeyFileError error);

// Reads the file, or makes it with fresh random bytes if there is none.
base::Result<base::Secret> load_or_create_secret(const std::string& path);
base::Result<crypto::Ed25519PrivateKey> load_or_create_key(const std::string& path);

}  // namespace cocoon::app
