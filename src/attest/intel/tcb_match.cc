// Comparing versions component by component with the levels, in the order that Intel gives them.
#include "attest/intel/tcb_match.h"

#include <algorithm>
#include <span>

#include "base/check.h"

namespace cocoon::attest::intel {
namespace {

using base::Error;
using base::Result;

Error not_supported(std::string_view what) {
  return {Fault::TcbNotSupported,
          "Intel's collateral knows no level for " + std::string(what) + "."};
}

Error module_mismatch(std::string_view what) {
  return {Fault::TdxModuleMismatch, "The TDX module is not Intel's: " + std::string(what) + "."};
}

const TdxModuleIdentity* find_module(const TcbInfo& info, std::uint8_t version) {
  const auto found =
      std::ranges::find(info.module_identities, version, &TdxModuleIdentity::version);
  return found == info.module_identities.end() ? nullptr : &*found;
}

const LevelVerdict* find_level(std::span<const SvnLevel> levels, std::uint16_t svn) {
  for (const SvnLevel& level : levels) {
    if (svn >= level.isv_svn) return &level.verdict;
  }
  return nullptr;
}

// From `first` on, each of `svns` is at least that of the level.
bool reaches(const Svns& svns, const Svns& level, std::size_t first) {
  for (std::size_t i = first; i < svns.size(); ++i) {
    if (svns[i] < level[i]) return false;
  }
  return true;
}

// `tee_tcb_svn` is null for enclaves.
const LevelVerdict* find_level(const TcbInfo& info, const PckExtension& pck,
                               const Svns* tee_tcb_svn) {
  // A module that has a major version is judged by its own identity, not by components 0 and 1.
  const std::size_t first = tee_tcb_svn != nullptr && (*tee_tcb_svn)[1] > 0 ? 2 : 0;
  for (const PlatformLevel& level : info.levels) {
    const bool reached = reaches(pck.sgx_svns, level.sgx, 0) && pck.pce_svn >= level.pce_svn &&
                         (tee_tcb_svn == nullptr || reaches(*tee_tcb_svn, level.tdx, first));
    if (reached) return &level.verdict;
  }
  return nullptr;
}

struct Joined {
  TcbStatus status;
  TcbStatus platform;
  std::optional<TcbStatus> module;
  std::vector<const LevelVerdict*> verdicts;
};

Result<Joined> join(const TcbInfo& info, const LevelVerdict& qe, const PckExtension& pck,
                    const Svns* tee_tcb_svn) {
  const LevelVerdict* platform = find_level(info, pck, tee_tcb_svn);
  if (platform == nullptr) return not_supported("this platform's versions");
  Joined joined{platform->status, platform->status, std::nullopt, {platform, &qe}};
  if (tee_tcb_svn != nullptr && (*tee_tcb_svn)[1] > 0) {
    const TdxModuleIdentity* identity = find_module(info, (*tee_tcb_svn)[1]);
    if (identity == nullptr) return not_supported("this version of the TDX module");
    const LevelVerdict* module = find_level(identity->levels, (*tee_tcb_svn)[0]);
    if (module == nullptr) return not_supported("the TDX module's security version");
    joined.module = module->status;
    joined.status = converge(joined.status, module->status);
    joined.verdicts.push_back(module);
  }
  joined.status = converge(joined.status, qe.status);
  return joined;
}

TcbEvaluation evaluation_of(const TcbInfo& info, const LevelVerdict& qe, const Joined& joined) {
  TcbEvaluation evaluation;
  evaluation.status = joined.status;
  evaluation.at_launch = joined.status;
  evaluation.platform = joined.platform;
  evaluation.module = joined.module;
  evaluation.qe = qe.status;
  evaluation.evaluation_number = info.evaluation_number;
  evaluation.date = base::WallTime::max();
  std::vector<std::string>& advisories = evaluation.advisories;
  for (const LevelVerdict* verdict : joined.verdicts) {
    evaluation.date = std::min(evaluation.date, verdict->date);
    advisories.insert(advisories.end(), verdict->advisories.begin(), verdict->advisories.end());
  }
  std::ranges::sort(advisories);
  const auto repeated = std::ranges::unique(advisories);
  advisories.erase(repeated.begin(), repeated.end());
  return evaluation;
}

template <std::size_t N>
bool equal_under_mask(const std::array<std::uint8_t, N>& value,
                      const std::array<std::uint8_t, N>& mask,
                      const std::array<std::uint8_t, N>& wanted) {
  for (std::size_t i = 0; i < N; ++i) {
    if ((value[i] & mask[i]) != wanted[i]) return false;
  }
  return true;
}

}  // namespace

Result<void> check_qe(const QeIdentity& identity, const EnclaveReport& report) {
  const auto mismatch = [](std::string_view what) {
    return Error(Fault::QeIdentityMismatch,
                 "The quoting enclave is not Intel's: it has another " + std::string(what) + ".");
  };
  if (!equal_under_mask(report.misc_select, identity.misc_select_mask, identity.misc_select)) {
    return mismatch("MISCSELECT");
  }
  if (!equal_under_mask(report.attributes, identity.attributes_mask, identity.attributes)) {
    return mismatch("ATTRIBUTES");
  }
  if (report.mr_signer != identity.mr_signer) return mismatch("MRSIGNER");
  if (report.isv_prod_id != identity.isv_prod_id) return mismatch("ISVPRODID");
  return {};
}

Result<LevelVerdict> qe_level(const QeIdentity& identity, const EnclaveReport& report) {
  const LevelVerdict* level = find_level(identity.levels, report.isv_svn);
  if (level == nullptr) return not_supported("the quoting enclave's security version");
  return *level;
}

Result<void> check_tdx_module(const TcbInfo& info, const TdReport& report) {
  CHECK(info.tdx_module.has_value());
  const TdxModule* module = &*info.tdx_module;
  if (const std::uint8_t version = report.tee_tcb_svn[1]; version > 0) {
    const TdxModuleIdentity* identity = find_module(info, version);
    if (identity == nullptr) return not_supported("this version of the TDX module");
    module = &identity->module;
  }
  if (report.mr_signer_seam != module->mr_signer) return module_mismatch("it has another signer");
  constexpr std::array<std::uint8_t, 8> kNone{};
  if (report.seam_attributes != kNone ||
      !equal_under_mask(report.seam_attributes, module->attributes_mask, module->attributes)) {
    return module_mismatch("it runs with other attributes");
  }
  return {};
}

Result<TcbEvaluation> evaluate_td(const TcbInfo& info, const LevelVerdict& qe,
                                  const PckExtension& pck, const TdReport& report) {
  const Joined at_launch = TRY(join(info, qe, pck, &report.tee_tcb_svn));
  TcbEvaluation evaluation = evaluation_of(info, qe, at_launch);
  if (report.newer) {
    const Result<Joined> now = join(info, qe, pck, &report.newer->tee_tcb_svn_2);
    evaluation.current = now ? now->status : TcbStatus::Revoked;
    evaluation.status = relaunch_status(evaluation.at_launch, *evaluation.current);
  }
  return evaluation;
}

Result<TcbEvaluation> evaluate_enclave(const TcbInfo& info, const LevelVerdict& qe,
                                       const PckExtension& pck) {
  const Joined joined = TRY(join(info, qe, pck, nullptr));
  return evaluation_of(info, qe, joined);
}

}  // namespace cocoon::attest::intel
