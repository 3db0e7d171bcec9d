#include "wal/posix_error.h"

#include <cassert>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace linedb::wal {
namespace {

absl::StatusCode CodeOf(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::StatusCode::kNotFound;
    case EEXIST:
    case ENOTEMPTY:
      return absl::StatusCode::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return absl::StatusCode::kResourceExhausted;
    case EISDIR:
    case ENXIO:  // a socket in a file's place
      return absl::StatusCode::kFailedPrecondition;
    case EWOULDBLOCK:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInternal;
  }
}

}  // namespace

absl::Status PosixError(const char* operation, const std::string& path, int error) {
  assert(error != 0);
  return absl::Status(CodeOf(error), absl::StrCat(operation, " ", path, ": ",
                                                  std::generic_category().message(error)));
}

}  // namespace linedb::wal
