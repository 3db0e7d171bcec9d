#include <algorithm>
#include <vector>

#include "linedb/file_map.h"
#include "tools/dbtool/ui/pages.h"
#include "tools/dbtool/ui/pictures.h"

namespace linedb::dbtool {

absl::StatusOr<PageJson> OverviewPage(Session& session, const Parameters&) {
  const Statistics statistics = session.database().Stats();
  PageJson tables = PageJson::array();
  std::uint64_t bytes_most = 0;
  for (const TableStatistics& table : statistics.tables) {
    bytes_most = std::max(bytes_most, table.file_bytes);
  }
  for (const TableStatistics& table : statistics.tables) {
    const auto map = MapTableFile(session.database(), table.name, {.stretches = 1});
    if (!map.ok() && !absl::IsDataLoss(map.status())) continue;  // dropped just now
    const FileMap sizes = map.ok() ? *map : FileMap{.table = table.name};
    tables.push_back({{"table", table.name},
                      {"records", table.records},
                      {"live_bytes", sizes.bytes - sizes.superseded_bytes},
                      {"superseded_bytes", sizes.superseded_bytes},
                      {"superseded_share", ShareText(sizes.superseded_bytes, sizes.bytes)},
                      {"index_bytes", table.index_bytes + table.index_file_bytes},
                      {"error", std::string(map.status().message())},
                      {"picture", PictureJson(DrawTableSize(sizes, bytes_most))}});
  }
  return PageJson{{"directory", statistics.directory},
                  {"database", statistics.database},
                  {"last_lsn", statistics.last_lsn},
                  {"log_bytes", statistics.log_bytes},
                  {"log_operations", statistics.log_lines},
                  {"checkpoint_lsn", statistics.checkpoint_lsn},
                  {"checkpoint_time", statistics.checkpoint_time},
                  {"archive_count", statistics.archive_count},
                  {"archive_bytes", statistics.archive_bytes},
                  {"notes", session.database().open_report().notes},
                  {"tables", std::move(tables)}};
}

}  // namespace linedb::dbtool
