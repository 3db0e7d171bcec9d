// Import and export of JSON Lines, JSON and CSV; engine/exchange/FORMAT.md has their rules.
//
//   std::ifstream file("zipcodes.csv");
//   auto schema = linedb::InferSchema(file, {.table_name = "zip", .primary_key = {"zip_code"}});
//   db->CreateTable(*schema);
//   std::ifstream again("zipcodes.csv");
//   auto report = linedb::Import(*db, "zip", again, {.source_name = "zipcodes.csv"});
//   for (const auto& problem : report->problems) std::cerr << problem.ToString() << '\n';

#ifndef LINEDB_EXCHANGE_H_
#define LINEDB_EXCHANGE_H_

#include <cstdint>
#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/csv.h"
#include "linedb/database.h"
#include "linedb/import_problem.h"

namespace linedb {

enum class FileFormat {
  kAuto,  // by the first characters: an array, or an object with "records" that does not end
          // on its line (or with "table", too, and nothing behind it), is JSON; a first line with a
          // delimiter and without brackets and braces is CSV; else JSON Lines
  kJsonLines,  // one record a line; blank lines are skipped
  kJson,       // an array of records, or {"table":…,"records":[…]}
  kCsv,        // a record a row: linedb/csv.h
};

enum class OnConflict {
  kFail,     // a taken key is an error
  kSkip,     // the record in the table stays
  kReplace,  // the record in the table is replaced (primary key only; other keys still fail)
};

enum class UnknownColumns { kFail, kIgnore };

// Counts are of records. Those inserted and replaced are in the table; in a dry run without
// problems they would be.
struct ImportReport {
  std::uint64_t read = 0;
  std::uint64_t inserted = 0;
  std::uint64_t replaced = 0;
  std::uint64_t skipped = 0;
  // Each has a problem of its own, but where a column is missing of a whole CSV file.
  std::uint64_t rejected = 0;
  std::vector<ImportProblem> problems;  // the first `problems_max`
  std::uint64_t problem_count = 0;      // all of them
  // Members that are no columns, each once, in order of appearance; the first 1000.
  std::vector<std::string> unknown_columns;
  bool committed = false;  // false: nothing of the last batch is in the table
};

struct ImportOptions {
  FileFormat format = FileFormat::kAuto;
  CsvOptions csv = {};
  OnConflict on_conflict = OnConflict::kFail;
  UnknownColumns unknown_columns = UnknownColumns::kFail;
  // Records a transaction; 0: all in one, all or nothing.
  std::uint64_t batch_records = 0;
  // Checks everything, writes nothing: also on a database opened for reading, which is then not
  // refreshed before the end. What memory does not hold goes to files without a name where TMPDIR
  // says, else in /tmp.
  bool dry_run = false;
  // Problems reported; those beyond are counted only.
  std::uint64_t problems_max = 1000;
  // Gets the untouched text of each rejected record, a line each (of CSV its lines, below the
  // header); null: a rejected record fails the import. With it, the good records are taken in,
  // unless the header of a CSV file names unknown columns or lacks one that a record needs.
  std::ostream* rejects = nullptr;
  // Called with each problem, beyond `problems_max` too.
  std::function<void(const ImportProblem&)> on_problem = {};
  // The name of the input in messages.
  std::string source_name = "<input>";
  // The length of the input as far as it is known: room for its records is made at once instead of
  // by and by. 0: not known.
  std::uint64_t input_bytes = 0;
  // Called now and then with bytes read; returning false interrupts the import with kCancelled.
  std::function<bool(std::uint64_t bytes)> progress = {};
};

// Takes records into a table. OK: the report says what happened, and `committed` whether it is in
// the table: it is not if there were problems and no `rejects`. Errors: kNotFound (table),
// kCancelled, kInvalidArgument (the input is not of that format at all: no JSON, a header with a
// name twice or none; options that make no sense), and those of
// WriteTransaction::Commit. Broken references (linedb/references.h) are found when a batch is
// committed, so that its records may come in any order; they are problems of the records, at the
// beginning of their lines, and nothing of the batch is taken in, with `rejects`, too. One thread;
// holds the database's write transaction meanwhile.
//
// While it runs `input` is read by another thread, ahead of what is taken, unless there are
// `rejects`: reading must not wait for a write transaction, nor be told apart by thread. That
// thread has ended when Import returns or throws, so an Import that stops early waits for a read
// under way. Callbacks and `rejects` are used by the calling thread only.
absl::StatusOr<ImportReport> Import(Database& database, std::string_view table, std::istream& input,
                                    const ImportOptions& options = {});

struct ColumnType {
  std::string column;
  Type type = Type::kString;
};

struct InferOptions {
  std::string table_name;
  FileFormat format = FileFormat::kAuto;
  CsvOptions csv = {};
  std::vector<std::string> primary_key = {};               // none: a hidden row number
  std::vector<std::vector<std::string>> unique_keys = {};  // one column: a unique column
  // Of these columns the type is not inferred.
  std::vector<ColumnType> types = {};
  std::string source_name = "<input>";
  // As in ImportOptions.
  std::function<bool(std::uint64_t bytes)> progress = {};
};

// A schema that takes in all records of the input: a column for each member seen, in order of
// appearance; the narrowest type that fits all its values (int, float, bool, str; json where they
// differ, or where all are null); nullable where one is null or left out. Of CSV: int, float, bool,
// date, timestamp, and str for everything that would not come back as it was written, such as
// 00501, or numbers of more digits than a float has. Records that are no JSON, and rows that are no
// CSV, are passed over: Import reports them. kInvalidArgument if a key or type names no column,
// there is no record to infer from, a column has a name that no table takes, or the input is not of
// the format; kCancelled. Reads the whole input, keeps none of it.
absl::StatusOr<TableSchema> InferSchema(std::istream& input, const InferOptions& options);

// `stored` with those columns of `inferred` that it lacks, all of which may be null: what Migrate
// (linedb/migrate.h) needs so that Import finds no unknown column. Any thread.
TableSchema WithColumnsOf(TableSchema stored, const TableSchema& inferred);

// Writes the live records, in file order. kJsonLines (and kAuto): one canonical line each. kJson:
// {"table":…,"records":[…],"count":n,"exported_at":…}. kCsv: a header and a row each. Import reads
// each back as the same records. Returns the number of records; kInternal if the stream fails,
// kInvalidArgument (a null, and `csv` has no text for it).
absl::StatusOr<std::uint64_t> Export(Database& database, std::string_view table, FileFormat format,
                                     std::ostream& output, const CsvOptions& csv = {});

struct CanonicalExportOptions {
  // kJsonLines, or kCsv.
  FileFormat format = FileFormat::kJsonLines;
  CsvOptions csv = {};
  // Called now and then with the records written; returning false ends it with kCancelled.
  std::function<bool(std::uint64_t records)> progress = {};
};

// Writes the live records so that equal states give equal bytes, whatever their history, and that
// what differs between two of them is what a line-by-line diff shows: canonical JSON Lines, members
// in the order of the schema (or as CSV), sorted by the primary key (numbers by value, strings by
// the bytes of their UTF-8), of a table without one by all columns in turn. It is the state of one
// moment. Takes 24 bytes of memory a record, and reads the records from the file in their new
// order: of a table that is larger than memory and in another order it takes a random read each.
// Errors are those of Export, kCancelled, and kDataLoss.
absl::StatusOr<std::uint64_t> ExportCanonical(Database& database, std::string_view table,
                                              std::ostream& output,
                                              const CanonicalExportOptions& options = {});

}  // namespace linedb

#endif  // LINEDB_EXCHANGE_H_
