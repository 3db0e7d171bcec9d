#include "tests/crash/path_kind.h"

#include "absl/strings/match.h"
#include "tests/crash/step.h"
#include "wal/file_names.h"

namespace linedb::testing {

std::string KindOfPath(const std::string& path) {
  const wal::DatabasePaths paths(kDatabase);
  if (path == paths.directory()) return "base";
  if (path == paths.SchemaDirectory()) return "schema";
  if (path == paths.DataDirectory()) return "data";
  if (path == paths.WalDirectory()) return "wal";
  if (path == paths.Lock()) return "LOCK";
  if (path == paths.Log()) return "log";
  if (path == paths.Log() + ".tmp") return "log tmp";
  if (absl::StrContains(path, ".surplus")) return "surplus";
  if (absl::EndsWith(path, ".records.before")) return "before";
  if (absl::EndsWith(path, ".records")) return "records";
  if (absl::EndsWith(path, ".compacted")) return "compacted";
  if (absl::EndsWith(path, ".compacted.tmp")) return "compacted tmp";
  if (absl::EndsWith(path, ".schema.json.next")) return "next schema";
  if (absl::EndsWith(path, ".schema.json.next.tmp")) return "next schema tmp";
  if (absl::EndsWith(path, ".schema.json")) return "schema file";
  if (absl::EndsWith(path, ".schema.json.tmp")) return "schema tmp";
  if (absl::EndsWith(path, ".log")) return "archive";
  if (absl::EndsWith(path, ".log.tmp")) return "archive tmp";
  if (absl::EndsWith(path, ".zst")) return "compressed";
  if (absl::EndsWith(path, ".zst.tmp")) return "compressed tmp";
  return "above";
}

}  // namespace linedb::testing
