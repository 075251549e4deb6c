// Manifests that were changed, wrapped, unsigned, signed by others or too old.
#include "attest/nvidia/manifest.h"

#include <gtest/gtest.h>

#include "attest/nvidia/roots.h"
#include "attest/recorded.h"

namespace cocoon::attest::nvidia {
namespace {

const base::WallTime kNow = base::from_unix_seconds(1719215673);  // 2024-06-24

std::string genuine() { return base::to_text(recorded("nvidia/h100-545-full-driver.xml")); }

std::string reason(const std::string& xml, base::WallTime now = kNow) {
  const auto manifest = verify_manifest(now, base::as_bytes(xml), pinned_roots().manifest);
  return manifest ? "verified" : std::string(manifest.error().reason());
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Manifests, Genuine) {
  const auto manifest = verify_manifest(kNow, base::as_bytes(genuine()), pinned_roots().manifest);
  ASSERT_TRUE(manifest.ok()) << manifest.error().message();
  EXPECT_EQ(manifest->version, "545.00");
  EXPECT_EQ(manifest->product, "GH100");
  EXPECT_TRUE(manifest->golden.contains(7));
  EXPECT_FALSE(manifest->golden.contains(0));
  EXPECT_TRUE(manifest->valid_at(kNow));
  EXPECT_FALSE(manifest->valid_at(base::from_unix_seconds(1788000000)));
  // What canonical form makes equal is the same document.
  EXPECT_EQ(reason("<?xml version=\"1.0\"?>\n<!-- x -->" + genuine()), "verified");
  EXPECT_EQ(reason(replaced(genuine(), "corpus=\"false\" name=\"GH100\"",
                            "name='GH100'  corpus='false'")),
            "verified");
}

TEST(Manifests, Changed) {
  EXPECT_EQ(reason(replaced(genuine(), "0e0ee161", "0e0ee162")), "xml_signature_digest_mismatch");
  EXPECT_EQ(reason(replaced(genuine(), "545.00", "545.01")), "xml_signature_digest_mismatch");
  EXPECT_EQ(reason(replaced(genuine(), "</ns0:Payload>", " </ns0:Payload>")),
            "xml_signature_digest_mismatch");
  EXPECT_EQ(reason(replaced(genuine(), "<ds:DigestValue>D", "<ds:DigestValue>E")),
            "xml_signature_digest_mismatch");
  EXPECT_EQ(reason(replaced(genuine(), "<ds:SignatureValue>/B", "<ds:SignatureValue>/C")),
            "xml_signature_invalid");
  EXPECT_EQ(reason(replaced(genuine(), "\" active=\"False\"", "\" active=\"True\"")),
            "xml_signature_digest_mismatch");
}

// The shapes by which signed documents have been made to say other things than were signed.
TEST(Manifests, Wrapped) {
  const std::string text = genuine();
  const std::size_t begin = text.find("<ds:Signature ");
  const std::size_t end = text.find("</ds:Signature>") + 15;
  const std::string signature = text.substr(begin, end - begin);
  const std::string bare = text.substr(0, begin) + text.substr(end);
  EXPECT_EQ(reason(bare), "xml_signature_missing");
  EXPECT_EQ(reason(replaced(text, signature, signature + signature)), "xml_signature_not_one");
  EXPECT_EQ(reason("<x>" + text + "</x>"), "xml_signature_not_one");
  // Its place below the root says nothing: what is signed is the rest.
  EXPECT_EQ(reason(replaced(bare, "<ns0:Payload ", signature + "<ns0:Payload ")), "verified");
  EXPECT_EQ(reason(replaced(bare, "</ns0:Payload>", signature + "</ns0:Payload>")),
            "xml_signature_not_one");
  EXPECT_EQ(reason(replaced(text, "</ds:KeyInfo>", "</ds:KeyInfo><ds:Object/>")),
            "xml_signature_shape_not_allowed");
  EXPECT_EQ(reason(replaced(text, "URI=\"\"", "URI=\"#a\"")), "xml_signature_shape_not_allowed");
  EXPECT_EQ(reason(replaced(text, " URI=\"\"", "")), "xml_signature_shape_not_allowed");
  EXPECT_EQ(reason(replaced(text, "xmldsig#enveloped-signature", "xmldsig#base64")),
            "xml_signature_shape_not_allowed");
  EXPECT_EQ(reason(replaced(text, "xmldsig-more#ecdsa-sha384", "xmldsig-more#ecdsa-sha1")),
            "xml_signature_shape_not_allowed");
  EXPECT_EQ(reason(replaced(text, "xmldsig-more#sha384", "xmldsig#sha1")),
            "xml_signature_shape_not_allowed");
  EXPECT_EQ(reason(replaced(text, "</ds:SignedInfo>", "<ds:Reference URI=\"\"/></ds:SignedInfo>")),
            "xml_signature_shape_not_allowed");
  EXPECT_EQ(reason(replaced(text, "<ds:X509Data>", "<ds:X509Data><ds:KeyName>a</ds:KeyName>")),
            "xml_signature_shape_not_allowed");
}

TEST(Manifests, Signers) {
  // Its signer was valid from 2023-06-27 to 2025-06-26.
  EXPECT_EQ(reason(genuine(), base::from_unix_seconds(1687000000)),
            "manifest_signer_not_valid_now");
  EXPECT_EQ(reason(genuine(), base::from_unix_seconds(1751000000)),
            "manifest_signer_not_valid_now");
  const auto other = verify_manifest(kNow, base::as_bytes(genuine()), pinned_roots().device);
  EXPECT_EQ(other.error().reason(), "manifest_signer_not_trusted");
}

TEST(Manifests, OtherDocuments) {
  EXPECT_EQ(reason(""), "xml_malformed");
  EXPECT_EQ(reason("<!DOCTYPE a><a/>"), "xml_unsupported");
  EXPECT_EQ(reason("<a/>"), "xml_signature_missing");
  EXPECT_EQ(reason(genuine().substr(0, 9000)), "xml_malformed");
}

}  // namespace
}  // namespace cocoon::attest::nvidia
