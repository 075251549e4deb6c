// Any bytes as a manifest: never verified unless NVIDIA signed it; and the canonical form of what
// parses is its own canonical form.
#include "attest/nvidia/canonical_xml.h"
#include "attest/nvidia/manifest.h"
#include "attest/nvidia/roots.h"
#include "attest/nvidia/xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  using namespace cocoon::attest::nvidia;
  static const Roots roots = pinned_roots();
  const base::BytesView bytes(data, size);
  const auto root = parse_xml(bytes);
  if (!root) return 0;
  const std::string canonical = canonical_xml(**root, {}, nullptr);
  if (const auto again = parse_xml(base::as_bytes(canonical))) {
    if (canonical_xml(**again, {}, nullptr) != canonical) __builtin_trap();
  } else if (!again.error().is(XmlError::Oversized)) {
    __builtin_trap();
  }
  (void)verify_manifest(base::from_unix_seconds(1719215673), bytes, roots.manifest).ok();
  return 0;
}
