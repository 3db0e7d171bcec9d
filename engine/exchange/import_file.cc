// Import, of a stream in one of the formats.

#include <memory>

#include "absl/strings/str_cat.h"
#include "engine/exchange/import_records.h"
#include "engine/exchange/record_source.h"
#include "linedb/exchange.h"

namespace linedb {

std::string ImportProblem::ToString() const {
  return absl::StrCat(file, ":", line, ":", column, ": ", table_column, ": ", reason);
}

absl::StatusOr<ImportReport> Import(Database& database, std::string_view table, std::istream& input,
                                    const ImportOptions& options) {
  absl::StatusOr<engine::TableCore> core = database.OpenCore(table);
  if (!core.ok()) return core.status();
  std::unique_ptr<engine::RecordSource> source =
      engine::OpenRecordSource(input, options.format, options.rejects);
  return engine::ImportRecords(*core, input, *source, options);
}

}  // namespace linedb
