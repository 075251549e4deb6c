// ADNL over TCP, the encrypted stream on which lite servers are asked (docs.ton.org: ADNL TCP).
//
// The client sends 256 bytes: which server it means, a fresh key of its own, and 160 random bytes
// encrypted with the secret of both keys. From those come the keys of two AES-256-CTR streams, in
// which each frame is length, nonce, payload and SHA-256 of the latter two. The stream gives
// secrecy, and shows that the server has its key. It proves nothing about what the server says.
#pragma once

#include <deque>
#include <optional>

#include "base/random.h"
#include "base/result.h"
#include "crypto/aes_ctr.h"
#include "crypto/ed25519.h"

namespace cocoon::ton {

enum class AdnlError {
  ServerKey,      // not a key that one can talk to
  HandshakeForm,  // server side: not a handshake for this key
  FrameLength,    // shorter than a frame can be, or longer than allowed
  FrameChecksum,  // damaged, or not from the peer that has the keys
};
std::string_view reason_name(AdnlError error);

inline constexpr std::size_t kAdnlHandshakeBytes = 256;
inline constexpr std::size_t kMaxAdnlFrame = std::size_t{1} << 24;
// The 160 bytes from which both streams are keyed.
using AdnlSessionBytes = std::array<std::uint8_t, 160>;

struct AdnlStreamKey {
  base::Bits256 key{};
  base::Bits128 counter{};
};
AdnlStreamKey adnl_server_to_client(const AdnlSessionBytes& session);
AdnlStreamKey adnl_client_to_server(const AdnlSessionBytes& session);

// Makes frames of payloads.
class AdnlSealer {
 public:
  explicit AdnlSealer(const AdnlStreamKey& key) : stream_(key.key, key.counter) {}
  // `payload` has at most kMaxAdnlFrame - 64 bytes.
  base::Bytes seal(base::BytesView payload, const base::Bits256& nonce);

 private:
  crypto::Aes256Ctr stream_;
};

// Takes bytes as they come, gives payloads. After a refusal it must not be used any more.
class AdnlOpener {
 public:
  explicit AdnlOpener(const AdnlStreamKey& key) : stream_(key.key, key.counter) {}
  // Payloads that were completed before the refusal remain.
  base::Result<void> feed(base::BytesView bytes);
  std::optional<base::Bytes> next();

 private:
  base::Result<void> take_frames();

  crypto::Aes256Ctr stream_;
  base::Bytes buffer_;  // decrypted, not yet a whole frame
  std::deque<base::Bytes> payloads_;
};

// SHA-256 of the boxed public key: how a server is named.
base::Bits256 adnl_key_id(const base::Bits256& public_key);

// What a client sends first.
base::Result<base::Bytes> adnl_handshake(const base::Bits256& server_key,
                                         const crypto::Ed25519PrivateKey& client_key,
                                         const AdnlSessionBytes& session);
// The server's side of it: for servers of our own.
base::Result<AdnlSessionBytes> open_adnl_handshake(const crypto::Ed25519PrivateKey& server_key,
                                                   base::BytesView handshake);

// A client's end of one connection. The server confirms the handshake with an empty frame; later
// empty ones only keep the connection alive, and are dropped here.
class AdnlClient {
 public:
  // Refuses a server key that is none.
  static base::Result<AdnlClient> connect(const base::Bits256& server_key, base::Random& random);

  bool established() const { return established_; }
  base::Result<void> handle_bytes(base::BytesView bytes);
  std::optional<base::Bytes> poll_payload();
  void send(base::BytesView payload, base::Random& random);
  // What is to be written to the connection since the last call.
  base::Bytes poll_bytes();

 private:
  AdnlClient(const AdnlSessionBytes& session, base::Bytes handshake);
  AdnlSealer sealer_;
  AdnlOpener opener_;
  base::Bytes output_;
  bool established_ = false;
};

}  // namespace cocoon::ton
