// Reading the identity of a quoting enclave.
#include "attest/intel/collateral_json.h"
#include "attest/intel/tcb_info.h"

namespace cocoon::attest::intel {
namespace {

using base::Result;

Result<IntelTee> read_enclave(const JsonValue& object) {
  const JsonValue* id = TRY(take_member(object, "id", Kind::String));
  if (id->text == "QE") return IntelTee::Sgx;
  if (id->text == "TD_QE") return IntelTee::Tdx;
  return malformed_collateral("id");
}

// JSON has the number, most significant digit first; reports have it little-endian.
Result<std::array<std::uint8_t, 4>> take_misc_select(const JsonValue& object,
                                                     std::string_view name) {
  std::array<std::uint8_t, 4> bytes = TRY(take_hex<4>(object, name));
  std::ranges::reverse(bytes);
  return bytes;
}

}  // namespace

Result<QeIdentity> parse_qe_identity(base::BytesView json) {
  const std::optional<JsonValue> object = parse_json(json);
  if (!object) return malformed_collateral("enclave identity");
  QeIdentity identity;
  const std::uint64_t version = TRY(take_number(*object, "version", 0xffff));
  if (version != 2) return malformed_collateral("version");
  identity.tee = TRY(read_enclave(*object));
  identity.issued = TRY(take_date(*object, "issueDate"));
  identity.next_update = TRY(take_date(*object, "nextUpdate"));
  identity.evaluation_number = TRY(take_number(*object, "tcbEvaluationDataNumber", 0xffff'ffff));
  identity.misc_select = TRY(take_misc_select(*object, "miscselect"));
  identity.misc_select_mask = TRY(take_misc_select(*object, "miscselectMask"));
  identity.attributes = TRY(take_hex<16>(*object, "attributes"));
  identity.attributes_mask = TRY(take_hex<16>(*object, "attributesMask"));
  identity.mr_signer = TRY(take_hex<32>(*object, "mrsigner"));
  identity.isv_prod_id = static_cast<std::uint16_t>(TRY(take_number(*object, "isvprodid", 0xffff)));
  identity.levels = TRY(take_svn_levels(*object));
  return identity;
}

}  // namespace cocoon::attest::intel
