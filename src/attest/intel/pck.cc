// Reading the extension: a list of pairs, and within it two more such lists.
#include "attest/intel/pck.h"

#include <algorithm>
#include <span>

#include "attest/intel/limits.h"
#include "crypto/der.h"

namespace cocoon::attest::intel {
namespace {

using base::BytesView;
using base::Error;
using base::Result;
using crypto::DerElement;
using crypto::DerReader;
using crypto::DerTag;

// 1.2.840.113741.1.13.1; the fields are .1, .2 and so on beneath it.
constexpr std::uint8_t kArc[] = {0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01};
constexpr std::uint8_t kTcb = 2;
constexpr std::uint8_t kConfiguration = 7;
constexpr std::uint8_t kFieldsMax = 18;  // numbers within one list

Error invalid(std::string_view what) {
  return {Fault::PckExtensionInvalid,
          "The platform's certificate is not as it should be at its " + std::string(what) + "."};
}

// The fields of one list by their last number.
class Fields {
 public:
  static Result<Fields> read(BytesView list, BytesView arc);

  Result<DerElement> take(std::uint8_t number, DerTag tag, std::string_view what) const {
    const std::optional<DerElement>& field = fields_[number - 1];
    if (!field || field->tag != tag) return invalid(what);
    return *field;
  }
  bool has(std::uint8_t number) const { return fields_[number - 1].has_value(); }

 private:
  std::array<std::optional<DerElement>, kFieldsMax> fields_;
};

Result<Fields> Fields::read(BytesView list, BytesView arc) {
  Fields fields;
  for (DerReader pairs(list); !pairs.empty();) {
    const auto pair = pairs.read(DerTag::Sequence);
    if (!pair) return invalid("list of fields");
    DerReader reader(pair->content);
    const auto oid = reader.read(DerTag::ObjectIdentifier);
    const auto value = reader.read_any();
    if (!oid || !value || !reader.empty()) return invalid("list of fields");
    const bool beneath = oid->content.size() == arc.size() + 1 &&
                         std::ranges::equal(oid->content.first(arc.size()), arc);
    const std::uint8_t number = beneath ? oid->content.back() : 0;
    if (number < 1 || number > kFieldsMax || fields.has(number)) return invalid("list of fields");
    fields.fields_[number - 1] = *value;
  }
  return fields;
}

template <std::size_t N>
Result<std::array<std::uint8_t, N>> take_octets(const Fields& fields, std::uint8_t number,
                                                std::string_view what) {
  const DerElement element = TRY(fields.take(number, DerTag::OctetString, what));
  if (element.content.size() != N) return invalid(what);
  std::array<std::uint8_t, N> out;
  std::ranges::copy(element.content, out.begin());
  return out;
}

Result<std::uint16_t> take_number(const Fields& fields, std::uint8_t number, std::uint16_t max,
                                  std::string_view what) {
  const DerElement element = TRY(fields.take(number, DerTag::Integer, what));
  const auto value = der_small_number(element);
  if (!value || *value > max) return invalid(what);
  return static_cast<std::uint16_t>(*value);
}

Result<bool> take_flag(const Fields& fields, std::uint8_t number) {
  if (!fields.has(number)) return false;
  const DerElement element = TRY(fields.take(number, DerTag::Boolean, "configuration"));
  if (element.content.size() != 1 || (element.content[0] != 0 && element.content[0] != 0xff)) {
    return invalid("configuration");
  }
  return element.content[0] == 0xff;
}

// The list that stands in the field `number`.
Result<Fields> take_list(const Fields& fields, std::uint8_t number, std::string_view what) {
  const DerElement element = TRY(fields.take(number, DerTag::Sequence, what));
  base::Bytes arc(std::begin(kArc), std::end(kArc));
  arc.push_back(number);
  return Fields::read(element.content, arc);
}

Result<void> read_tcb(const Fields& tcb, PckExtension& extension) {
  for (std::uint8_t i = 0; i < 16; ++i) {
    const auto number = static_cast<std::uint8_t>(i + 1);
    extension.sgx_svns[i] =
        static_cast<std::uint8_t>(TRY(take_number(tcb, number, 0xff, "TCB components")));
  }
  extension.pce_svn = TRY(take_number(tcb, 17, 0xffff, "PCESVN"));
  extension.cpu_svn = TRY(take_octets<16>(tcb, 18, "CPUSVN"));
  return {};
}

}  // namespace

Result<PckExtension> parse_pck_extension(BytesView value) {
  if (value.size() > kPckExtensionSizeMax) return invalid("size");
  DerReader file(value);
  const auto outer = file.read(DerTag::Sequence);
  if (!outer || !file.empty()) return invalid("beginning");
  const Fields fields = TRY(Fields::read(outer->content, kArc));
  PckExtension extension;
  extension.ppid = TRY(take_octets<16>(fields, 1, "PPID"));
  const Fields tcb = TRY(take_list(fields, kTcb, "TCB"));
  TRY(read_tcb(tcb, extension));
  extension.pce_id = TRY(take_octets<2>(fields, 3, "PCEID"));
  extension.fmspc = TRY(take_octets<6>(fields, 4, "FMSPC"));
  const DerElement type = TRY(fields.take(5, DerTag::Enumerated, "SGX type"));
  const auto type_number = der_small_number(type);
  if (!type_number || *type_number > 2) return invalid("SGX type");
  extension.sgx_type = static_cast<SgxType>(*type_number);
  if (fields.has(6)) {
    extension.platform_instance_id = TRY(take_octets<16>(fields, 6, "platform instance"));
  }
  if (fields.has(kConfiguration)) {
    const Fields list = TRY(take_list(fields, kConfiguration, "configuration"));
    PckConfiguration& configuration = extension.configuration.emplace();
    configuration.dynamic_platform = TRY(take_flag(list, 1));
    configuration.cached_keys = TRY(take_flag(list, 2));
    configuration.smt_enabled = TRY(take_flag(list, 3));
  }
  return extension;
}

Result<PckExtension> pck_extension_of(const crypto::Certificate& certificate) {
  const auto value = certificate.extension(kArc);
  if (!value) return invalid("SGX extension, which is missing");
  return parse_pck_extension(*value);
}

}  // namespace cocoon::attest::intel
