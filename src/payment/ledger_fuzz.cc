// Fuzz target: bytes choose the operations of the duel between Ledger and its naive twin.
#include <cstdio>
#include <cstdlib>

#include "payment/ledger_duel.h"

namespace {

class ByteChoices {
 public:
  explicit ByteChoices(cocoon::base::BytesView bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  std::uint64_t below(std::uint64_t bound) {
    std::uint64_t value = 0;
    for (std::uint64_t range = 1; range < bound && !bytes_.empty(); range *= 256) {
      value = value * 256 + bytes_.front();
      bytes_ = bytes_.subspan(1);
    }
    return value % bound;
  }

 private:
  cocoon::base::BytesView bytes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteChoices choices({data, size});
  cocoon::payment::LedgerDuel duel(choices);
  while (!choices.empty()) {
    if (const auto difference = duel.step()) {
      std::fprintf(stderr, "%s\n", difference->c_str());
      std::abort();
    }
  }
  return 0;
}
