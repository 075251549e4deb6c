// Wallets: known codes, addresses and phrases; requests that others can check.
#include "ton/wallet.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "ton/boc.h"
#include "ton/mnemonic.h"
#include "ton/test_support.h"
#include "ton/wallet_code.h"

namespace cocoon::ton {
namespace {

TEST(Wallet, CodesAreTheKnownOnes) {
  EXPECT_EQ(base::to_hex(wallet_v3r2_code()->hash()),
            "84dafa449f98a6987789ba232358072bc0f76dc4524002a5d0918b9a75d2d599");
  EXPECT_EQ(base::to_hex(wallet_v4r2_code()->hash()),
            "feb5ff6820e2ff0d9483e7e0d62c817d846789fb4ae580c878866d959dabd5c0");
  EXPECT_EQ(base::to_hex(wallet_v5r1_code()->hash()),
            "20834b7b72b112147e1b2fb457b84e74d1a30f04f737d4f62a668e9552d2b72f");
}

// Made with @ton/crypto 3.3.0.
constexpr std::string_view kPhrase =
    "size harbor venue twin insane change target hand into bottom antique flip two drip thrive kid "
    "install arctic erupt lazy carry hood fantasy upper";

TEST(Mnemonic, GivesTheSameKeyAsOtherWallets) {
  const auto key = key_from_mnemonic(kPhrase);
  ASSERT_TRUE(key) << key.error().message();
  EXPECT_EQ(base::to_hex(key->public_key()),
            "ccd90dca1b7a64c839bb67f826f66082b7f2567699d657b6e7f1b50b03d684d5");
  std::string shouted = "  " + std::string(kPhrase) + "  ";
  for (char& c : shouted) c = static_cast<char>(std::toupper(c));
  shouted.resize(shouted.size() - 2);
  EXPECT_EQ(key_from_mnemonic(shouted)->public_key(), key->public_key());
}

TEST(Mnemonic, RefusesWrongPhrases) {
  const std::string phrase(kPhrase);
  const auto reason = [](const std::string& text) {
    const auto key = key_from_mnemonic(text);
    return key ? "accepted" : std::string(key.error().reason());
  };
  EXPECT_EQ(reason("size harbor"), "word_count");
  EXPECT_EQ(reason(phrase + " upper"), "word_count");
  EXPECT_EQ(reason("bize" + phrase.substr(4)), "word_unknown");
  EXPECT_EQ(reason("harbor size" + phrase.substr(11)), "phrase_checksum");
}

TEST(Mnemonic, ANewOneIsGood) {
  SeededRandom random(5);
  const base::Secret phrase = new_mnemonic(random);
  EXPECT_TRUE(key_from_mnemonic(base::as_text(phrase.expose())));
}

TEST(Wallet, RequestsAreSignedAndComplete) {
  SeededRandom random(6);
  const auto key = crypto::Ed25519PrivateKey::generate(random);
  const Address owner{0, {1}};
  const std::vector<Wallet> wallets = {Wallet::v3r2(key.public_key()),
                                       Wallet::v4r2(key.public_key()),
                                       Wallet::v5r1(key.public_key(), wallet_v5_id(-239, 0, 0)),
                                       Wallet::cocoon(key.public_key(), owner, wallet_v3r2_code())};
  for (const Wallet& wallet : wallets) {
    SCOPED_TRACE(to_text(wallet.version()));
    EXPECT_EQ(wallet_version(to_text(wallet.version())), wallet.version());
    Transfer transfer;
    transfer.to = owner;
    transfer.amount = base::Nanoton(5);
    transfer.body = comment_body("thanks");
    const auto request = wallet.request(key, 0, 1000, {transfer, transfer});
    ASSERT_TRUE(request) << request.error().message();
    const Message message = *parse_message(*request);
    EXPECT_EQ(message.destination.account(), wallet.address());
    ASSERT_TRUE(message.state_init);
    EXPECT_EQ(message.state_init->code->hash(), wallet.state_init().code->hash());
    EXPECT_FALSE(parse_message(*wallet.request(key, 1, 1000, {transfer}))->state_init);
    EXPECT_EQ(*wallet.seqno(wallet.state_init().data), 0u);
    const std::vector<Transfer> many(wallet.max_transfers() + 1, transfer);
    EXPECT_EQ(wallet.request(key, 1, 1000, many).error().reason(), "too_many_transfers");
    EXPECT_EQ(wallet.request(key, 1, 1000, {}).error().reason(), "too_many_transfers");
  }
  const auto v5 = wallets[2].request(key, 3, 1000, {Transfer{owner, base::Nanoton(1), {}, {}, {}}});
  EXPECT_EQ(check_wallet_v5_request(*v5, key.public_key())->wallet, wallets[2].address());
  EXPECT_EQ(check_wallet_v5_request(*v5, base::Bits256{}).error().reason(), "request_signature");
}

TEST(Wallet, LongCommentsTakeSeveralCells) {
  const std::string text(1000, 'x');
  CellSlice slice = *CellSlice::open(comment_body(text));
  EXPECT_EQ(*slice.load_u32(), 0u);
  std::string read;
  for (;;) {
    read += base::to_text(*slice.load_bytes(slice.bits_left() / 8));
    if (slice.refs_left() == 0) break;
    slice = *slice.open_ref();
  }
  EXPECT_EQ(read, text);
}

}  // namespace
}  // namespace cocoon::ton
