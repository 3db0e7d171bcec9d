// What a verification has found so far.

#ifndef LINEDB_ENGINE_VERIFY_FINDINGS_H_
#define LINEDB_ENGINE_VERIFY_FINDINGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "linedb/statistics.h"
#include "wal/file_names.h"

namespace linedb::engine {

// One thread; what it is given outlives it.
class VerifyFindings {
 public:
  VerifyFindings(const wal::DatabasePaths& paths, std::vector<Problem>* problems)
      : paths_(paths), problems_(*problems) {}

  // `path` is a file of the database; line 0 is the file as a whole.
  void Add(const std::string& path, std::uint64_t line, std::uint64_t byte, std::string kind,
           std::string message, std::string key = "");
  // Of a file that cannot be read: that is a finding, as that it is missing; but who may not read
  // it, or has no means to, can find nothing.
  void AddUnreadable(const std::string& path, std::string kind, const absl::Status& status);

  // Why a file cannot be read, whose findings nobody knows.
  const absl::Status& unreadable() const { return unreadable_; }

 private:
  const wal::DatabasePaths& paths_;
  std::vector<Problem>& problems_;
  absl::Status unreadable_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_VERIFY_FINDINGS_H_
