// The same rows through the command lines, whole processes: `dbtool import` from JSON Lines, in one
// transaction, and the sqlite3 shell's .import from CSV, which is one transaction, too, into a
// table with the same keys. sqlite3 has what its documents offer for a bulk load that is safe: the
// rollback journal (new pages need no journal, and a WAL would write each of them twice), a cache
// that holds the database, and a sync at the end, as dbtool does.

#include <filesystem>
#include <fstream>

#include "linedb/database.h"
#include "tests/bench/child.h"
#include "tests/bench/linedb_status.h"
#include "tests/bench/works.h"

namespace bench {
namespace {

constexpr const char* kTable =
    "PRAGMA cache_size=-524288; CREATE TABLE student"
    "(id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, gpa REAL);";

void WriteFiles(const std::string& json_lines, const std::string& csv, std::int64_t rows) {
  std::ofstream json_out(json_lines);
  std::ofstream csv_out(csv);
  for (std::int64_t id = 1; id <= rows; ++id) {
    const Student row = MakeStudent(id);
    json_out << JsonLineOf(row);
    csv_out << row.id << ',' << row.name << ',' << *row.email << ',' << row.gpa << '\n';
  }
  if (!json_out.flush() || !csv_out.flush()) Fail("cannot write " + json_lines);
}

double ImportLinedb(const std::string& directory, const std::string& file, std::int64_t rows) {
  EmptyDirectory(directory);
  {
    const auto database = ValueOf(linedb::Database::Open(directory));
    RequireOk(database->OpenTable<Student>().status());
    RequireOk(database->Close());
  }
  Stopwatch watch;
  watch.Time([&] {
    OutputOf(Quoted(ProgramFolder() + "/dbtool") + " import " + Quoted(directory) + " student " +
             Quoted(file) + " 2>&1");
  });
  const auto database = ValueOf(linedb::Database::Open(directory));
  const auto students = ValueOf(database->OpenTable<Student>());
  if (static_cast<std::int64_t>(students.size()) != rows) Fail("dbtool imported too few rows");
  if (Digest(ValueOf(students.Get(rows))) != Digest(MakeStudent(rows))) {
    Fail("dbtool imported another row");
  }
  return watch.seconds();
}

double ImportSqlite(const std::string& directory, const std::string& file, std::int64_t rows) {
  EmptyDirectory(directory);
  const std::string shell = "sqlite3 " + Quoted(directory + "/student.db");
  Stopwatch watch;
  watch.Time([&] {
    OutputOf(shell + " " + Quoted(kTable) + " '.mode csv' " +
             Quoted(".import " + file + " student"));
  });
  const std::string found =
      OutputOf(shell + " 'SELECT count(*), max(email) IS NOT NULL FROM student'");
  if (found != std::to_string(rows) + "|1\n") Fail("sqlite3 imported other rows: " + found);
  return watch.seconds();
}

}  // namespace

void WorkImport(Bench* bench) {
  if (!bench->options.Wants("import")) return;
  const std::string directory = bench->options.directory + "/import";
  const std::string json_lines = bench->options.directory + "/student.jsonl";
  const std::string csv = bench->options.directory + "/student.csv";
  const std::int64_t rows = bench->options.rows;
  WriteFiles(json_lines, csv, rows);
  const auto add = [&](const char* side, double seconds) {
    bench->results.Add(kWorkImport, "rows/s", Better::kMore, side,
                       static_cast<double>(rows) / seconds);
  };
  add("linedb", ImportLinedb(directory, json_lines, rows));
  add("sqlite", ImportSqlite(directory, csv, rows));
  for (const std::string& each : {directory, json_lines, csv}) std::filesystem::remove_all(each);
}

}  // namespace bench
