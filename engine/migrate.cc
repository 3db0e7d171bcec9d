#include "linedb/migrate.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/alteration.h"
#include "engine/engine.h"
#include "wal/file_names.h"

namespace linedb {

std::string MigrateViolation::ToText() const {
  return absl::StrCat(wal::ShortRecordsName(table), " line ", line, ": ", table,
                      column.empty() ? "" : ".", column, ": ", reason,
                      key.empty() ? "" : absl::StrCat(" (record ", key, ")"));
}

absl::StatusOr<MigrateReport> Migrate(Database& database, const TableSchema& wanted,
                                      const MigrateOptions& options) {
  return database.engine().Alter({.wanted = wanted, .options = options});
}

namespace engine {

absl::StatusOr<MigrateReport> MigrateByFunctions(Database& database, const TableSchema& wanted,
                                                 std::span<const MigrationFunction> functions,
                                                 const MigrateOptions& options) {
  absl::StatusOr<TableSchema> stored = database.Schema(wanted.table_name);
  if (!stored.ok()) return stored.status();
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(*stored);
  if (!layout.ok()) return layout.status();
  AlterationRequest request{.wanted = wanted, .options = options};
  if (absl::Status chained = ChainFunctions(*layout, functions, &request); !chained.ok()) {
    return chained;
  }
  if (request.change) request.expected = *std::move(stored);
  return database.engine().Alter(request);
}

}  // namespace engine
}  // namespace linedb
