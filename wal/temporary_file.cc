#include "wal/temporary_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "wal/posix_error.h"
#include "wal/posix_file.h"

namespace linedb::wal {
namespace {

constexpr mode_t kOwnerOnly = 0600;  // whatever the umask

std::string TemporaryDirectory() {
  const char* named = std::getenv("TMPDIR");
  return named == nullptr || *named == '\0' ? "/tmp" : named;
}

// For file systems that make no file without a name. Where O_TMPFILE is not known it asks for a
// directory to write to.
bool NeedsName(int error) { return error == EOPNOTSUPP || error == EISDIR || error == EINVAL; }

}  // namespace

absl::StatusOr<std::unique_ptr<File>> NewTemporaryFile() {
  const std::string directory = TemporaryDirectory();
  Descriptor unnamed(RetryInterrupted([&] {
    return ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, kOwnerOnly);
  }));
  std::string path = directory + "/linedb-XXXXXX";
  if (unnamed.valid()) return NewPosixFile(std::move(unnamed), directory + "/(temporary)");
  if (!NeedsName(errno)) return PosixError("make a temporary file in", directory, errno);
  Descriptor named(RetryInterrupted([&] { return ::mkostemp(path.data(), O_APPEND | O_CLOEXEC); }));
  if (!named.valid()) return PosixError("make a temporary file in", directory, errno);
  if (::unlink(path.c_str()) != 0) return PosixError("remove", path, errno);
  return NewPosixFile(std::move(named), path);
}

}  // namespace linedb::wal
