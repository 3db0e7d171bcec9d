#include "engine/storage/earlier_records.h"

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "wal/file_steps.h"

namespace linedb::engine {

absl::Status KeepEarlierRecords(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                const std::string& table) {
  const std::string before = paths.RecordsBefore(table);
  if (absl::Status removed = wal::RemoveIfThere(files, before); !removed.ok()) return removed;
  absl::Status linked = files.Link(paths.Records(table), before);
  return absl::IsNotFound(linked) ? absl::OkStatus() : linked;
}

void RemoveEarlierRecords(wal::FileSystem& files, const wal::DatabasePaths& paths,
                          std::string_view kept) {
  const absl::StatusOr<std::vector<std::string>> names = files.List(paths.DataDirectory());
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    const std::optional<std::string> table = wal::TableOfRecordsBefore(name);
    if (!table.has_value() || *table == kept) continue;
    files.Remove(paths.RecordsBefore(*table)).IgnoreError();
  }
}

}  // namespace linedb::engine
