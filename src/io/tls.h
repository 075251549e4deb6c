// TLS as this network speaks it: version 1.3 only, AES-128-GCM-SHA256 and AES-256-GCM-SHA384,
// mutual Ed25519 certificates, no tickets, no early data, no SNI, no ALPN.
//
// Who the peer is, is decided by the PeerVerifier of the connection and by nothing else; it is
// never skipped, and no application byte passes in either direction before it said ok. OpenSSL
// checks that the peer owns the leaf's key.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "io/io_fault.h"

namespace cocoon::io {

// DER certificates, leaf first: 1 to kPeerChainCertificatesMax. An error refuses the peer and is
// what the opener of the connection reports. Called on the loop's thread.
using PeerVerifier = std::function<base::Result<void>(std::span<const base::Bytes> der_chain)>;

struct TlsIdentity {
  base::Bytes certificate_der;
  base::Secret private_seed;  // Ed25519, 32 bytes
};

enum class TlsRole { Server, Client };

// May be shared by several loops; replace_identity() may be called on any thread.
class TlsContext {
 public:
  struct Settings;  // this module's own

  // InvalidIdentity if certificate and seed don't belong together.
  static base::Result<std::shared_ptr<TlsContext>> create(TlsRole role, TlsIdentity identity);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // For connections opened from now on; on an error the old identity stays.
  base::Result<void> replace_identity(TlsIdentity identity);

  TlsRole role() const;
  std::shared_ptr<Settings> settings() const;

 private:
  struct State;
  explicit TlsContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cocoon::io
