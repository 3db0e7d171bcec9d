// One run of `dbtool import`.

#ifndef LINEDB_TOOLS_DBTOOL_IMPORT_RUN_H_
#define LINEDB_TOOLS_DBTOOL_IMPORT_RUN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "linedb/exchange.h"
#include "tools/dbtool/import_job.h"
#include "tools/dbtool/import_rejects.h"
#include "tools/dbtool/progress_line.h"

namespace linedb::dbtool {

// The flags that were words, as what they mean.
struct ImportWords {
  FileFormat format = FileFormat::kAuto;
  CsvOptions csv;
  std::vector<ColumnType> types;
};

// The arguments must outlive it. What it does to the schema before the records come (a table made,
// columns added) it takes back if none of them is taken in.
class ImportRun {
 public:
  ImportRun(Context& context, const ImportJob& job, InputFile& input, ImportWords words)
      : context_(context), job_(job), input_(input), words_(std::move(words)), progress_(context) {}

  int Run();

 private:
  enum class Pass { kCheck, kWrite };

  ImportOptions OptionsOf(Pass pass);
  bool GoesOn(std::string_view step, std::uint64_t bytes);
  bool GoesOnImporting(Pass pass, std::uint64_t bytes);
  int CheckKeysAgree(Database& database);
  void TellIgnoredFlags() const;
  int FailTable(const absl::Status& status);
  int TryOut(std::unique_ptr<Database> database);
  int CreateAndImport(Database& database);
  int CheckInMemory(const Database& database, const TableSchema& schema);
  absl::StatusOr<TableSchema> Infer(const InferOptions& options);
  std::string MeantColumn(const std::string& message);
  int FailInference(const absl::Status& status);
  bool BeginsWithABraceAlone();
  std::string WayOut(const std::string& message);
  int AddColumns(Database& database);
  int OpenRejects();
  int Import(Database& database, Pass pass);
  int Finish(Database& database, const ImportReport& report);
  void TakeBack(Database& database);
  int FailImport(const absl::Status& status);
  std::string Remains() const;
  std::string StoppedHint(const absl::Status& status) const;

  Context& context_;
  const ImportJob& job_;
  InputFile& input_;
  const ImportWords words_;
  ByteProgress progress_;
  std::unique_ptr<RejectsFiles> rejects_;
  bool created_ = false;                      // the table, by this run
  std::optional<TableSchema> schema_before_;  // columns were added to it by this run
  bool some_committed_ = false;               // records, by this run
  ImportFindings findings_;
};

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_IMPORT_RUN_H_
