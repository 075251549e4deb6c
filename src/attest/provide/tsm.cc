// Write, read, compare the generation; once more if somebody came between.
#include "attest/provide/tsm.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace cocoon::attest::provide {
namespace {

base::Error refused(const std::string& path, int code) {
  const ProvideError reason = code == ENOENT || code == ENOTDIR || code == EPERM || code == ENODEV
                                  ? ProvideError::InterfaceMissing
                                  : ProvideError::Refused;
  return {reason, path + ": " + std::strerror(code) +
                      ". This program has to run in a TEE (TDX or SEV-SNP guest), with a kernel "
                      "that has configfs-tsm mounted (Linux 6.7 or later)."};
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

class SystemFiles final : public TsmFiles {
 public:
  base::Result<void> make_directory(const std::string& path) override {
    if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return refused(path, errno);
  }
  void remove_directory(const std::string& path) override { rmdir(path.c_str()); }

  base::Result<base::Bytes> read(const std::string& path, std::size_t size_max) override {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.number() < 0) return refused(path, errno);
    base::Bytes bytes(size_max + 1);
    std::size_t size = 0;
    while (size < bytes.size()) {
      const ssize_t count = ::read(file.number(), bytes.data() + size, bytes.size() - size);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return refused(path, errno);
      if (count == 0) break;
      size += static_cast<std::size_t>(count);
    }
    if (size > size_max) {
      return base::Error(ProvideError::AnswerMalformed, path + " is larger than it can be.");
    }
    bytes.resize(size);
    return bytes;
  }

  // Binary attributes have to be written at once.
  base::Result<void> write(const std::string& path, base::BytesView bytes) override {
    const Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.number() < 0) return refused(path, errno);
    const ssize_t count = ::write(file.number(), bytes.data(), bytes.size());
    if (count == static_cast<ssize_t>(bytes.size())) return {};
    return refused(path, count < 0 ? errno : EIO);
  }
};

// A directory that is gone at the end of the scope.
class ReportDirectory {
 public:
  ReportDirectory(TsmFiles& files, std::string path) : files_(files), path_(std::move(path)) {}
  ~ReportDirectory() { files_.remove_directory(path_); }
  ReportDirectory(const ReportDirectory&) = delete;
  ReportDirectory& operator=(const ReportDirectory&) = delete;

  base::Result<base::Bytes> read(const char* attribute, std::size_t size_max) const {
    return files_.read(path_ + "/" + attribute, size_max);
  }
  base::Result<void> write(const char* attribute, base::BytesView bytes) const {
    return files_.write(path_ + "/" + attribute, bytes);
  }
  base::Result<std::string> text(const char* attribute) const {
    const base::Bytes bytes = TRY(read(attribute, 128));
    std::string text = base::to_text(bytes);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\0')) text.pop_back();
    return text;
  }
  base::Result<std::uint64_t> generation() const {
    const std::string digits = TRY(text("generation"));
    std::uint64_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value);
    if (digits.empty() || read.ec != std::errc() || read.ptr != end) {
      return base::Error(ProvideError::AnswerMalformed,
                         path_ + "/generation is not a number: \"" + digits + "\".");
    }
    return value;
  }

 private:
  TsmFiles& files_;
  std::string path_;
};

// Nothing if somebody else has written in between.
base::Result<std::optional<TsmReport>> ask_once(const ReportDirectory& directory,
                                                const base::Bits512& report_data) {
  const std::uint64_t before = TRY(directory.generation());
  TRY(directory.write("inblob", report_data));
  TsmReport report;
  report.report = TRY(directory.read("outblob", kTsmReportSizeMax));
  report.provider = TRY(directory.text("provider"));
  // Not every provider has certificates, and not every host gives them.
  if (auto certificates = directory.read("auxblob", kTsmCertificatesSizeMax)) {
    report.certificates = *std::move(certificates);
  }
  const std::uint64_t after = TRY(directory.generation());
  if (after != before + 1) return std::optional<TsmReport>();
  if (report.report.empty()) {
    return base::Error(ProvideError::AnswerMalformed, "The kernel answered with an empty report.");
  }
  return std::optional(std::move(report));
}

}  // namespace

std::unique_ptr<TsmFiles> system_files() { return std::make_unique<SystemFiles>(); }

base::Result<TsmReport> take_report(TsmFiles& files, const std::string& root,
                                    const std::string& name, const base::Bits512& report_data) {
  const std::string path = root + "/" + name;
  TRY(files.make_directory(path));
  const ReportDirectory directory(files, path);
  for (int attempt = 0; attempt < kTsmAttempts; ++attempt) {
    auto report = TRY(ask_once(directory, report_data));
    if (report) return *std::move(report);
  }
  return base::Error(ProvideError::Interrupted,
                     "Another process keeps writing to " + path + ": each needs its own name.");
}

}  // namespace cocoon::attest::provide
