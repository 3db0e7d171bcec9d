// The one place where an errno becomes a status.

#ifndef LINEDB_WAL_POSIX_ERROR_H_
#define LINEDB_WAL_POSIX_ERROR_H_

#include <cerrno>
#include <string>

#include "absl/status/status.h"

namespace linedb::wal {

// `write data/student.records: No space left on device`
absl::Status PosixError(const char* operation, const std::string& path, int error);

// Repeats a system call as long as a signal interrupts it.
template <typename Call>
auto RetryInterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace linedb::wal

#endif  // LINEDB_WAL_POSIX_ERROR_H_
