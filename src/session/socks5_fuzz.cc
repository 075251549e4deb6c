// A router's bytes, whole and byte by byte: the same verdict and the same bytes left over.
#include <string>

#include "base/check.h"
#include "session/socks5.h"

namespace {

using namespace cocoon;

std::string talk(const std::optional<std::string>& user, base::BytesView input,
                 std::size_t portion) {
  const session::SocksTarget target{std::string("proxy.example"), 8888};
  auto client = session::SocksClient::create(target, user);
  std::size_t taken = 0;
  base::Bytes said;
  while (taken < input.size() && !client->done()) {
    const std::size_t size = std::min(portion, input.size() - taken);
    const auto count = client->handle_bytes(input.subspan(taken, size));
    if (!count.ok()) return std::string(count.error().reason());
    CHECK(*count == size || client->done());
    taken += *count;
    const base::Bytes out = client->poll_output();
    said.insert(said.end(), out.begin(), out.end());
  }
  CHECK(said.size() < 64);
  CHECK(!client->done() || taken >= 9);
  return std::to_string(taken) + " " + std::to_string(said.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::BytesView input(data, size);
  for (const std::optional<std::string>& user : {std::optional<std::string>(), {"tdx"}}) {
    CHECK(talk(user, input, SIZE_MAX) == talk(user, input, 1));
  }
  return 0;
}
