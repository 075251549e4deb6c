// The first byte chooses a portion, the rest is a stream: however it is cut, the same payloads and
// the same end come out, and writing the payloads again gives the bytes that were read.
#include <algorithm>
#include <string>
#include <vector>

#include "base/check.h"
#include "session/frame.h"

namespace {

using namespace cocoon;

struct Outcome {
  base::Bytes rewritten;
  std::string fault;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome read(base::BytesView stream, std::size_t portion) {
  session::FrameReader reader(4096);
  session::FrameWriter writer;
  Outcome outcome;
  while (!stream.empty()) {
    base::BytesView part = stream.first(std::min(portion, stream.size()));
    stream = stream.subspan(part.size());
    for (;;) {
      const auto payload = reader.next(part);
      if (!payload.ok()) {
        outcome.fault = payload.error().reason();
        return outcome;
      }
      if (!*payload) break;
      CHECK((*payload)->size() <= 4096);
      writer.append(outcome.rewritten, **payload);
    }
    CHECK(part.empty());
    CHECK(reader.partial_size() < session::kFrameHeaderSize + 4096);
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::BytesView stream(data + 1, size - 1);
  const Outcome whole = read(stream, SIZE_MAX);
  CHECK(read(stream, std::size_t{data[0]} + 1) == whole);
  CHECK(whole.rewritten.size() <= stream.size());
  CHECK(std::equal(whole.rewritten.begin(), whole.rewritten.end(), stream.begin()));
  return 0;
}
