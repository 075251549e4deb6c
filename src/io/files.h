// Files: bounded reads, writes that are whole or absent, and the lock that keeps a data directory
// to one process.
#pragma once

#include <cstddef>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "io/io_fault.h"

namespace cocoon::io {

// FileNotFound, FileTooLarge (more than `max_bytes`), PermissionDenied, FileFailed.
base::Result<base::Bytes> read_file(const std::string& path, std::size_t max_bytes);

// Replaces `path` at once: after a crash at any instant it holds the old or the new content. Mode
// 0600, synced to disk together with its directory.
base::Result<void> write_file(const std::string& path, base::BytesView content);

// Makes the directory and its parents where missing; new ones get mode 0700.
base::Result<void> make_directory(const std::string& path);

// Held as long as the object lives; the kernel releases it if the process dies. FileLocked if
// another holds it.
class LockFile {
 public:
  static base::Result<LockFile> acquire(const std::string& path);
  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  ~LockFile();

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace cocoon::io
