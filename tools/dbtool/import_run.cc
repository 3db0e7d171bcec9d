#include "tools/dbtool/import_run.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "absl/strings/match.h"
#include "linedb/migrate.h"
#include "nlohmann/json.hpp"
#include "schema/schema_document.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/memory_copy.h"
#include "tools/dbtool/process.h"
#include "tools/dbtool/suggestions.h"

namespace linedb::dbtool {
namespace {

OnConflict OnConflictOf(const std::string& word) {
  if (word == "skip") return OnConflict::kSkip;
  return word == "replace" ? OnConflict::kReplace : OnConflict::kFail;
}

bool HasColumn(const TableSchema& schema, const std::string& name) {
  return std::any_of(schema.columns.begin(), schema.columns.end(),
                     [&name](const ColumnSchema& column) { return column.name == name; });
}

}  // namespace

int ImportRun::Run() {
  auto database =
      OpenDatabase(context_, job_.directory, job_.dry_run ? Access::kReadOnly : Access::kReadWrite);
  if (!database.ok()) return FailOpen(context_, database.status());
  if (!(*database)->Schema(job_.table).ok() && job_.create) return CreateAndImport(**database);
  int exit_code = CheckKeysAgree(**database);
  if (exit_code == kExitOk) TellIgnoredFlags();
  if (exit_code == kExitOk && job_.dry_run) return TryOut(*std::move(database));
  if (exit_code != kExitOk) return exit_code;
  if (auto core = (*database)->OpenCore(job_.table); !core.ok()) return FailTable(core.status());
  exit_code = OpenRejects();
  if (exit_code == kExitOk && job_.add_columns) exit_code = AddColumns(**database);
  return exit_code == kExitOk ? Import(**database, Pass::kWrite) : exit_code;
}

bool ImportRun::GoesOn(std::string_view step, std::uint64_t bytes) {
  progress_.Show(step, bytes, input_.bytes());
  return !Interrupted() && input_.status().ok();
}

bool ImportRun::GoesOnImporting(Pass pass, std::uint64_t bytes) {
  const bool goes_on = GoesOn("importing", bytes);
  if (pass == Pass::kWrite && bytes == input_.bytes()) progress_.ShowLast("committing");
  return goes_on;
}

ImportOptions ImportRun::OptionsOf(Pass pass) {
  ImportOptions options;
  options.format = words_.format;
  options.csv = words_.csv;
  options.on_conflict = OnConflictOf(job_.on_conflict);
  options.unknown_columns = job_.ignore_columns ? UnknownColumns::kIgnore : UnknownColumns::kFail;
  options.batch_records = pass == Pass::kWrite ? job_.batch : 0;
  options.dry_run = pass == Pass::kCheck;
  options.problems_max = job_.errors_max;
  options.source_name = input_.name();
  options.input_bytes = input_.bytes();
  // Nothing is committed whose rejected neighbours could not be written down.
  options.progress = [this, pass](std::uint64_t bytes) {
    return GoesOnImporting(pass, bytes) && (rejects_ == nullptr || rejects_->Flush().ok());
  };
  options.on_problem = [this](const ImportProblem& problem) {
    findings_.Note(problem);
    if (rejects_ != nullptr) rejects_->Note(problem);
  };
  if (rejects_ != nullptr) options.rejects = &rejects_->lines();
  return options;
}

// The table exists: keys given with --create must be those it has.
int ImportRun::CheckKeysAgree(Database& database) {
  if (!job_.create || job_.primary_key.empty()) return kExitOk;
  auto schema = database.Schema(job_.table);
  if (!schema.ok()) return Fail(context_, schema.status());
  std::vector<std::string> key;
  for (const ColumnSchema& column : schema->columns) {
    if (column.primary_key) key.push_back(column.name);
  }
  if (key == SplitNames(job_.primary_key)) return kExitOk;
  return FailUsage(
      context_,
      "the table " + job_.table + " exists, and its primary key is not " + job_.primary_key,
      "leave out --create and --primary-key to import into it as it is");
}

// The table exists. Who makes one that is there already thinks of another table, or of a new one.
void ImportRun::TellIgnoredFlags() const {
  if (!job_.create) return;
  std::string flags = "--create";
  if (!job_.unique_keys.empty()) flags += " and --unique";
  if (!job_.types.empty() && !job_.add_columns) flags += " and --type";
  Note(context_, "the table " + job_.table + " is there already: " + flags + " had no effect");
}

int ImportRun::FailTable(const absl::Status& status) {
  const bool is_mistyped = absl::StrContains(status.message(), "did you mean");
  return Fail(
      context_, status,
      absl::IsNotFound(status) && !is_mistyped ? "--create makes it, of what the file has" : "");
}

// Columns are added to a copy: what is opened for reading only has those that it has.
int ImportRun::TryOut(std::unique_ptr<Database> database) {
  if (!job_.add_columns) {
    const auto core = database->OpenCore(job_.table);
    return core.ok() ? Import(*database, Pass::kCheck) : FailTable(core.status());
  }
  auto copy = CopyTable(*database, job_.table);
  if (!copy.ok()) return FailTable(copy.status());
  database.reset();  // one copy is enough
  if (const int exit_code = AddColumns(**copy); exit_code != kExitOk) return exit_code;
  return Import(**copy, Pass::kCheck);
}

absl::StatusOr<TableSchema> ImportRun::Infer(const InferOptions& options) {
  if (absl::Status ready = input_.MakeRepeatable(); !ready.ok()) return ready;
  InferOptions infer = options;
  infer.table_name = job_.table;
  infer.format = words_.format;
  infer.csv = words_.csv;
  infer.types = words_.types;
  infer.source_name = input_.name();
  infer.progress = [this](std::uint64_t bytes) { return GoesOn("reading", bytes); };
  absl::StatusOr<TableSchema> schema = InferSchema(input_.stream(), infer);
  progress_.End();
  if (absl::Status read = input_.status(); !read.ok()) return read;
  return schema;
}

// What was meant by a column of --primary-key, --unique or --type that the file does not have.
std::string ImportRun::MeantColumn(const std::string& message) {
  constexpr std::string_view kBefore = ": no column \"";
  const std::size_t before = message.find(kBefore);
  const std::size_t end = message.find("\" in " + input_.name() + " ");
  if (before == message.npos || end == message.npos || !input_.Rewind().ok()) return "";
  InferOptions infer;
  infer.table_name = job_.table;
  infer.format = words_.format;
  infer.csv = words_.csv;
  const absl::StatusOr<TableSchema> columns = InferSchema(input_.stream(), infer);
  if (!columns.ok()) return "";
  const std::size_t begin = before + kBefore.size();
  const std::string meant = DidYouMean(message.substr(begin, end - begin), *columns);
  return meant.empty() ? "" : meant.substr(2);
}

bool ImportRun::BeginsWithABraceAlone() {
  std::string line;
  if (!input_.Rewind().ok() || !std::getline(input_.stream(), line)) return false;
  return line.substr(0, line.find_last_not_of(" \t\r") + 1) == "{";
}

// What may have been meant by a file that was read as something else.
std::string ImportRun::WayOut(const std::string& message) {
  if (absl::StrContains(message, ": no record to infer")) {
    if (words_.format != FileFormat::kCsv && BeginsWithABraceAlone()) return kOneLineHint;
    if (job_.format != "auto" || input_.bytes() == 0) return "";
    return words_.format == FileFormat::kCsv
               ? "it was read as CSV, which begins with a line of names; --format jsonl, or json"
               : "it was read as JSON; --format csv, with --delimiter, reads fields";
  }
  const std::size_t key = message.find(": a json column can be no key");
  const std::size_t column = message.find(": column ");
  if (key == message.npos || column == message.npos) return MeantColumn(message);
  const std::size_t begin = column + std::string_view(": column ").size();
  const std::string name = nlohmann::json(message.substr(begin, key - begin)).dump();
  return "its values are of several types, or nested: `jq -c '.[" + name +
         "] |= tostring'` makes them text";
}

int ImportRun::FailInference(const absl::Status& status) {
  if (Interrupted()) {
    Fail(context_, status, Remains());
    return kExitInterrupted;
  }
  if (!absl::IsInvalidArgument(status)) return Fail(context_, status);
  const std::string message(status.message());
  const bool unnamed = message.find(" no name") != message.npos ||
                       message.find(" is doubled") != message.npos ||
                       message.find(" column name") != message.npos;
  const Place place = PlaceIn(status);
  if (!unnamed && place.file == input_.name() && place.line > 0) {  // as in a table that is there
    Fail(context_, status);
    return kExitProblems;
  }
  return FailUsage(context_, message,
                   unnamed ? "--columns a,b,c names the columns of CSV" : WayOut(message));
}

int ImportRun::CreateAndImport(Database& database) {
  InferOptions infer;
  if (!job_.primary_key.empty()) infer.primary_key = SplitNames(job_.primary_key);
  for (const std::string& key : job_.unique_keys) infer.unique_keys.push_back(SplitNames(key));
  const absl::StatusOr<TableSchema> schema = Infer(infer);
  if (!schema.ok()) return FailInference(schema.status());
  if (!context_.quiet) {
    std::cerr << "dbtool: inferred schema:\n" << schema::FormatSchemaDocument(*schema);
  }
  if (job_.primary_key.empty()) {
    Hint(context_,
         "the table has no primary key, and gets none later; --primary-key COLUMN makes one");
  }
  if (job_.dry_run) return CheckInMemory(database, *schema);
  if (const int exit_code = OpenRejects(); exit_code != kExitOk) return exit_code;
  if (absl::Status rewound = input_.Rewind(); !rewound.ok()) return Fail(context_, rewound);
  if (absl::Status made = database.CreateTable(*schema); !made.ok()) return Fail(context_, made);
  created_ = true;
  return Import(database, Pass::kWrite);
}

// Imports into a table that is nowhere on disk.
int ImportRun::CheckInMemory(const Database& database, const TableSchema& schema) {
  auto memory = CopySchemas(database);
  if (!memory.ok()) return Fail(context_, memory.status());
  absl::Status ready = (*memory)->CreateTable(schema);
  if (ready.ok()) ready = input_.Rewind();
  return ready.ok() ? Import(**memory, Pass::kCheck) : Fail(context_, ready);
}

// Those that the input has and the table lacks.
int ImportRun::AddColumns(Database& database) {
  const absl::StatusOr<TableSchema> stored = database.Schema(job_.table);
  if (!stored.ok()) return Fail(context_, stored.status());
  for (const ColumnType& type : words_.types) {
    if (!HasColumn(*stored, type.column)) continue;
    return FailUsage(context_, "the table has the column " + type.column + " already",
                     "a column that exists keeps its type; `dbtool alter` changes it");
  }
  if (absl::Status ready = input_.MakeRepeatable(); !ready.ok()) return Fail(context_, ready);
  if (input_.stream().peek() == std::istream::traits_type::eof()) return kExitOk;
  const absl::StatusOr<TableSchema> inferred = Infer({});
  if (!inferred.ok()) return FailInference(inferred.status());
  if (absl::Status rewound = input_.Rewind(); !rewound.ok()) return Fail(context_, rewound);
  const TableSchema wanted = WithColumnsOf(*stored, *inferred);
  if (wanted.columns.size() == stored->columns.size()) return kExitOk;
  std::string added;
  for (std::size_t i = stored->columns.size(); i < wanted.columns.size(); ++i) {
    added += (added.empty() ? "" : ", ") + wanted.columns[i].name + " " +
             std::string(TypeName(wanted.columns[i].type));
  }
  const absl::StatusOr<MigrateReport> migrated = Migrate(database, wanted);
  if (!migrated.ok()) return Fail(context_, migrated.status());
  schema_before_ = *stored;
  Note(context_, (job_.dry_run ? "would add columns: " : "added columns: ") + added);
  return kExitOk;
}

int ImportRun::OpenRejects() {
  if (job_.rejects.empty()) return kExitOk;
  auto created = RejectsFiles::Create(context_, job_.rejects);
  if (created.ok()) {
    rejects_ = *std::move(created);
    return kExitOk;
  }
  if (!absl::IsAlreadyExists(created.status())) return Fail(context_, created.status());
  return FailUsage(context_, std::string(created.status().message()), "--yes replaces it");
}

int ImportRun::Import(Database& database, Pass pass) {
  const std::uint64_t commits_before = database.Stats().commits;
  auto report = linedb::Import(database, job_.table, input_.stream(), OptionsOf(pass));
  progress_.End();
  some_committed_ = database.Stats().commits > commits_before;
  absl::Status kept = rejects_ == nullptr ? absl::OkStatus() : rejects_->Flush();
  if (kept.ok() && rejects_ != nullptr && report.ok() && report->rejected > 0) {
    kept = rejects_->Finish();
  }
  const bool taken_in = some_committed_ || (report.ok() && report->committed);
  if (pass == Pass::kWrite && !taken_in) TakeBack(database);
  if (!kept.ok()) return Fail(context_, kept, StoppedHint(kept));
  if (!report.ok()) return FailImport(report.status());
  return Finish(database, *report);
}

int ImportRun::Finish(Database& database, const ImportReport& report) {
  const int exit_code = TellImport(context_, job_, report, findings_);
  if (absl::Status closed = database.Close(); !closed.ok()) return Fail(context_, closed);
  return exit_code;
}

// Where that fails, Remains tells of it.
void ImportRun::TakeBack(Database& database) {
  if (created_) created_ = !database.DropTable(job_.table).ok();
  if (!schema_before_.has_value()) return;
  schema_before_->version = 1;  // is counted on
  const auto migrated = Migrate(database, *schema_before_,
                                {.permit = {Permission::kDrop}, .mode = MigrateMode::kApply});
  if (migrated.ok()) schema_before_.reset();
}

int ImportRun::FailImport(const absl::Status& status) {
  if (Interrupted()) {
    Fail(context_, status, Remains());
    return kExitInterrupted;
  }
  // Reading stopped: why is better told by the file.
  if (absl::Status read = input_.status(); !read.ok()) {
    return Fail(context_, read, StoppedHint(read));
  }
  const int exit_code = Fail(context_, status, StoppedHint(status));
  return absl::IsInvalidArgument(status) ? int{kExitProblems} : exit_code;
}

// What an import that was stopped leaves behind.
std::string ImportRun::Remains() const {
  if (some_committed_) return "the batches committed before are in the table";
  if (created_) return "the empty table " + job_.table + " stays";
  if (schema_before_.has_value()) return "the columns that were added stay";
  return "nothing of it is in the table";
}

// Empty (the usual hint) if nothing is left behind.
std::string ImportRun::StoppedHint(const absl::Status& status) const {
  if (!some_committed_ && !created_ && !schema_before_.has_value()) return "";
  const std::string helps = MoreRoomHint(status);
  return Remains() + (helps.empty() ? "" : "; " + helps);
}

}  // namespace linedb::dbtool
