// ADNL's handshake and frames.
#include "ton/adnl.h"

#include <algorithm>

#include "base/check.h"
#include "crypto/ed25519_exchange.h"
#include "crypto/hash.h"
#include "ton/validators.h"

namespace cocoon::ton {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kNonceBytes = 32;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kMinFrame = kNonceBytes + kHashBytes;

template <std::size_t N>
std::array<std::uint8_t, N> part(base::BytesView bytes, std::size_t offset) {
  std::array<std::uint8_t, N> out;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), N, out.begin());
  return out;
}

// Half of each: neither the secret nor the hash alone decides the key.
AdnlStreamKey handshake_key(base::BytesView secret, const base::Bits256& hash) {
  AdnlStreamKey key;
  std::copy_n(secret.begin(), 16, key.key.begin());
  std::copy_n(hash.begin() + 16, 16, key.key.begin() + 16);
  std::copy_n(hash.begin(), 4, key.counter.begin());
  std::copy_n(secret.begin() + 20, 12, key.counter.begin() + 4);
  return key;
}

std::size_t frame_length(base::BytesView bytes) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) length |= std::size_t{bytes[i]} << (8 * i);
  return length;
}

}  // namespace

std::string_view reason_name(AdnlError error) {
  switch (error) {
    case AdnlError::ServerKey:
      return "server_key";
    case AdnlError::HandshakeForm:
      return "handshake_form";
    case AdnlError::FrameLength:
      return "frame_length";
    case AdnlError::FrameChecksum:
      return "frame_checksum";
  }
  CHECK(false);
}

AdnlStreamKey adnl_server_to_client(const AdnlSessionBytes& session) {
  return {part<32>(session, 0), part<16>(session, 64)};
}

AdnlStreamKey adnl_client_to_server(const AdnlSessionBytes& session) {
  return {part<32>(session, 32), part<16>(session, 80)};
}

base::Bytes AdnlSealer::seal(base::BytesView payload, const base::Bits256& nonce) {
  const std::size_t length = kMinFrame + payload.size();
  CHECK(length <= kMaxAdnlFrame);
  base::Bytes frame;
  frame.reserve(kLengthBytes + length);
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    frame.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
  }
  const base::Bits256 hash = crypto::sha256({nonce, payload});
  frame.insert(frame.end(), nonce.begin(), nonce.end());
  frame.insert(frame.end(), payload.begin(), payload.end());
  frame.insert(frame.end(), hash.begin(), hash.end());
  stream_.apply(frame);
  return frame;
}

base::Result<void> AdnlOpener::feed(base::BytesView bytes) {
  const std::size_t old = buffer_.size();
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  stream_.apply(std::span(buffer_).subspan(old));
  return take_frames();
}

base::Result<void> AdnlOpener::take_frames() {
  std::size_t taken = 0;
  base::Result<void> result;
  for (;;) {
    const base::BytesView rest = base::BytesView(buffer_).subspan(taken);
    if (rest.size() < kLengthBytes) break;
    const std::size_t length = frame_length(rest);
    if (length < kMinFrame || length > kMaxAdnlFrame) {
      return base::Error(AdnlError::FrameLength, "A frame has an impossible length.");
    }
    if (rest.size() < kLengthBytes + length) break;
    const base::BytesView content = rest.subspan(kLengthBytes, length - kHashBytes);
    const base::BytesView hash = rest.subspan(kLengthBytes + length - kHashBytes, kHashBytes);
    if (!base::equal_constant_time(crypto::sha256(content), hash)) {
      return base::Error(AdnlError::FrameChecksum, "A frame is damaged.");
    }
    payloads_.push_back(base::to_bytes(content.subspan(kNonceBytes)));
    taken += kLengthBytes + length;
  }
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(taken));
  return result;
}

std::optional<base::Bytes> AdnlOpener::next() {
  if (payloads_.empty()) return std::nullopt;
  base::Bytes payload = std::move(payloads_.front());
  payloads_.pop_front();
  return payload;
}

base::Bits256 adnl_key_id(const base::Bits256& public_key) { return validator_id(public_key); }

base::Result<base::Bytes> adnl_handshake(const base::Bits256& server_key,
                                         const crypto::Ed25519PrivateKey& client_key,
                                         const AdnlSessionBytes& session) {
  const std::optional<base::Secret> secret = crypto::shared_secret(client_key, server_key);
  if (!secret) return base::Error(AdnlError::ServerKey, "The server's key is not a key.");
  const base::Bits256 hash = crypto::sha256(session);
  const base::Bits256 id = adnl_key_id(server_key);
  base::Bytes out(id.begin(), id.end());
  out.insert(out.end(), client_key.public_key().begin(), client_key.public_key().end());
  out.insert(out.end(), hash.begin(), hash.end());
  out.insert(out.end(), session.begin(), session.end());
  const AdnlStreamKey key = handshake_key(secret->expose(), hash);
  crypto::Aes256Ctr(key.key, key.counter).apply(std::span(out).subspan(96));
  return out;
}

base::Result<AdnlSessionBytes> open_adnl_handshake(const crypto::Ed25519PrivateKey& server_key,
                                                   base::BytesView handshake) {
  const base::Error refusal(AdnlError::HandshakeForm, "This is not a handshake for this server.");
  if (handshake.size() != kAdnlHandshakeBytes) return refusal;
  if (part<32>(handshake, 0) != adnl_key_id(server_key.public_key())) return refusal;
  const auto secret = crypto::shared_secret(server_key, part<32>(handshake, 32));
  if (!secret) return refusal;
  const base::Bits256 hash = part<32>(handshake, 64);
  AdnlSessionBytes session = part<160>(handshake, 96);
  const AdnlStreamKey key = handshake_key(secret->expose(), hash);
  crypto::Aes256Ctr(key.key, key.counter).apply(session);
  if (crypto::sha256(session) != hash) return refusal;
  return session;
}

AdnlClient::AdnlClient(const AdnlSessionBytes& session, base::Bytes handshake)
    : sealer_(adnl_client_to_server(session)),
      opener_(adnl_server_to_client(session)),
      output_(std::move(handshake)) {}

base::Result<AdnlClient> AdnlClient::connect(const base::Bits256& server_key,
                                             base::Random& random) {
  const auto key = crypto::Ed25519PrivateKey::generate(random);
  AdnlSessionBytes session;
  random.fill(session);
  base::Bytes handshake = TRY(adnl_handshake(server_key, key, session));
  return AdnlClient(session, std::move(handshake));
}

base::Result<void> AdnlClient::handle_bytes(base::BytesView bytes) { return opener_.feed(bytes); }

std::optional<base::Bytes> AdnlClient::poll_payload() {
  while (std::optional<base::Bytes> payload = opener_.next()) {
    established_ = true;
    if (!payload->empty()) return payload;
  }
  return std::nullopt;
}

void AdnlClient::send(base::BytesView payload, base::Random& random) {
  const base::Bytes frame = sealer_.seal(payload, random.bits256());
  output_.insert(output_.end(), frame.begin(), frame.end());
}

base::Bytes AdnlClient::poll_bytes() { return std::exchange(output_, {}); }

}  // namespace cocoon::ton
