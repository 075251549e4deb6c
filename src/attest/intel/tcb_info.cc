// Reading TCB info (tidy: banned-names: Intel's word).
#include "attest/intel/tcb_info.h"

#include "attest/intel/collateral_json.h"
#include "attest/intel/limits.h"

namespace cocoon::attest::intel {
namespace {

using base::Result;

Result<TdxModule> read_module(const JsonValue& object) {
  TdxModule module;
  module.mr_signer = TRY(take_hex<48>(object, "mrsigner"));
  module.attributes = TRY(take_hex<8>(object, "attributes"));
  module.attributes_mask = TRY(take_hex<8>(object, "attributesMask"));
  return module;
}

// "TDX_" and two hexadecimal digits of either case.
Result<std::uint8_t> read_module_version(const JsonValue& object) {
  constexpr std::string_view kPrefix = "TDX_";
  const JsonValue* id = TRY(take_member(object, "id", Kind::String));
  const std::string& text = id->text;
  if (text.size() != kPrefix.size() + 2 || !text.starts_with(kPrefix)) {
    return malformed_collateral("id");
  }
  const auto version = base::from_hex(std::string_view(text).substr(kPrefix.size()));
  if (!version) return malformed_collateral("id");
  return version->front();
}

Result<std::vector<TdxModuleIdentity>> read_module_identities(const JsonValue& object) {
  std::vector<TdxModuleIdentity> identities;
  if (!object.has_member("tdxModuleIdentities")) return identities;
  const JsonValue* list = TRY(take_member(object, "tdxModuleIdentities", Kind::Array));
  if (list->items.size() > kTcbLevelsMax) return malformed_collateral("tdxModuleIdentities");
  for (const JsonValue& item : list->items) {
    TdxModuleIdentity identity;
    identity.version = TRY(read_module_version(item));
    identity.module = TRY(read_module(item));
    identity.levels = TRY(take_svn_levels(item));
    const auto same = [&](const TdxModuleIdentity& other) {
      return other.version == identity.version;
    };
    if (std::ranges::any_of(identities, same)) return malformed_collateral("tdxModuleIdentities");
    identities.push_back(std::move(identity));
  }
  return identities;
}

Result<Svns> read_components(const JsonValue& tcb, std::string_view name) {
  const JsonValue* list = TRY(take_member(tcb, name, Kind::Array));
  Svns svns{};
  if (list->items.size() != svns.size()) return malformed_collateral(name);
  for (std::size_t i = 0; i < svns.size(); ++i) {
    svns[i] = static_cast<std::uint8_t>(TRY(take_number(list->items[i], "svn", 0xff)));
  }
  return svns;
}

Result<PlatformLevel> read_level(const JsonValue& item, IntelTee tee) {
  PlatformLevel level;
  const JsonValue* tcb = TRY(take_member(item, "tcb", Kind::Object));
  level.sgx = TRY(read_components(*tcb, "sgxtcbcomponents"));
  level.pce_svn = static_cast<std::uint16_t>(TRY(take_number(*tcb, "pcesvn", 0xffff)));
  if (tee == IntelTee::Tdx) level.tdx = TRY(read_components(*tcb, "tdxtcbcomponents"));
  level.verdict = TRY(take_verdict(item));
  return level;
}

Result<IntelTee> read_tee(const JsonValue& object) {
  const JsonValue* id = TRY(take_member(object, "id", Kind::String));
  if (id->text == "SGX") return IntelTee::Sgx;
  if (id->text == "TDX") return IntelTee::Tdx;
  return malformed_collateral("id");
}

}  // namespace

Result<TcbInfo> parse_tcb_info(base::BytesView json) {
  const std::optional<JsonValue> object = parse_json(json);
  if (!object) return malformed_collateral("TCB info");
  TcbInfo info;
  const std::uint64_t version = TRY(take_number(*object, "version", 0xffff));
  if (version != 3) return malformed_collateral("version");
  info.tee = TRY(read_tee(*object));
  info.issued = TRY(take_date(*object, "issueDate"));
  info.next_update = TRY(take_date(*object, "nextUpdate"));
  info.fmspc = TRY(take_hex<6>(*object, "fmspc"));
  info.pce_id = TRY(take_hex<2>(*object, "pceId"));
  // The only way of comparing that is defined so far.
  TRY(take_number(*object, "tcbType", 0));
  info.evaluation_number = TRY(take_number(*object, "tcbEvaluationDataNumber", 0xffff'ffff));
  if (info.tee == IntelTee::Tdx) {
    const JsonValue* module = TRY(take_member(*object, "tdxModule", Kind::Object));
    info.tdx_module = TRY(read_module(*module));
    info.module_identities = TRY(read_module_identities(*object));
  }
  const JsonValue* levels = TRY(take_member(*object, "tcbLevels", Kind::Array));
  if (levels->items.empty() || levels->items.size() > kTcbLevelsMax) {
    return malformed_collateral("tcbLevels");
  }
  for (const JsonValue& item : levels->items) {
    info.levels.push_back(TRY(read_level(item, info.tee)));
  }
  return info;
}

}  // namespace cocoon::attest::intel
