// Signed payments: a known one, those of recorded conversations, and every field that must not be
// changed.
#include "ton/signed_payment.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "ton/boc.h"
#include "ton/test_support.h"

namespace cocoon::ton {
namespace {

crypto::Ed25519PrivateKey known_key() {
  base::Bytes seed;
  for (std::uint8_t i = 0; i < 32; ++i) seed.push_back(i);
  return *crypto::Ed25519PrivateKey::from_seed(seed);
}

Address filled_address(std::uint8_t byte) {
  Address address;
  address.hash.fill(byte);
  return address;
}

PaymentOrder known_order() { return {PaymentOp::ClientCharge, 1, {12345}, filled_address(0x11)}; }

TEST(SignedPayment, KnownPayment) {
  const crypto::Ed25519PrivateKey key = known_key();
  EXPECT_EQ(base::to_hex(key.public_key()),
            "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
  const CellRef payload = payment_payload(known_order());
  EXPECT_EQ(payload->bit_count(), 427u);
  EXPECT_EQ(base::to_hex(payload->hash()),
            "9d2d4b546c90e7d67facf431af4320972155c3c578818eea70530d6ba78d5666");
  const SignedPayment payment = sign_payment(known_order(), filled_address(0x22), key);
  EXPECT_EQ(base::to_hex(payment.signature),
            "7ae0549f02928c50dad68d66bde6c327c3a53375524e9791f48a70daf6d45094"
            "fb9f4a045583ca966ed47ab215585391558adc51d4c695401d23281095bb5c0c");
  const CellRef message = payment_message(payment);
  EXPECT_EQ(message->bit_count(), 875u);
  EXPECT_EQ(base::to_hex(message->hash()),
            "36720592de487e969475076be6c1ae2a070f0dd67ca153adc3ae58b2759d70c2");
}

struct RecordedParty {
  const char* file;
  PaymentOp op;
  const char* receiver;
  int payments;
};

// All of them are the same proxy's words to one client and one worker contract.
TEST(SignedPayment, RecordedPaymentsComeBackToTheByte) {
  const base::Bits256 proxy_key =
      *base::bits256_from_hex("559087582b7e5ea2b2b986c258e0067b806a59b154e955decf00429610eab095");
  const Address excesses = *parse_address("UQAXGlaBPBoSyvlI0cEGKvS8Ak5e9JFcmKmcBmYsKhNTIdbG");
  const std::string prefix = "82819902b4";  // proxy.signedPayment, 180 bytes
  for (const RecordedParty& party :
       {RecordedParty{"client-session-at-proxy.json", PaymentOp::ClientCharge,
                      "UQCACjNFLY4ArI-ZdQsAazEAW41KvHyVIAWsFh9pbqcA1f12", 7},
        RecordedParty{"worker-session-at-proxy.json", PaymentOp::WorkerPayout,
                      "UQDLYGhRHNqXquKXJazsjMBUUhXtmZ_Nom43-_sztpg80bUO", 11}}) {
    const std::string text = vector_text(std::string("wire/") + party.file);
    int payments = 0;
    for (std::size_t at = text.find(prefix); at != std::string::npos;
         at = text.find(prefix, at + 1)) {
      const base::Bytes boc = *base::from_hex(text.substr(at + prefix.size(), 2 * 0xb4));
      const auto payment = parse_signed_payment(boc);
      ASSERT_TRUE(payment) << payment.error().message();
      EXPECT_EQ(payment->order.op, party.op);
      EXPECT_EQ(payment->order.tokens.count, 0);
      EXPECT_EQ(payment->excesses, excesses);
      EXPECT_EQ(reason_of(verify_payment(*payment, proxy_key, *parse_address(party.receiver))),
                "accepted");
      EXPECT_EQ(serialize_signed_payment(*payment), boc);
      ++payments;
    }
    EXPECT_EQ(payments, party.payments) << party.file;
  }
}

TEST(SignedPayment, EveryOperationComesBack) {
  SeededRandom random(3);
  const crypto::Ed25519PrivateKey key = crypto::Ed25519PrivateKey::generate(random);
  for (const PaymentOp op :
       {PaymentOp::ClientCharge, PaymentOp::ClientGrantRefund, PaymentOp::WorkerPayout,
        PaymentOp::WorkerLastPayout, PaymentOp::ProxyClose, PaymentOp::ProxyCloseComplete}) {
    const base::TokenCount tokens{carries_tokens(op) ? INT64_MAX : 0};
    const Address receiver = random_address(random);
    const Address excesses = random_address(random);
    const std::uint64_t query_id = random.next_u64();
    const base::Bytes boc = make_signed_payment(op, query_id, tokens, receiver, excesses, key);
    const auto payment = parse_signed_payment(boc);
    ASSERT_TRUE(payment) << payment.error().message();
    EXPECT_EQ(payment->order, (PaymentOrder{op, query_id, tokens, receiver}));
    EXPECT_EQ(payment->excesses, excesses);
    EXPECT_EQ(reason_of(verify_payment(*payment, key.public_key(), receiver)), "accepted");
  }
}

TEST(SignedPayment, WhatIsSignedCanNotBeChanged) {
  const crypto::Ed25519PrivateKey key = known_key();
  const SignedPayment good = sign_payment(known_order(), filled_address(0x22), key);
  const auto verdict = [&key](const SignedPayment& payment) {
    return reason_of(verify_payment(payment, key.public_key(), filled_address(0x11)));
  };
  EXPECT_EQ(verdict(good), "accepted");
  SignedPayment changed = good;
  changed.excesses = filled_address(0x33);
  EXPECT_EQ(verdict(changed), "accepted") << "the excesses address is the holder's choice";
  changed = good;
  changed.order.op = PaymentOp::ClientGrantRefund;
  EXPECT_EQ(verdict(changed), "payment_signature");
  changed = good;
  changed.order.query_id = 2;
  EXPECT_EQ(verdict(changed), "payment_signature");
  changed = good;
  changed.order.tokens.count -= 1;
  EXPECT_EQ(verdict(changed), "payment_signature");
  changed = good;
  changed.signature[63] ^= 1;
  EXPECT_EQ(verdict(changed), "payment_signature");
  changed = good;
  changed.order.receiver = filled_address(0x12);
  EXPECT_EQ(verdict(changed), "payment_receiver");
  EXPECT_EQ(reason_of(verify_payment(changed, key.public_key(), filled_address(0x12))),
            "payment_signature");
  EXPECT_EQ(reason_of(verify_payment(good, filled_address(0x12).hash, filled_address(0x11))),
            "payment_signature");
}

class HostilePayment : public testing::Test {
 protected:
  static CellBuilder payload(std::uint64_t tokens = 1) {
    CellBuilder cell;
    cell.store_uint(0xbb63ff93, 32).store_uint(1, 64).store_uint(tokens, 64);
    return cell.store_address(filled_address(1));
  }
  static CellBuilder envelope(std::uint64_t op = 0xbb63ff93, std::uint64_t query_id = 1) {
    CellBuilder cell;
    cell.store_uint(op, 32).store_uint(query_id, 64).store_address(filled_address(2));
    return cell.store_bytes(base::Bits512{});
  }
  static std::string_view parsed(CellBuilder envelope, const CellBuilder& payload) {
    return reason_of(
        parse_payment_message(envelope.store_ref(payload.finish_fixed()).finish_fixed()));
  }
};

TEST_F(HostilePayment, ContradictionsAndOtherLayoutsAreRefused) {
  EXPECT_EQ(parsed(envelope(), payload()), "accepted");
  EXPECT_EQ(parsed(envelope(0xa040ad28), payload()), "payment_form");
  EXPECT_EQ(parsed(envelope(0x12345678), payload()), "payment_form");
  EXPECT_EQ(parsed(envelope(0xbb63ff93, 2), payload()), "payment_form");
  EXPECT_EQ(parsed(envelope(), payload().store_bit(false)), "cell_leftover");
  EXPECT_EQ(parsed(envelope(), payload().store_ref(payload().finish_fixed())), "cell_leftover");
  EXPECT_EQ(parsed(envelope().store_bit(false), payload()), "cell_leftover");
  EXPECT_EQ(parsed(envelope().store_ref(payload().finish_fixed()), payload()), "cell_leftover");
  EXPECT_EQ(parsed(envelope(), payload(std::uint64_t{1} << 63)), "value_out_of_range");
  EXPECT_EQ(parsed(envelope(), CellBuilder()), "cell_underflow");
  EXPECT_EQ(reason_of(parse_payment_message(envelope().finish_fixed())), "cell_underflow");
}

TEST_F(HostilePayment, BagsOfOtherSizesAreRefused) {
  const base::Bytes boc =
      serialize_signed_payment(sign_payment(known_order(), filled_address(0x22), known_key()));
  ASSERT_EQ(reason_of(parse_signed_payment(boc)), "accepted");
  for (std::size_t size = 0; size < boc.size(); ++size) {
    EXPECT_EQ(reason_of(parse_signed_payment(base::BytesView(boc).first(size))), "boc_truncated");
  }
  base::Bytes longer = boc;
  longer.push_back(0);
  EXPECT_EQ(reason_of(parse_signed_payment(longer)), "boc_trailing");
  EXPECT_EQ(reason_of(parse_signed_payment(base::Bytes(kMaxPaymentBytes + 1))), "boc_too_big");
}

}  // namespace
}  // namespace cocoon::ton
