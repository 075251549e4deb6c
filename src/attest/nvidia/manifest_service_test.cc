// Names of manifests, and answers of the service.
#include "attest/nvidia/manifest_service.h"

#include <gmock/gmock.h>

#include "attest/recorded.h"
#include "base/encoding.h"
#include "crypto/hash.h"

namespace cocoon::attest::nvidia {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> ids(const std::string& name, const std::string& chain) {
  return manifest_ids(recorded("nvidia/" + name + ".bin"),
                      recorded("nvidia/" + chain + "-chain.pem"));
}

TEST(ManifestIds, OfDevices) {
  EXPECT_THAT(ids("h100-545-full", "h100-545-full"),
              ElementsAre("NV_GPU_DRIVER_GH100_545.00", "NV_GPU_VBIOS_1010_0200_882_96005E0001"));
  EXPECT_THAT(
      ids("blackwell-575", "blackwell-575"),
      ElementsAre("NV_GPU_CC_DRIVER_GB100_575.32", "NV_GPU_VBIOS_G525_0220_886_970088000F"));
  EXPECT_THAT(ids("ls10-full", "ls10-full"), IsEmpty());
  EXPECT_THAT(manifest_ids({}, {}), IsEmpty());
}

// A device that names its driver "../x" gets nobody to ask for that.
TEST(ManifestIds, OddLetters) {
  base::Bytes report = recorded("nvidia/h100-545-full.bin");
  const std::string text = base::to_text(report);
  report[text.find("545.00")] = '/';
  EXPECT_THAT(manifest_ids(report, recorded("nvidia/h100-545-full-chain.pem")), IsEmpty());
}

std::string answer(std::string_view document, std::string_view hash) {
  return "{\"id\":\"a\",\"rim\":\"" + base::to_base64(base::as_bytes(document)) +
         "\",\"sha256\":\"" + std::string(hash) + "\"}";
}

TEST(ManifestAnswers, DocumentsAndTheirHashes) {
  const std::string hash = base::to_hex(crypto::sha256(base::as_bytes("<a/>")));
  const std::string good = answer("<a/>", hash);
  EXPECT_EQ(manifest_of_answer(base::as_bytes(good)), base::to_bytes("<a/>"));
  for (const std::string& bad :
       {std::string(), std::string("[]"), std::string("{}"), std::string("{\"rim\":\"AA==\"}"),
        answer("<b/>", hash), answer("<a/>", ""), good + "x"}) {
    EXPECT_EQ(manifest_of_answer(base::as_bytes(bad)), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace cocoon::attest::nvidia
