// The image hashes that the live network knows for "nothing measured", and that every register
// counts.
#include "attest/measurement.h"

#include <gtest/gtest.h>

#include <set>

#include "attest/claims.h"
#include "base/encoding.h"
#include "crypto/hash.h"

namespace cocoon::attest {
namespace {

TEST(ImageHash, ZeroVectors) {
  EXPECT_EQ(base::to_hex(image_hash(TdxMeasurements{})),
            "5c55c8f4db4010ba9203d83536d0609856af8c847ac039e37e7dde8fbd574b61");
  EXPECT_EQ(base::to_hex(image_hash(SevSnpMeasurements{})),
            "b5fdab78d8947eacc864bfeecb4d2100780e5afe1cd8efafb124887913ac49fa");
  EXPECT_EQ(image_hash(SgxMeasurements{}), crypto::sha256(base::Bytes(96)));
}

TEST(ImageHash, EveryRegisterCountsInItsPlace) {
  std::set<base::Bits256> hashes = {image_hash(TdxMeasurements{})};
  for (int i = 0; i < 8; ++i) {
    TdxMeasurements m;
    base::Bits384* registers[] = {&m.mr_td,   &m.mr_config_id, &m.mr_owner, &m.mr_owner_config,
                                  &m.rtmr[0], &m.rtmr[1],      &m.rtmr[2],  &m.rtmr[3]};
    (*registers[i])[0] = 1;
    // The same bytes written by hand, at the register's offset.
    base::Bytes bytes(448);
    bytes[static_cast<std::size_t>(48 * i)] = 1;
    EXPECT_EQ(image_hash(m), crypto::sha256(bytes));
    EXPECT_TRUE(hashes.insert(image_hash(m)).second);
  }
}

TEST(Claims, ReportDataIsTheHashOfTheKey) {
  Claims claims{};
  EXPECT_EQ(report_data(claims), crypto::sha512(base::Bytes(32)));
  claims.tls_public_key[31] = 1;
  EXPECT_NE(report_data(claims), crypto::sha512(base::Bytes(32)));
}

}  // namespace
}  // namespace cocoon::attest
