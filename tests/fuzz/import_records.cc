// An import is all or nothing: a file with a fault in its last line leaves the table as it was. And
// what came in must go out so that it comes in again as the same.

#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "linedb/database.h"
#include "linedb/exchange.h"
#include "tests/fuzz/fuzz_schemas.h"
#include "tests/fuzz/fuzz_target.h"

namespace linedb::fuzz {
namespace {

std::unique_ptr<Database> NewDatabase(const TableSchema& schema) {
  Options options;
  options.maintenance = Maintenance::kManual;
  auto database = Database::OpenInMemory(options);
  Require(database.ok(), "a database in memory opens");
  Require((*database)->CreateTable(schema).ok(), "the table is created");
  return *std::move(database);
}

std::string Exported(Database& database, const std::string& table, FileFormat format) {
  std::ostringstream output;
  const auto records = Export(database, table, format, output);
  Require(records.ok(), "what is stored can be exported");
  return output.str();
}

absl::StatusOr<ImportReport> Imported(Database& database, const std::string& table,
                                      std::string_view text, const ImportOptions& options) {
  std::istringstream input{std::string(text)};
  return Import(database, table, input, options);
}

ImportOptions OptionsOf(unsigned choice, std::ostream* rejects) {
  constexpr FileFormat kFormats[] = {FileFormat::kAuto, FileFormat::kJsonLines, FileFormat::kJson,
                                     FileFormat::kCsv};
  constexpr OnConflict kConflicts[] = {OnConflict::kFail, OnConflict::kSkip, OnConflict::kReplace};
  ImportOptions options;
  options.format = kFormats[(choice >> 2) % 4];
  options.on_conflict = kConflicts[(choice >> 4) % 3];
  if ((choice & 16) != 0) options.unknown_columns = UnknownColumns::kIgnore;
  if ((choice & 8) != 0) options.rejects = rejects;
  return options;
}

void CheckReport(const ImportReport& report) {
  const std::uint64_t fates = report.inserted + report.replaced + report.skipped + report.rejected;
  // Of an import that failed the good records are neither.
  Require(report.committed ? fates == report.read : fates <= report.read,
          "each record read has one fate");
  // Of a CSV file without a column that records need there is one for all.
  Require(report.problem_count >= report.rejected || !report.committed,
          "each record rejected has a problem");
  for (const ImportProblem& problem : report.problems) {
    Require(!problem.reason.empty() && problem.line > 0, "a problem has a place and a reason",
            problem.ToString());
  }
}

void CheckRoundTrip(Database& database, const TableSchema& schema) {
  const std::string& table = schema.table_name;
  const std::string lines = Exported(database, table, FileFormat::kJsonLines);
  for (const FileFormat format : {FileFormat::kJsonLines, FileFormat::kJson, FileFormat::kCsv}) {
    const std::unique_ptr<Database> second = NewDatabase(schema);
    ImportOptions options;
    options.format = format;
    const auto report = Imported(*second, table, Exported(database, table, format), options);
    Require(report.ok() && report->committed, "what is exported can be imported", lines);
    const std::string again = Exported(*second, table, FileFormat::kJsonLines);
    Require(again == lines, "it is the same again", again);
  }
}

}  // namespace
}  // namespace linedb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linedb;
  using namespace linedb::fuzz;
  std::string_view text = TextOf(data, size);
  const unsigned choice = TakeChoice(&text);
  const TableSchema& schema = LayoutOf(choice & 3).schema();
  const std::string& table = schema.table_name;
  const std::unique_ptr<Database> database = NewDatabase(schema);
  // Something that the input may clash with.
  const std::string_view first = (choice & 3) == 0   ? R"({"id":1,"name":"A","email":"a@b"})"
                                 : (choice & 3) == 1 ? R"({"i":1})"
                                 : (choice & 3) == 2 ? R"({"list":1,"code":"c"})"
                                                     : R"({"wh\"o\\":"x"})";
  Require(Imported(*database, table, first, {})->committed, "the first record is good");
  const std::string before = Exported(*database, table, FileFormat::kJsonLines);
  std::ostringstream rejects;
  const ImportOptions options = OptionsOf(choice, &rejects);
  const auto report = Imported(*database, table, text, options);
  if (report.ok()) CheckReport(*report);
  const bool taken = report.ok() && report->committed;
  if (report.ok() && options.rejects == nullptr) {
    Require(taken == (report->problem_count == 0), "a record rejected fails the import");
  }
  if (!taken) {
    const std::string after = Exported(*database, table, FileFormat::kJsonLines);
    Require(after == before, "an import that fails leaves no trace", after);
    return 0;
  }
  CheckRoundTrip(*database, schema);
  return 0;
}
