// Reports of the machine's TEE through the kernel's configfs-tsm interface.
//
// Source: Linux Documentation/ABI/testing/configfs-tsm (6.7 and later). A directory made under
// /sys/kernel/config/tsm/report is one report: `inblob` takes 64 bytes of report data, `outblob`
// gives the report, `auxblob` certificates, `provider` names who made it, and `generation` counts
// the writes: if it has moved on between our write and our read, somebody else has written, and the
// report is not the answer to our question.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "attest/provide/error.h"
#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::attest::provide {

// The few file operations that are needed; the process's own, or those of a test.
class TsmFiles {
 public:
  virtual ~TsmFiles() = default;
  virtual base::Result<void> make_directory(const std::string& path) = 0;
  virtual void remove_directory(const std::string& path) = 0;
  virtual base::Result<base::Bytes> read(const std::string& path, std::size_t size_max) = 0;
  virtual base::Result<void> write(const std::string& path, base::BytesView bytes) = 0;
};
std::unique_ptr<TsmFiles> system_files();

inline constexpr std::string_view kTsmRoot = "/sys/kernel/config/tsm/report";
inline constexpr std::size_t kTsmReportSizeMax = 32 * 1024;
inline constexpr std::size_t kTsmCertificatesSizeMax = 64 * 1024;
// How often to ask again when somebody else writes in between.
inline constexpr int kTsmAttempts = 5;

struct TsmReport {
  std::string provider;      // "tdx_guest", "sev_guest"
  base::Bytes report;        // TDX: the quote; SEV-SNP: the report
  base::Bytes certificates;  // SEV-SNP: the host's certificate table, if it gave one
};

// InterfaceMissing, Refused, Interrupted, AnswerMalformed. `name` must be unique among the
// processes of this machine; the directory is gone afterwards.
base::Result<TsmReport> take_report(TsmFiles& files, const std::string& root,
                                    const std::string& name, const base::Bits512& report_data);

}  // namespace cocoon::attest::provide
