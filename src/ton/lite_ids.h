// Our names of blocks and signatures from and to those of the lite-server protocol.
#pragma once

#include "tl/lite/types.h"
#include "ton/block_id.h"
#include "ton/signatures.h"

namespace cocoon::ton {

BlockId from_tl(const tl::lite::TonNodeBlockIdExt& id);
tl::lite::TonNodeBlockIdExt to_tl(const BlockId& id);
SignatureSet from_tl(const tl::lite::AnyLiteServerSignatureSet& set);
tl::lite::LiteServerAccountId to_tl(const Address& address);

}  // namespace cocoon::ton
