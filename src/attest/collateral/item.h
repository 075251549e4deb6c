// Items of collateral: one answer of a vendor's service each, named by service and path.
//
// Sources: Intel SGX and TDX provisioning certification service API, version 4 (caches of it serve
// the same paths); AMD VCEK and VLEK certificate interface specification (57230), key distribution
// service; NVIDIA RIM service API, version 1.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "attest/collateral.h"
#include "attest/collateral/error.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace cocoon::attest::collateral {

enum class Service { Intel, Amd, Nvidia };
std::string_view service_name(Service service);
std::optional<Service> service_from_name(std::string_view name);

struct ItemName {
  Service service{};
  std::string path;  // with query: "/tdx/certification/v4/tcb?fmspc=00806f050000"
  friend auto operator<=>(const ItemName&, const ItemName&) = default;
};
// "intel/tdx/certification/v4/qe/identity"
std::string to_text(const ItemName& name);
// NameMalformed: no service, no path, too long, or other characters than paths have.
base::Result<ItemName> parse_item_name(std::string_view text);

struct Item {
  ItemName name;
  base::Bytes body;          // as served
  base::Bytes issuer_chain;  // PEM, of the answer's header; empty where the service sends none
};
// "-----BEGIN%20CERTIFICATE-----%0A...": how services put a chain into a header. Nothing if a
// percent sign stands before anything but two hexadecimal digits.
std::optional<base::Bytes> decode_chain_header(std::string_view header);

// Intel's items for one quote, in this order.
struct IntelNames {
  ItemName root_crl;
  ItemName pck_crl;
  ItemName tcb;
  ItemName qe_identity;
  std::array<ItemName, 4> all() const { return {root_crl, pck_crl, tcb, qe_identity}; }
};
IntelNames intel_names(const IntelCollateralId& id);

// `product` as the service writes it: "Milan". `key` is "vcek" or "vlek".
ItemName amd_crl(std::string_view key, std::string_view product);
ItemName amd_chain(std::string_view key, std::string_view product);
ItemName nvidia_manifest(std::string_view id);
// Revocation lists of NVIDIA's device authorities (crl.ndis.nvidia.com): of its root, and of one
// chip's identity authority. `chip` is letters and digits.
ItemName nvidia_root_crl();
ItemName nvidia_chip_crl(std::string_view chip);
// Whether an item is a revocation list.
bool is_list(const ItemName& name);

// How old an item says it is. Unverified, and good enough for keeping the newer of two: whoever can
// lie here could as well hold the newer one back.
struct Vintage {
  std::optional<base::WallTime> issued;
  std::optional<base::WallTime> ends;
  std::uint64_t number = 0;  // of a revocation list, or of an evaluation: never falls; 0: none
};
// ItemMalformed if a JSON document or a revocation list can't be read. Certificates and manifests
// have no vintage.
base::Result<Vintage> vintage_of(const Item& item);

// The list in an answer: DER as it is, hexadecimal text (as caches serve the root's list) decoded.
base::Bytes list_bytes(base::BytesView body);

// The inner object and its signature of {"tcbInfo": {...}, "signature": "..."}: the object's exact
// bytes, which the signature covers.
struct SignedObject {
  base::BytesView object;
  base::Bytes signature;
};
std::optional<SignedObject> split_signed_object(base::BytesView body, std::string_view member);

}  // namespace cocoon::attest::collateral
