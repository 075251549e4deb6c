// Any bytes: parsed bags survive being written and read again, and so does a payment.
#include "base/check.h"
#include "ton/boc.h"
#include "ton/signed_payment.h"

using namespace cocoon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::BytesView bytes(data, size);
  const auto roots = ton::parse_boc(bytes);
  if (roots) {
    for (const ton::CellRef& root : *roots) {
      const base::Bytes again = ton::serialize_boc(root, ton::BocChecksum::Crc32c);
      const auto back = ton::parse_boc(again);
      CHECK(back);
      CHECK(back->size() == 1 && back->front()->hash() == root->hash());
      CHECK(back->front()->level_mask() == root->level_mask());
    }
  }
  const auto payment = ton::parse_signed_payment(bytes);
  if (payment) {
    const auto back = ton::parse_signed_payment(ton::serialize_signed_payment(*payment));
    CHECK(back);
    CHECK(*back == *payment);
  }
  return 0;
}
