#include "io/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "io/limits.h"

namespace cocoon::io {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  bool open() const { return value_ >= 0; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

base::Error file_error(int code, const std::string& doing) {
  IoFault fault = IoFault::FileFailed;
  if (code == ENOENT) fault = IoFault::FileNotFound;
  if (code == EACCES || code == EPERM) fault = IoFault::PermissionDenied;
  return base::Error(fault, doing + ": " + std::strerror(code));
}

std::string directory_of(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

base::Result<void> sync_directory(const std::string& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open() || ::fsync(directory.get()) != 0)
    return file_error(errno, "syncing " + path);
  return {};
}

base::Result<void> write_all(int descriptor, base::BytesView content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t count = ::write(descriptor, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error(errno, "writing " + path);
    content = content.subspan(static_cast<std::size_t>(count));
  }
  if (::fsync(descriptor) != 0) return file_error(errno, "syncing " + path);
  return {};
}

}  // namespace

base::Result<base::Bytes> read_file(const std::string& path, std::size_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) return file_error(errno, "reading " + path);
  base::Bytes content;
  std::size_t used = 0;
  for (;;) {
    // Room for one byte beyond the limit tells a file of exactly that size from a larger one.
    if (used == content.size())
      content.resize(std::min(max_bytes + 1, content.size() + 64 * kKibibyte));
    const ssize_t count = ::read(file.get(), content.data() + used, content.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error(errno, "reading " + path);
    if (count == 0) break;
    used += static_cast<std::size_t>(count);
    if (used > max_bytes) {
      return base::Error(IoFault::FileTooLarge,
                         path + " has more than " + std::to_string(max_bytes) + " bytes");
    }
  }
  content.resize(used);
  return content;
}

base::Result<void> write_file(const std::string& path, base::BytesView content) {
  std::string temporary = path + ".XXXXXX";
  // mkostemp makes the file with mode 0600.
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.open()) return file_error(errno, "writing " + path);
  base::Result<void> written = write_all(file.get(), content, path);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) {
    written = file_error(errno, "writing " + path);
  }
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  return sync_directory(directory_of(path));
}

base::Result<void> make_directory(const std::string& path) {
  if (path.empty()) return base::Error(IoFault::FileFailed, "a directory without a name");
  std::size_t end = 0;
  while (end != std::string::npos) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST)
      return file_error(errno, "making " + part);
  }
  std::error_code code;
  if (!std::filesystem::is_directory(path, code)) {
    return base::Error(IoFault::FileFailed, path + " is not a directory");
  }
  return {};
}

base::Result<LockFile> LockFile::acquire(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.open()) return file_error(errno, "locking " + path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return file_error(errno, "locking " + path);
    return base::Error(IoFault::FileLocked, path + " is held by another process");
  }
  return LockFile(file.release());
}

LockFile::LockFile(LockFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

LockFile::~LockFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace cocoon::io
