#include "tools/dbtool/import_job.h"

#include <memory>
#include <utility>

#include "tools/dbtool/errors.h"
#include "tools/dbtool/export_file.h"
#include "tools/dbtool/import_run.h"
#include "tools/dbtool/process.h"

namespace linedb::dbtool {
namespace {

// Why the rejects must not go there; empty if they may.
std::string WrongPlaceForRejects(const ImportJob& job, const InputFile& input) {
  if (job.rejects.empty() || job.rejects == "-") return "";
  for (const std::string& name : {job.rejects, job.rejects + ".reasons"}) {
    if (IsInside(name, job.directory)) return name + " is inside the database " + job.directory;
    if (input.IsSameFile(name)) return name + " is the file that is imported";
  }
  return "";
}

// Flags that go with another one which is not there.
int CheckFlags(Context& context, const ImportJob& job) {
  if (!job.create && (!job.primary_key.empty() || !job.unique_keys.empty())) {
    return FailUsage(context, "--primary-key and --unique go with --create",
                     "a table that exists keeps its keys");
  }
  if (!job.create && !job.add_columns && !job.types.empty()) {
    return FailUsage(context, "--type goes with --create or --add-columns",
                     "a column that exists keeps its type; `dbtool alter` changes it");
  }
  return kExitOk;
}

// "zip_code=str", the column as it was typed.
absl::StatusOr<std::vector<ColumnType>> TypesOf(const ImportJob& job) {
  std::vector<ColumnType> types;
  for (const std::string& word : job.types) {
    const std::size_t equals = word.rfind('=');
    const std::string name = equals == word.npos ? "" : word.substr(equals + 1);
    const std::optional<Type> type = ParseTypeName(name);
    if (equals == 0 || !type.has_value()) {
      return absl::InvalidArgumentError(
          "--type: expected COLUMN=TYPE with int, float, bool, str, bytes, timestamp, date or "
          "json, found " +
          word);
    }
    types.push_back({word.substr(0, equals), *type});
  }
  return types;
}

}  // namespace

int ImportJob::Run(Context& context) const {
  if (const int wrong = CheckFlags(context, *this); wrong != kExitOk) return wrong;
  absl::StatusOr<std::vector<ColumnType>> column_types = TypesOf(*this);
  if (!column_types.ok()) return FailUsage(context, std::string(column_types.status().message()));
  absl::StatusOr<CsvOptions> csv_options = CsvOptionsOf(csv, file);
  if (!csv_options.ok()) return FailUsage(context, std::string(csv_options.status().message()));
  CatchInterrupts();
  auto input = InputFile::Open(file);
  if (!input.ok()) return Fail(context, input.status());
  if (std::string wrong = WrongPlaceForRejects(*this, **input); !wrong.empty()) {
    return FailUsage(context, wrong, "name another file with --rejects");
  }
  return ImportRun(context, *this, **input,
                   {FormatOf(format, file), *std::move(csv_options), *std::move(column_types)})
      .Run();
}

}  // namespace linedb::dbtool
