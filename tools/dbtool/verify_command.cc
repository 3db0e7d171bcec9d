#include "tools/dbtool/verify_command.h"

#include <algorithm>
#include <iostream>
#include <set>
#include <utility>

#include "engine/lock_note.h"
#include "engine/report_json.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/report.h"
#include "wal/file_system.h"

namespace linedb::dbtool {
namespace {

// What opening checks, as a report.
absl::StatusOr<VerifyReport> VerifyQuickly(const Context& context, const VerifyOptions& options) {
  auto database = OpenDatabase(context, options.directory, Access::kReadOnly);
  VerifyReport report;
  if (database.status().code() == absl::StatusCode::kDataLoss) {
    const Place place = PlaceIn(database.status());
    Problem problem;
    problem.file = place.file;
    problem.line = place.line;
    problem.byte = place.byte;
    problem.kind = "open";
    problem.message = std::string(database.status().message());
    report.problems.push_back(std::move(problem));
    return report;
  }
  if (!database.ok()) return database.status();
  const Statistics statistics = (*database)->Stats();
  report.tables = statistics.tables.size();
  for (const TableStatistics& table : statistics.tables) report.records += table.records;
  report.log_lines = statistics.log_lines;
  report.archives = statistics.archive_count;
  return report;
}

// What the library says, with what saves a script from counting.
ReportJson ReportOf(const VerifyReport& report) {
  ReportJson json = {{"ok", report.problems.empty()}};
  json.update(engine::JsonOf(report));
  ReportJson problems = std::move(json["problems"]);
  json.erase("problems");
  json["problem_count"] = report.problems.size();
  json["problems"] = std::move(problems);
  return json;
}

// "wal/transaction.log line 17 byte 4096: …"; some messages begin with their place, or their file,
// themselves.
std::string PlacedMessage(const ReportJson& problem) {
  const std::string file = problem["file"].get<std::string>();
  std::string place = file;
  if (problem["line"] != 0) {
    place += " line " + problem["line"].dump() + " byte " + problem["byte"].dump();
  }
  std::string message = problem["message"].get<std::string>();
  for (const std::string& begin : {place + ": ", file + ": "}) {
    if (message.rfind(begin, 0) != 0) continue;
    message.erase(0, begin.size());
    break;
  }
  return place + ": " + message;
}

// Problems are data: one a line on stdout, in the format asked for.
void TellProblems(Context& context, const ReportJson& problems) {
  if (OutputFormat(context) == Format::kTable) {
    for (const ReportJson& problem : problems) {
      context.out << PlacedMessage(problem) << " [" << problem["kind"].get<std::string>() << ']';
      if (problem["key"].is_string()) context.out << " key " << problem["key"].get<std::string>();
      context.out << '\n';
    }
    return;
  }
  if (OutputFormat(context) == Format::kJsonLines) {
    for (const ReportJson& problem : problems) {
      context.out << problem.dump(-1, ' ', false, ReportJson::error_handler_t::replace) << '\n';
    }
    return;
  }
  PrintReport(context, {{"problems", problems}}, "problems", {});
}

// Whose records have problems: "student"; of several none, empty.
std::string DamagedTable(const VerifyReport& report) {
  std::set<std::string> tables;
  for (const Problem& problem : report.problems) {
    const std::string table = TableOfFile(problem.file);
    if (!table.empty()) tables.insert(table);
  }
  return tables.size() == 1 ? *tables.begin() : "";
}

// Nothing but what a crash leaves behind the last transaction. Of a log that was closed properly it
// could be a transaction.
bool IsLeftByCrash(const VerifyReport& report, const std::string& directory) {
  const bool is_torn =
      std::all_of(report.problems.begin(), report.problems.end(),
                  [](const Problem& problem) { return problem.kind == "torn_tail"; });
  return is_torn && engine::WriterStateOf(wal::PosixFileSystem(), wal::DatabasePaths(directory)) ==
                        engine::WriterState::kDied;
}

std::string MendHint(const VerifyReport& report, const std::string& directory) {
  if (IsLeftByCrash(report, directory)) {
    return "a crash left it, and no transaction has it; the next opening for writing cuts it off, "
           "as that of `dbtool checkpoint DIR`";
  }
  const std::string repair =
      "`dbtool repair DIR --to NEWDIR --dry-run` names the lines that are lost; without "
      "--dry-run it makes a new database of the others";
  const std::string table = DamagedTable(report);
  if (table.empty()) return repair;
  return repair + "\nchanged on purpose: `dbtool adopt DIR " + table + "` takes it in";
}

}  // namespace

int Verify(Context& context, const VerifyOptions& options) {
  const absl::StatusOr<VerifyReport> report =
      options.quick ? VerifyQuickly(context, options) : Database::Verify(options.directory);
  if (!report.ok()) return Fail(context, report.status());
  const ReportJson json = ReportOf(*report);
  if (context.json) {
    PrintReport(context, json, "problems", {});
  } else {
    TellProblems(context, json["problems"]);
  }
  const bool ok = report->problems.empty();
  Note(context, (ok ? "ok" : Counted(report->problems.size(), "problem")) + ": " +
                    Counted(report->tables, "table") + ", " + Counted(report->records, "record") +
                    ", " + Counted(report->log_lines, "log line") + ", " +
                    Counted(report->archives, "archive"));
  if (!ok) Hint(context, MendHint(*report, options.directory));
  return ok ? kExitOk : kExitProblems;
}

}  // namespace linedb::dbtool
