#include "engine/engine_repair.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/lock_note.h"
#include "engine/open.h"
#include "engine/repair/repair.h"
#include "engine/verify.h"

namespace linedb::engine {
namespace {

// Anything of a database: of one that lost its log and schemas, too.
bool IsThereAnything(wal::FileSystem& files, const wal::DatabasePaths& paths) {
  for (const std::string& directory :
       {paths.SchemaDirectory(), paths.DataDirectory(), paths.WalDirectory()}) {
    const absl::StatusOr<std::vector<std::string>> names = files.List(directory);
    if (names.ok() && !names->empty()) return true;
  }
  return false;
}

// A record may reference one that is lost: that is to be told, not to be undone.
absl::Status CheckRepaired(wal::FileSystem& files, const wal::DatabasePaths& target,
                           RepairReport* told) {
  absl::StatusOr<VerifyReport> verified = VerifyDatabase(files, target);
  if (!verified.ok()) return verified.status();
  told->broken_references = std::erase_if(
      verified->problems, [](const Problem& each) { return each.kind == "reference"; });
  const RepairReport& report = *told;
  if (verified->problems.empty() && verified->records == report.records) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(
      target.directory(), ": what was written does not verify: ",
      verified->problems.empty() ? absl::StrCat(verified->records, " records, not ", report.records)
                                 : verified->problems.front().message));
}

}  // namespace

absl::StatusOr<RepairReport> RepairDirectory(wal::FileSystem& files, const std::string& directory,
                                             const std::string& target,
                                             const RepairOptions& options) {
  const wal::DatabasePaths source(directory);
  if (!IsThereAnything(files, source)) {
    return absl::NotFoundError(directory + ": there is no linedb database");
  }
  const absl::StatusOr<std::string> note = wal::ReadFile(files, source.Lock());
  const bool is_lock_damaged = note.ok() && !note->empty() && !IsLockNote(*note);
  const bool closed = is_lock_damaged || WriterStateOf(files, source) == WriterState::kNone;
  const RepairPlaces places{files,
                            source,
                            wal::DatabasePaths(target),
                            closed ? LastWriter::kClosed : LastWriter::kCrashed,
                            is_lock_damaged,
                            MakeLockNote()};
  absl::StatusOr<RepairReport> report = RepairDatabase(places, options);
  if (!report.ok() || options.dry_run) return report;
  if (absl::Status good = CheckRepaired(files, places.target, &*report); !good.ok()) return good;
  return report;
}

}  // namespace linedb::engine
