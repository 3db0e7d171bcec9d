#include "linedb/log_files.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "engine/engine.h"
#include "wal/wal_archive.h"

namespace linedb {
namespace {

// "20260122_203117" -> "2026-01-22T20:31:17Z"
std::string TimeOf(std::string_view name_time) {
  constexpr std::size_t kNameTimeBytes = 15;
  if (name_time.size() != kNameTimeBytes) return std::string(name_time);
  const auto part = [&](std::size_t at, std::size_t count) {
    return std::string(name_time.substr(at, count));
  };
  return absl::StrCat(part(0, 4), "-", part(4, 2), "-", part(6, 2), "T", part(9, 2), ":",
                      part(11, 2), ":", part(13, 2), "Z");
}

}  // namespace

absl::StatusOr<std::vector<LogFile>> ListLogFiles(const Database& database) {
  const absl::StatusOr<std::vector<wal::Archive>> archives = database.engine().Archives();
  if (!archives.ok()) return archives.status();
  const Statistics statistics = database.Stats();
  const wal::DatabasePaths paths(database.directory());
  std::vector<LogFile> logs;
  for (const wal::Archive& archive : *archives) {
    const wal::ArchiveName& name = archive.name;
    // The current log may have been archived between the two looks.
    if (!name.original && name.first.value > statistics.checkpoint_lsn) continue;
    logs.push_back({.name = wal::ShortName(paths, archive.path),
                    .first_lsn = name.first.value,
                    .last_lsn = name.last.value,
                    .bytes = archive.bytes,
                    .time = TimeOf(name.time),
                    .compressed = name.compressed});
  }
  logs.push_back({.name = wal::ShortName(paths, paths.Log()),
                  .first_lsn = statistics.checkpoint_lsn + 1,
                  .last_lsn = statistics.last_lsn,
                  .bytes = statistics.log_bytes,
                  .time = statistics.checkpoint_time,
                  .current = true});
  return logs;
}

}  // namespace linedb
