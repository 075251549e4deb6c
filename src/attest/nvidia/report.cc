// One cursor, which never runs past the end; every length is compared with what is left.
#include "attest/nvidia/report.h"

#include <algorithm>

#include "attest/byte_fields.h"
#include "attest/nvidia/limits.h"
#include "base/check.h"

namespace cocoon::attest::nvidia {
namespace {

using base::BytesView;

constexpr std::uint8_t kSpdm11 = 0x11;
constexpr std::uint8_t kGetMeasurements = 0xE0;
constexpr std::uint8_t kMeasurements = 0x60;
constexpr std::uint8_t kWithSignature = 0x01;
constexpr std::uint8_t kAllMeasurements = 0xFF;
constexpr std::uint8_t kSpecificationDmtf = 1;
constexpr std::size_t kDigestSize = 48;
constexpr std::size_t kBlockSize = 3 + kDigestSize;  // value type, value size, value
constexpr std::uint8_t kOn = 0xAA;
constexpr std::uint8_t kOff = 0x55;
constexpr std::size_t kVbiosBytes = 8;
constexpr std::size_t kVbiosTextMax = 32;

base::Error truncated() {
  return {ReportError::Truncated, "The report ends too early for the lengths within it."};
}
base::Error malformed(std::string_view what) {
  return {ReportError::Malformed, "The report has " + std::string(what) + "."};
}

class Cursor {
 public:
  explicit Cursor(BytesView bytes) : rest_(bytes) {}
  bool empty() const { return rest_.empty(); }
  BytesView rest() const { return rest_; }
  std::optional<BytesView> take(std::size_t size) {
    if (size > rest_.size()) return std::nullopt;
    const BytesView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

 private:
  BytesView rest_;
};

base::Result<void> read_request(Cursor& cursor, Report& report) {
  const auto request = cursor.take(kRequestSize);
  if (!request) return truncated();
  const BytesView bytes = *request;
  if (bytes[0] != kSpdm11 || bytes[1] != kGetMeasurements) {
    return base::Error(ReportError::Unsupported,
                       "The report does not begin with GET_MEASUREMENTS of SPDM 1.1.");
  }
  if ((bytes[2] & kWithSignature) == 0 || bytes[3] != kAllMeasurements) {
    return malformed("a request for something else than all measurements, signed");
  }
  copy_from(bytes, 4, report.request_nonce);
  return {};
}

// index, specification, u16 size; then value type, u16 value size, value.
base::Result<void> read_block(Cursor& record, Report& report) {
  const auto header = record.take(4);
  if (!header) return truncated();
  const std::uint8_t index = (*header)[0];
  const auto size = little_endian<std::uint16_t>(*header, 2);
  const auto block = record.take(size);
  if (!block) return truncated();
  if ((*header)[1] != kSpecificationDmtf || size != kBlockSize ||
      little_endian<std::uint16_t>(*block, 1) != kDigestSize) {
    return malformed("a measurement of another form than DMTF with SHA-384");
  }
  base::Bits384 value{};
  copy_from(*block, 3, value);
  if (index == 0 || !report.measurements.emplace(index, value).second) {
    return malformed("a measurement number that is zero or comes twice");
  }
  return {};
}

base::Result<void> read_measurements(Cursor& cursor, Report& report) {
  const auto header = cursor.take(8);
  if (!header) return truncated();
  if ((*header)[0] != kSpdm11 || (*header)[1] != kMeasurements) {
    return base::Error(ReportError::Unsupported,
                       "The request is not followed by MEASUREMENTS of SPDM 1.1.");
  }
  const std::size_t count = (*header)[4];
  const std::size_t size =
      little_endian<std::uint16_t>(*header, 5) | static_cast<std::size_t>((*header)[7]) << 16;
  const auto bytes = cursor.take(size);
  if (!bytes) return truncated();
  Cursor record(*bytes);
  for (std::size_t i = 0; i < count; ++i) TRY(read_block(record, report));
  if (!record.empty()) return malformed("bytes behind its last measurement");
  return {};
}

base::Result<void> read_opaque(BytesView bytes, Report& report) {
  Cursor cursor(bytes);
  while (!cursor.empty()) {
    const auto header = cursor.take(4);
    if (!header) return malformed("half an opaque field");
    const auto value = cursor.take(little_endian<std::uint16_t>(*header, 2));
    if (!value) return malformed("an opaque field beyond the end of all of them");
    const auto type = little_endian<std::uint16_t>(*header, 0);
    if (report.opaque.size() == kOpaqueFieldsMax || !report.opaque.emplace(type, *value).second) {
      return malformed("too many opaque fields, or one twice");
    }
  }
  return {};
}

}  // namespace

std::string_view reason_name(ReportError error) {
  switch (error) {
    case ReportError::Truncated:
      return "device_report_truncated";
    case ReportError::Oversized:
      return "device_report_oversized";
    case ReportError::Malformed:
      return "device_report_malformed";
    case ReportError::Unsupported:
      return "device_report_unsupported";
  }
  CHECK(false);
}

std::string_view feature_mode_name(FeatureMode mode) {
  switch (mode) {
    case FeatureMode::Unstated:
      return "unstated";
    case FeatureMode::Single:
      return "single";
    case FeatureMode::MultiGpu:
      return "multi_gpu";
    case FeatureMode::ProtectedPcie:
      return "protected_pcie";
    case FeatureMode::Unknown:
      return "unknown";
  }
  CHECK(false);
}

base::Result<Report> parse_report(BytesView bytes) {
  if (bytes.size() > kReportSizeMax) {
    return base::Error(ReportError::Oversized, "The report is larger than any can be.");
  }
  Report report;
  Cursor cursor(bytes);
  TRY(read_request(cursor, report));
  TRY(read_measurements(cursor, report));
  const auto nonce_and_length = cursor.take(34);
  if (!nonce_and_length) return truncated();
  copy_from(*nonce_and_length, 0, report.response_nonce);
  const auto opaque = cursor.take(little_endian<std::uint16_t>(*nonce_and_length, 32));
  if (!opaque) return truncated();
  TRY(read_opaque(*opaque, report));
  if (cursor.rest().size() < kSignatureSize) return truncated();
  if (cursor.rest().size() > kSignatureSize) return malformed("bytes behind its signature");
  report.signed_part = bytes.first(bytes.size() - kSignatureSize);
  report.signature = cursor.rest();
  return report;
}

std::optional<BytesView> Report::field(OpaqueField name) const {
  const auto found = opaque.find(static_cast<std::uint16_t>(name));
  if (found == opaque.end()) return std::nullopt;
  return found->second;
}

std::string Report::text(OpaqueField name) const {
  const std::string_view value = base::as_text(field(name).value_or(BytesView()));
  std::string shown;
  for (const char letter : value.substr(0, value.find('\0'))) {
    shown += letter >= 0x20 && letter < 0x7f ? letter : '?';
  }
  return shown;
}

// Eight bytes of a GPU, of which the first four count backwards; text of a switch.
std::string Report::vbios_version() const {
  const auto value = field(OpaqueField::VbiosVersion);
  if (!value) return {};
  if (value->size() != kVbiosBytes) {
    return value->size() > kVbiosTextMax ? std::string() : text(OpaqueField::VbiosVersion);
  }
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string version;
  for (const std::size_t i : {3u, 2u, 1u, 0u, 4u}) {
    if (!version.empty()) version += '.';
    version += kDigits[(*value)[i] >> 4];
    version += kDigits[(*value)[i] & 15];
  }
  return version;
}

FeatureMode Report::feature_mode() const {
  if (const auto flag = field(OpaqueField::FeatureFlag)) {
    if (flag->size() != 2) return FeatureMode::Unknown;
    switch (little_endian<std::uint16_t>(*flag, 0)) {
      case 0:
        return FeatureMode::Single;
      case 1:
        return FeatureMode::MultiGpu;
      case 2:
        return FeatureMode::ProtectedPcie;
      default:
        return FeatureMode::Unknown;
    }
  }
  const auto protected_pcie = field(OpaqueField::ProtectedPcieStatus);
  const bool on = protected_pcie && protected_pcie->size() == 1 && (*protected_pcie)[0] == kOn;
  return on ? FeatureMode::ProtectedPcie : FeatureMode::Unstated;
}

bool Report::nvdec0_disabled() const {
  const auto status = field(OpaqueField::Nvdec0Status);
  return status && status->size() == 1 && (*status)[0] == kOff;
}

std::vector<SwitchId> Report::switches() const {
  const BytesView all = field(OpaqueField::SwitchPdis).value_or(BytesView());
  std::vector<SwitchId> ids;
  for (std::size_t at = 0; at + sizeof(SwitchId) <= all.size(); at += sizeof(SwitchId)) {
    SwitchId id{};
    copy_from(all, at, id);
    if (id != SwitchId{} && std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

}  // namespace cocoon::attest::nvidia
