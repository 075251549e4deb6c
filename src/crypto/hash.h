// SHA-2 and HMAC over whole byte strings or over several pieces in order (FIPS 180-4, RFC 2104).
//
// Lengths are public; keys and data may be secret. None of these can fail.
#pragma once

#include <initializer_list>
#include <memory>

#include "base/bytes.h"

struct evp_md_ctx_st;

namespace cocoon::crypto {

base::Bits256 sha256(base::BytesView data);
base::Bits384 sha384(base::BytesView data);
base::Bits512 sha512(base::BytesView data);

// The hash of the pieces put one after another: sha256({prefix, body}).
base::Bits256 sha256(std::initializer_list<base::BytesView> pieces);
base::Bits384 sha384(std::initializer_list<base::BytesView> pieces);
base::Bits512 sha512(std::initializer_list<base::BytesView> pieces);

// SHA-384 of more data than should be in memory at once.
class Sha384 {
 public:
  Sha384();
  void update(base::BytesView data);
  // Once; nothing may follow.
  base::Bits384 finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

base::Bits256 hmac_sha256(base::BytesView key, base::BytesView data);

}  // namespace cocoon::crypto
