#include "engine/storage/earlier_records.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "wal/file_steps.h"

namespace linedb::engine {

void KeepEarlierRecords(wal::FileSystem& files, const wal::DatabasePaths& paths,
                        std::string_view table) {
  const std::string before = paths.RecordsBefore(table);
  if (wal::RemoveIfThere(files, before).ok())
    files.Link(paths.Records(table), before).IgnoreError();
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
