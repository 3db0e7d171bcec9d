// An import is all or nothing: a file with a fault in its last line leaves the table as it was. And
// what came in must go out so that it comes in again as the same.

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exchange/record_source.h"
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

bool IsCsv(std::string_view text, FileFormat format) {
  std::istringstream input{std::string(text)};
  return engine::OpenRecordSource(input, {.format = format})->csv_shape() != nullptr;
}

// A CSV file without a column that records need has one problem for all of them.
bool LacksColumn(const ImportReport& report) {
  return std::any_of(report.problems.begin(), report.problems.end(), [](const auto& problem) {
    return problem.reason.starts_with("the file has no such column");
  });
}

void CheckFates(const ImportReport& report, const ImportOptions& options, bool is_csv) {
  const std::uint64_t fates = report.inserted + report.replaced + report.skipped + report.rejected;
  if (report.committed) {
    Require(fates == report.read, "each record read has one fate");
  } else {
    Require(report.inserted + report.replaced == 0, "of an import that failed nothing came in");
    Require(fates <= report.read, "of those that were read some were no good");
  }
  const bool lacks_column = is_csv && LacksColumn(report);
  Require(report.problem_count >= report.rejected || lacks_column,
          "each record rejected has a problem");
  const bool unfit = lacks_column || (is_csv && !report.unknown_columns.empty());
  const bool good = options.rejects != nullptr ? !unfit : report.problem_count == 0;
  Require(report.committed == good, "what is wrong fails the import, unless it is written down");
}

// The lengths of the text's lines, as far as a problem may point: behind the last byte, too.
void CheckPlaces(const ImportReport& report, std::string_view text) {
  std::vector<std::size_t> lengths(1);
  for (const char c : text) {
    if (c == '\n') {
      lengths.push_back(0);
    } else {
      ++lengths.back();
    }
  }
  for (const ImportProblem& problem : report.problems) {
    Require(!problem.reason.empty() && problem.line > 0 && problem.line <= lengths.size(),
            "a problem has a reason, and a line of the text", problem.ToString());
    Require(problem.column > 0 && problem.column <= lengths[problem.line - 1] + 1,
            "and a column of that line", problem.ToString());
  }
}

void CheckReport(const ImportReport& report, const ImportOptions& options, std::string_view text) {
  Require(report.problems.size() == std::min(report.problem_count, options.problems_max),
          "problems are kept up to the number wanted");
  CheckFates(report, options, IsCsv(text, options.format));
  CheckPlaces(report, text);
}

// What an import says without that it was one: the same as a dry run.
std::string Told(const ImportReport& report) {
  std::string told;
  for (const ImportProblem& problem : report.problems) told += problem.ToString() + "\n";
  for (const std::string& column : report.unknown_columns) told += column + "\n";
  for (const std::uint64_t count : {report.read, report.inserted, report.replaced, report.skipped,
                                    report.rejected, report.problem_count}) {
    told += std::to_string(count) + " ";
  }
  return told;
}

// Of JSON Lines, where nothing that came in is replaced: what is rejected stays what it is.
void CheckRejectsAgain(Database& database, const std::string& table, const std::string& rejects,
                       ImportOptions options) {
  std::ostringstream again;
  options.rejects = &again;
  const auto report = Imported(database, table, rejects, options);
  Require(report.ok() && report->inserted + report->skipped == 0 && again.str() == rejects,
          "what was rejected is rejected again", again.str());
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
  ImportOptions options = OptionsOf(choice, &rejects);
  options.dry_run = true;
  const auto tried = Imported(*database, table, text, options);
  Require(Exported(*database, table, FileFormat::kJsonLines) == before, "a dry run writes nothing");
  options.dry_run = false;
  rejects.str("");
  const auto report = Imported(*database, table, text, options);
  Require(tried.status() == report.status(), "a dry run tells what an import tells");
  if (report.ok()) {
    CheckReport(*report, options, text);
    Require(Told(*tried) == Told(*report), "a dry run counts what an import counts", Told(*tried));
  }
  if (!report.ok() || !report->committed) {
    const std::string after = Exported(*database, table, FileFormat::kJsonLines);
    Require(after == before, "an import that fails leaves no trace", after);
    return 0;
  }
  if (options.rejects != nullptr && options.format == FileFormat::kJsonLines &&
      options.on_conflict == OnConflict::kFail) {
    CheckRejectsAgain(*database, table, rejects.str(), options);
  }
  CheckRoundTrip(*database, schema);
  return 0;
}
