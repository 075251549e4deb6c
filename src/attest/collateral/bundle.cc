// Strict JSON, flat and bounded.
#include "attest/collateral/bundle.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "attest/collateral/limits.h"
#include "base/encoding.h"

namespace cocoon::attest::collateral {
namespace {

using nlohmann::json;

base::Error malformed(std::string_view what) {
  return {CollateralError::BundleMalformed,
          "The collateral file's " + std::string(what) + " is malformed."};
}

std::optional<json> parse_strictly(std::string_view text, int depth_max) {
  bool too_deep = false;
  const auto watch = [&](int depth, json::parse_event_t event, json&) {
    const bool opens =
        event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
    too_deep = too_deep || (opens && depth >= depth_max);
    return !too_deep;
  };
  json document = json::parse(text, watch, false);
  if (too_deep || document.is_discarded()) return std::nullopt;
  return document;
}

base::Result<std::string> text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return malformed(name);
  return found->get<std::string>();
}

base::Result<BundledItem> read_item(const json& object) {
  if (!object.is_object()) return malformed("item");
  BundledItem out;
  const std::string name = TRY(text_of(object, "name"));
  out.item.name = TRY(parse_item_name(name));
  const std::string body = TRY(text_of(object, "body"));
  auto bytes = base::from_base64(body);
  if (!bytes) return malformed("body");
  out.item.body = *std::move(bytes);
  out.item.issuer_chain = base::to_bytes(TRY(text_of(object, "issuer_chain")));
  const auto fetched = object.find("fetched");
  // Up to the year 9999, so that later sums stay in range.
  if (fetched == object.end() || !fetched->is_number_unsigned() ||
      fetched->get<std::uint64_t>() > 253'402'300'799) {
    return malformed("fetched");
  }
  out.fetched = base::from_unix_seconds(fetched->get<std::int64_t>());
  return out;
}

base::Result<std::vector<BundledItem>> read_items(const json& document) {
  const auto version = document.find("cocoon_collateral");
  if (version == document.end() || !version->is_number_unsigned() || *version != 1) {
    return base::Error(CollateralError::BundleVersionUnsupported,
                       "This is a collateral file of an unknown version.");
  }
  const auto list = document.find("items");
  if (list == document.end() || !list->is_array()) return malformed("list of items");
  if (list->size() > kItemsMax) {
    return base::Error(CollateralError::TooManyItems, "There is too much collateral.");
  }
  std::vector<BundledItem> items;
  for (const json& object : *list) items.push_back(TRY(read_item(object)));
  return items;
}

// {"tcbInfo":...,"signature":"..."}, as the service would have answered.
base::Bytes signed_answer(std::string_view member, const std::string& object,
                          const std::string& signature) {
  return base::to_bytes("{\"" + std::string(member) + "\":" + object + ",\"signature\":\"" +
                        signature + "\"}");
}

std::optional<Fmspc> fmspc_of(const std::string& tcb_info) {
  const std::optional<json> info = parse_strictly(tcb_info, kTcbDocumentDepthMax);
  if (!info || !info->is_object() || !info->contains("fmspc") || !info->at("fmspc").is_string()) {
    return std::nullopt;
  }
  const auto bytes = base::from_hex(info->at("fmspc").get<std::string>());
  Fmspc fmspc{};
  if (!bytes || bytes->size() != fmspc.size()) return std::nullopt;
  std::ranges::copy(*bytes, fmspc.begin());
  return fmspc;
}

// One quote's collateral as other verifiers keep it. Which platform it is for, it says itself.
base::Result<std::vector<BundledItem>> read_foreign(const json& document) {
  const std::string tcb_info = TRY(text_of(document, "tcb_info"));
  const std::string identity = TRY(text_of(document, "qe_identity"));
  const std::string crl_chain = TRY(text_of(document, "pck_crl_issuer_chain"));
  const auto root_crl = base::from_hex(TRY(text_of(document, "root_ca_crl")));
  const auto pck_crl = base::from_hex(TRY(text_of(document, "pck_crl")));
  const auto fmspc = fmspc_of(tcb_info);
  if (!root_crl || !pck_crl || !fmspc) return malformed("list or TCB document");
  const bool tdx = identity.find("\"TD_QE\"") != std::string::npos;
  // Of which authority the list is, the verifier finds out: it is offered under both names.
  std::vector<BundledItem> items;
  const auto add = [&](ItemName name, base::Bytes body, const std::string& chain) {
    items.push_back({{std::move(name), std::move(body), base::to_bytes(chain)}, {}});
  };
  for (const PckAuthority authority : {PckAuthority::Platform, PckAuthority::Processor}) {
    const IntelCollateralId id{tdx ? IntelTee::Tdx : IntelTee::Sgx, authority, *fmspc};
    add(intel_names(id).pck_crl, *pck_crl, crl_chain);
  }
  const IntelNames names =
      intel_names({tdx ? IntelTee::Tdx : IntelTee::Sgx, PckAuthority::Platform, *fmspc});
  add(names.root_crl, *root_crl, "");
  add(names.tcb, signed_answer("tcbInfo", tcb_info, TRY(text_of(document, "tcb_info_signature"))),
      TRY(text_of(document, "tcb_info_issuer_chain")));
  add(names.qe_identity,
      signed_answer("enclaveIdentity", identity, TRY(text_of(document, "qe_identity_signature"))),
      TRY(text_of(document, "qe_identity_issuer_chain")));
  return items;
}

}  // namespace

base::Result<std::vector<BundledItem>> parse_bundle(std::string_view text) {
  if (text.size() > kBundleSizeMax) {
    return base::Error(CollateralError::Oversized, "The collateral file is too large.");
  }
  const std::optional<json> document = parse_strictly(text, kBundleDepthMax);
  if (!document || !document->is_object()) return malformed("JSON");
  if (document->contains("tcb_info")) return read_foreign(*document);
  return read_items(*document);
}

std::string write_bundle(const std::vector<BundledItem>& items) {
  json list = json::array();
  for (const auto& [item, fetched] : items) {
    list.push_back({{"name", to_text(item.name)},
                    {"body", base::to_base64(item.body)},
                    {"issuer_chain", base::to_text(item.issuer_chain)},
                    {"fetched", base::to_unix_whole_seconds(fetched)}});
  }
  const json document{{"cocoon_collateral", 1}, {"items", std::move(list)}};
  return document.dump(1, ' ', false, json::error_handler_t::replace);
}

}  // namespace cocoon::attest::collateral
