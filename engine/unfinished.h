// The error of what happened, but was not finished.

#ifndef LINEDB_ENGINE_UNFINISHED_H_
#define LINEDB_ENGINE_UNFINISHED_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace linedb::engine {

// Behind the switch of logs: of a full disk, too, no longer an error that says "nothing happened".
inline absl::Status HappenedUnfinished(const absl::Status& cause, const std::string& table,
                                       const char* what) {
  return absl::InternalError(
      absl::StrCat(std::string(cause.message()), "; table ", table, " is ", what,
                   " all the same: opening again finishes it, and this handle writes no more"));
}

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_UNFINISHED_H_
