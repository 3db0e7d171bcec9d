// Import, of a stream in one of the formats.

#include <memory>

#include "absl/strings/str_cat.h"
#include "engine/engine.h"
#include "engine/exchange/import_records.h"
#include "engine/exchange/record_source.h"
#include "linedb/exchange.h"

namespace linedb {

std::string ImportProblem::ToString() const {
  const std::string what = absl::StrCat(table_column, ": ", reason);
  return line == 0 ? what : absl::StrCat(file, ":", line, ":", column, ": ", what);
}

namespace engine {
namespace {

class TrialScope {
 public:
  // Null: nothing is tried out.
  explicit TrialScope(Engine* engine) : engine_(engine) {
    if (engine_ != nullptr) engine_->PermitTrials();
  }
  ~TrialScope() {
    if (engine_ != nullptr) engine_->EndTrials();
  }
  TrialScope(const TrialScope&) = delete;
  TrialScope& operator=(const TrialScope&) = delete;

 private:
  Engine* const engine_;
};

}  // namespace
}  // namespace engine

absl::StatusOr<ImportReport> Import(Database& database, std::string_view table, std::istream& input,
                                    const ImportOptions& options) {
  if (absl::Status valid = ValidateCsvOptions(options.csv); !valid.ok()) return valid;
  absl::StatusOr<engine::TableCore> core = database.OpenCore(table);
  if (!core.ok()) return core.status();
  engine::SourceOptions source_options{
      .format = options.format, .csv = options.csv, .overlong = options.rejects};
  if (options.csv.header == CsvHeader::kNone && options.csv.columns.empty()) {
    for (const ColumnSchema& column : core->schema().columns) {
      source_options.csv.columns.push_back(column.name);
    }
  }
  const std::unique_ptr<engine::RecordSource> source =
      engine::OpenRecordSource(input, source_options);
  const engine::TrialScope trial(options.dry_run ? &database.engine() : nullptr);
  return engine::ImportRecords(*core, input, *source, options);
}

}  // namespace linedb
