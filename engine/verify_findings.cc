#include "engine/verify_findings.h"

#include <utility>

namespace linedb::engine {

void VerifyFindings::Add(const std::string& path, std::uint64_t line, std::uint64_t byte,
                         std::string kind, std::string message, std::string key) {
  problems_.push_back({wal::ShortName(paths_, path), line, byte, std::move(kind), std::move(key),
                       std::move(message)});
}

void VerifyFindings::AddUnreadable(const std::string& path, std::string kind,
                                   const absl::Status& status) {
  if (absl::IsPermissionDenied(status) || absl::IsResourceExhausted(status)) {
    unreadable_.Update(status);
  } else {
    Add(path, 1, 0, std::move(kind), std::string(status.message()));
  }
}

}  // namespace linedb::engine
