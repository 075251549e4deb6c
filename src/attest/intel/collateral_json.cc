// Reading single fields of collateral.
#include "attest/intel/collateral_json.h"

#include <chrono>

#include "attest/intel/limits.h"

namespace cocoon::attest::intel {

using base::Error;
using base::Result;

Error malformed_collateral(std::string_view member) {
  return {Fault::CollateralMalformed,
          "Collateral is not as it should be at its '" + std::string(member) + "'."};
}

Result<const JsonValue*> take_member(const JsonValue& object, std::string_view name, Kind kind) {
  const JsonValue* value = object.member(name, kind);
  if (value == nullptr) return malformed_collateral(name);
  return value;
}

Result<std::uint64_t> take_number(const JsonValue& object, std::string_view name,
                                  std::uint64_t max) {
  const JsonValue* value = TRY(take_member(object, name, Kind::Number));
  if (value->number > max) return malformed_collateral(name);
  return value->number;
}

Result<base::WallTime> take_date(const JsonValue& object, std::string_view name) {
  const JsonValue* value = TRY(take_member(object, name, Kind::String));
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
  const std::string& text = value->text;
  if (text.size() != kForm.size()) return malformed_collateral(name);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) return malformed_collateral(name);
  }
  const auto number = [&text](std::size_t at, std::size_t digits) {
    int parsed = 0;
    for (std::size_t i = at; i < at + digits; ++i) parsed = parsed * 10 + (text[i] - '0');
    return parsed;
  };
  const std::chrono::year_month_day date{std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  const int hour = number(11, 2);
  const int minute = number(14, 2);
  const int second = number(17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return malformed_collateral(name);
  return base::WallTime(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
                        std::chrono::minutes(minute) + std::chrono::seconds(second));
}

Result<LevelVerdict> take_verdict(const JsonValue& level) {
  LevelVerdict verdict;
  verdict.date = TRY(take_date(level, "tcbDate"));
  const JsonValue* word = TRY(take_member(level, "tcbStatus", Kind::String));
  const std::optional<TcbStatus> status = tcb_status_from_name(word->text);
  if (!status) return malformed_collateral("tcbStatus");
  verdict.status = *status;
  if (!level.has_member("advisoryIDs")) return verdict;
  const JsonValue* advisories = TRY(take_member(level, "advisoryIDs", Kind::Array));
  if (advisories->items.size() > kAdvisoriesMax) return malformed_collateral("advisoryIDs");
  for (const JsonValue& advisory : advisories->items) {
    if (advisory.kind != Kind::String || advisory.text.size() > kAdvisoryNameMax) {
      return malformed_collateral("advisoryIDs");
    }
    verdict.advisories.push_back(advisory.text);
  }
  return verdict;
}

Result<std::vector<SvnLevel>> take_svn_levels(const JsonValue& object) {
  const JsonValue* list = TRY(take_member(object, "tcbLevels", Kind::Array));
  if (list->items.empty() || list->items.size() > kTcbLevelsMax) {
    return malformed_collateral("tcbLevels");
  }
  std::vector<SvnLevel> levels;
  for (const JsonValue& item : list->items) {
    SvnLevel level;
    const JsonValue* tcb = TRY(take_member(item, "tcb", Kind::Object));
    level.isv_svn = static_cast<std::uint16_t>(TRY(take_number(*tcb, "isvsvn", 0xffff)));
    level.verdict = TRY(take_verdict(item));
    const TcbStatus status = level.verdict.status;
    if (status != TcbStatus::UpToDate && status != TcbStatus::OutOfDate &&
        status != TcbStatus::Revoked) {
      return malformed_collateral("tcbStatus");
    }
    levels.push_back(std::move(level));
  }
  return levels;
}

}  // namespace cocoon::attest::intel
