#include <string>
#include <utility>

#include "linedb/file_map.h"
#include "tools/dbtool/ui/pages.h"
#include "tools/dbtool/ui/pictures.h"

namespace linedb::dbtool {

absl::StatusOr<PageJson> FilesPage(Session& session, const Parameters& parameters) {
  PageJson files = PageJson::array();
  const std::string& only = parameters.Text("table");
  const Statistics statistics = session.database().Stats();
  bool found = only.empty();
  for (const TableStatistics& table : statistics.tables) {
    if (!only.empty() && table.name != only) continue;
    found = true;
    const auto map = MapTableFile(session.database(), table.name);
    if (absl::IsNotFound(map.status())) continue;  // dropped just now
    if (!map.ok()) {
      files.push_back({{"table", table.name}, {"error", std::string(map.status().message())}});
      continue;
    }
    files.push_back({{"table", table.name},
                     {"file", "data/" + table.name + ".records"},
                     {"bytes", map->bytes},
                     {"live_bytes", map->bytes - map->superseded_bytes},
                     {"superseded_bytes", map->superseded_bytes},
                     {"superseded_lines", map->superseded_lines},
                     {"superseded_share", ShareText(map->superseded_bytes, map->bytes)},
                     {"tail_bytes", map->bytes - map->tail_begin},
                     {"index_file_bytes", table.index_file_bytes},
                     {"picture", PictureJson(DrawFileMap(*map))}});
  }
  if (!found) return session.database().OpenCore(only).status();  // says what it may have meant
  return PageJson{{"files", std::move(files)}};
}

}  // namespace linedb::dbtool
