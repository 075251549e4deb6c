// For tests only: a lite server for the lab's chain. It answers over ADNL with genuine proofs, or
// with what a test makes of them.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "ton/chain_lab.h"

namespace cocoon::ton {

// One connection's server side.
class LabServer {
 public:
  LabServer(ChainLab& chain, std::uint64_t seed);

  const base::Bits256& key() const { return key_.public_key(); }
  // Called with the constructor number of each question and its genuine answer. Nothing: the
  // question is never answered.
  using Tamper = std::function<std::optional<base::Bytes>(std::uint32_t, base::Bytes)>;
  Tamper tamper;

  void reset();
  // Both answer the bytes to send back.
  base::Bytes handle_bytes(base::BytesView bytes);
  base::Bytes handle_block();

 private:
  struct Held {
    base::Bits256 id{};
    std::uint32_t seqno = 0;
    base::Bytes question;
  };
  void handle_payload(base::BytesView payload, base::Bytes& out);
  void answer(const base::Bits256& id, base::BytesView question, base::Bytes& out);
  base::Bytes answer_to(base::BytesView question);
  void seal(base::BytesView payload, base::Bytes& out);

  ChainLab& chain_;
  SeededRandom random_;
  crypto::Ed25519PrivateKey key_;
  base::Bytes handshake_;
  std::optional<AdnlOpener> opener_;
  std::optional<AdnlSealer> sealer_;
  std::vector<Held> held_;
};

}  // namespace cocoon::ton
