// A wallet's file gives its key back for the right password alone, and notices every change.
#include "app/wallet_file.h"

#include <gtest/gtest.h>

#include "crypto/random.h"

namespace cocoon::app {
namespace {

base::Secret secret(std::string_view text) { return base::Secret(base::to_bytes(text)); }

struct Sealed {
  crypto::SystemRandom random;
  crypto::Ed25519PrivateKey key = crypto::Ed25519PrivateKey::generate(random);
  WalletDescription description{ton::WalletVersion::V5R1, key.public_key(), 77, {}};
  std::string text = seal_wallet_file(description, key, secret("correct horse"), random, 1000);
};

std::string reason(const std::string& text, std::string_view password = "correct horse") {
  const auto key = open_wallet_file(text, secret(password));
  return key ? "opened" : std::string(key.error().reason());
}

TEST(WalletFile, OpensForItsPassword) {
  const Sealed sealed;
  const auto key = open_wallet_file(sealed.text, secret("correct horse"));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->public_key(), sealed.key.public_key());
  const auto description = read_wallet_file(sealed.text);
  ASSERT_TRUE(description);
  EXPECT_EQ(description->version, ton::WalletVersion::V5R1);
  EXPECT_EQ(description->wallet_id, 77u);
  EXPECT_EQ(wallet_of(*description).address(),
            ton::Wallet::v5r1(sealed.key.public_key(), 77).address());
  EXPECT_EQ(reason(sealed.text, "incorrect horse"), "wallet_password");
}

TEST(WalletFile, ACocoonWalletNamesItsOwner) {
  Sealed sealed;
  WalletDescription description{ton::WalletVersion::Cocoon, sealed.key.public_key(), 0, {}};
  description.owner.hash.fill(7);
  const std::string text =
      seal_wallet_file(description, sealed.key, secret("correct horse"), sealed.random, 1000);
  const auto back = read_wallet_file(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->owner, description.owner);
  EXPECT_EQ(wallet_of(*back).address(), wallet_of(description).address());
  description.owner.hash.fill(8);
  EXPECT_NE(wallet_of(*back).address(), wallet_of(description).address());
  const std::size_t at = text.find("owner ");
  ASSERT_NE(at, std::string::npos);
  std::string without = text;
  without.replace(at, 5, "other");
  EXPECT_EQ(reason(without), "wallet_file_form");
  std::string another = text;
  another.replace(at + 6, 48, ton::to_friendly_text(description.owner));
  EXPECT_EQ(reason(another), "wallet_password");
}

TEST(WalletFile, TheKeyIsNowhereInIt) {
  const Sealed sealed;
  const Sealed other;
  EXPECT_NE(sealed.text, other.text);
  const base::Secret seed = sealed.key.seed();
  EXPECT_EQ(sealed.text.find(base::as_text(seed.expose())), std::string::npos);
}

TEST(WalletFile, NoticesChangesAndOtherFiles) {
  const Sealed sealed;
  // One in each line, and the last byte of the authentication.
  for (std::size_t at = 0; at < sealed.text.size(); at += 37) {
    std::string changed = sealed.text;
    changed[at] = changed[at] == '1' ? '2' : '1';
    if (changed == sealed.text) continue;
    EXPECT_NE(reason(changed), "opened") << at;
  }
  EXPECT_EQ(reason(""), "wallet_file_form");
  EXPECT_EQ(reason("not a wallet"), "wallet_file_form");
  EXPECT_EQ(reason(sealed.text.substr(0, sealed.text.size() / 2)), "wallet_file_form");
}

}  // namespace
}  // namespace cocoon::app
