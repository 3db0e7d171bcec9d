#include "tools/dbtool/import_job.h"

#include <unistd.h>

#include <iostream>
#include <memory>
#include <utility>

#include "schema/schema_document.h"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/export_file.h"
#include "tools/dbtool/import_rejects.h"
#include "tools/dbtool/memory_copy.h"
#include "tools/dbtool/process.h"

namespace linedb::dbtool {
namespace {

std::string Extension(const std::string& file) {
  const std::size_t dot = file.rfind('.');
  if (dot == file.npos) return "";
  std::string extension = file.substr(dot + 1);
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

FileFormat FormatOf(const ImportJob& job) {
  if (job.format == "json") return FileFormat::kJson;
  return job.format == "jsonl" ? FileFormat::kJsonLines : FileFormat::kAuto;
}

bool IsCsv(const ImportJob& job) {
  const std::string extension = Extension(job.file);
  return job.format == "csv" ||
         (job.format == "auto" && (extension == "csv" || extension == "tsv"));
}

// One run of the command.
class ImportRun {
 public:
  ImportRun(Context& context, const ImportJob& job, InputFile& input)
      : context_(context), job_(job), input_(input) {}

  int Run() {
    auto database = OpenDatabase(context_, job_.directory,
                                 job_.dry_run ? Access::kReadOnly : Access::kReadWrite);
    if (!database.ok()) return FailOpen(context_, database.status());
    if (!(*database)->Schema(job_.table).ok() && job_.create) return CreateAndImport(**database);
    if (int exit_code = CheckKeysAgree(**database); exit_code != kExitOk) return exit_code;
    if (job_.dry_run) return TryOut(*std::move(database));
    if (!job_.rejects.empty()) {
      if (auto core = (*database)->OpenCore(job_.table); !core.ok()) {
        return Fail(context_, core.status());
      }
    }
    return Import(**database, Pass::kWrite);
  }

 private:
  enum class Pass { kCheck, kWrite };

  ImportOptions Options(Pass pass) {
    ImportOptions options;
    options.format = FormatOf(job_);
    options.on_conflict = job_.on_conflict == "skip"      ? OnConflict::kSkip
                          : job_.on_conflict == "replace" ? OnConflict::kReplace
                                                          : OnConflict::kFail;
    options.unknown_columns = job_.ignore_columns ? UnknownColumns::kIgnore : UnknownColumns::kFail;
    options.batch_records = pass == Pass::kWrite ? job_.batch : 0;
    options.dry_run = pass == Pass::kCheck;
    options.problems_max = job_.errors_max;
    options.source_name = input_.name();
    options.input_bytes = input_.bytes();
    options.progress = [this](std::uint64_t bytes) {
      ShowProgress(bytes);
      return !Interrupted() && input_.status().ok();
    };
    return options;
  }

  // The table exists: keys given with --create must be those it has.
  int CheckKeysAgree(Database& database) {
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

  // Imports into a copy: what is opened for reading only can neither be written to nor locked.
  int TryOut(std::unique_ptr<Database> database) {
    auto copy = CopyTable(*database, job_.table);
    if (!copy.ok()) return Fail(context_, copy.status());
    database.reset();  // one copy is enough
    return Import(**copy, Pass::kCheck);
  }

  int CreateAndImport(Database& database) {
    if (absl::Status ready = input_.MakeRepeatable(); !ready.ok()) return Fail(context_, ready);
    InferOptions infer;
    infer.table_name = job_.table;
    infer.format = FormatOf(job_);
    if (!job_.primary_key.empty()) infer.primary_key = SplitNames(job_.primary_key);
    for (const std::string& key : job_.unique_keys) infer.unique_keys.push_back(SplitNames(key));
    infer.source_name = input_.name();
    absl::StatusOr<TableSchema> schema = InferSchema(input_.stream(), infer);
    if (absl::Status read = input_.status(); !read.ok()) return Fail(context_, read);
    if (!schema.ok()) {
      return schema.status().code() == absl::StatusCode::kInvalidArgument
                 ? FailUsage(context_, std::string(schema.status().message()))
                 : Fail(context_, schema.status());
    }
    if (!context_.quiet) {
      std::cerr << "dbtool: inferred schema:\n" << schema::FormatSchemaDocument(*schema);
    }
    // A table cannot be taken back once it is made, so the records are checked before it is.
    if (job_.rejects.empty()) {
      const int checked = CheckInMemory(database, *schema);
      if (checked != kExitOk || job_.dry_run) return checked;
    }
    if (absl::Status rewound = input_.Rewind(); !rewound.ok()) return Fail(context_, rewound);
    if (absl::Status made = database.CreateTable(*schema); !made.ok()) return Fail(context_, made);
    created_ = true;
    return Import(database, Pass::kWrite);
  }

  // Imports into a table that is nowhere on disk; silent if all is well and more is to come.
  int CheckInMemory(const Database& database, const TableSchema& schema) {
    auto memory = CopySchemas(database);
    if (!memory.ok()) return Fail(context_, memory.status());
    absl::Status ready = (*memory)->CreateTable(schema);
    if (ready.ok()) ready = input_.Rewind();
    if (!ready.ok()) return Fail(context_, ready);
    auto report = linedb::Import(**memory, job_.table, input_.stream(), Options(Pass::kCheck));
    EndProgress();
    if (!report.ok()) return FailImport(report.status());
    if (report->problem_count == 0 && !job_.dry_run) return kExitOk;
    return TellImport(context_, job_, *report);
  }

  int Import(Database& database, Pass pass) {
    ImportOptions options = Options(pass);
    std::unique_ptr<RejectsFiles> rejects;
    if (!job_.rejects.empty()) {
      auto created = RejectsFiles::Create(context_, job_.rejects);
      if (!created.ok()) return FailRejects(created.status());
      rejects = *std::move(created);
      options.rejects = &rejects->lines();
      options.on_problem = [&rejects](const ImportProblem& problem) { rejects->Note(problem); };
      // Nothing is committed whose rejected neighbours could not be written down.
      options.progress = [&rejects, progress = options.progress](std::uint64_t bytes) {
        return progress(bytes) && rejects->Flush().ok();
      };
    }
    const std::uint64_t commits_before = database.Stats().commits;
    auto report = linedb::Import(database, job_.table, input_.stream(), options);
    EndProgress();
    some_committed_ = database.Stats().commits > commits_before;
    if (rejects != nullptr) {
      if (absl::Status kept = rejects->Flush(); !kept.ok()) {
        return Fail(context_, kept, StoppedHint(kept));
      }
    }
    if (!report.ok()) return FailImport(report.status());
    if (rejects != nullptr && report->rejected > 0) {
      if (absl::Status kept = rejects->Finish(); !kept.ok()) return Fail(context_, kept);
    }
    const int exit_code = TellImport(context_, job_, *report);
    if (absl::Status closed = database.Close(); !closed.ok()) return Fail(context_, closed);
    return exit_code;
  }

  int FailRejects(const absl::Status& status) {
    if (status.code() != absl::StatusCode::kAlreadyExists) return Fail(context_, status);
    return FailUsage(context_, std::string(status.message()),
                     "--yes replaces it" + (created_ ? "; " + Remains() : ""));
  }

  int FailImport(const absl::Status& status) {
    if (Interrupted()) {
      Fail(context_, status, Remains());
      return kExitInterrupted;
    }
    // Reading stopped: why is better told by the file.
    if (absl::Status read = input_.status(); !read.ok()) {
      return Fail(context_, read, StoppedHint(read));
    }
    if (status.code() == absl::StatusCode::kInvalidArgument) {
      Fail(context_, status, StoppedHint(status));
      return kExitProblems;
    }
    return Fail(context_, status, StoppedHint(status));
  }

  // What an import that was stopped leaves behind.
  std::string Remains() const {
    if (some_committed_) return "the batches committed before are in the table";
    if (created_) return "the empty table " + job_.table + " stays";
    return "nothing of it is in the table";
  }

  // Empty (the usual hint) if nothing is left behind.
  std::string StoppedHint(const absl::Status& status) const {
    if (!some_committed_ && !created_) return "";
    const bool full = status.code() == absl::StatusCode::kResourceExhausted;
    return Remains() + (full ? "; make room and run it again" : "");
  }

  void ShowProgress(std::uint64_t bytes) {
    if (context_.quiet || context_.json || !IsTerminal(STDERR_FILENO)) return;
    if (bytes - shown_bytes_ < (std::uint64_t{1} << 22)) return;
    shown_bytes_ = bytes;
    std::cerr << "\r\033[K" << ByteText(bytes);
    if (input_.bytes() > 0) std::cerr << " of " << ByteText(input_.bytes());
  }

  void EndProgress() {
    if (shown_bytes_ > 0) std::cerr << "\r\033[K";
    shown_bytes_ = 0;
  }

  Context& context_;
  const ImportJob& job_;
  InputFile& input_;
  std::uint64_t shown_bytes_ = 0;
  bool created_ = false;         // the table, by this run
  bool some_committed_ = false;  // records, by this run
};

// Why the rejects must not go there; empty if they may.
std::string WrongPlaceForRejects(const ImportJob& job, const InputFile& input) {
  if (job.rejects.empty() || job.rejects == "-") return "";
  for (const std::string& name : {job.rejects, job.rejects + ".reasons"}) {
    if (IsInside(name, job.directory)) return name + " is inside the database " + job.directory;
    if (input.IsSameFile(name)) return name + " is the file that is imported";
  }
  return "";
}

}  // namespace

int ImportJob::Run(Context& context) const {
  if (IsCsv(*this)) {
    return FailUsage(context, "CSV comes later; import takes JSON Lines and JSON",
                     "convert it: python3 -c 'import csv,json,sys; [print(json.dumps(r)) for r in "
                     "csv.DictReader(sys.stdin)]' < " +
                         file + " > data.jsonl");
  }
  if (!create && (!primary_key.empty() || !unique_keys.empty())) {
    return FailUsage(context, "--primary-key and --unique go with --create",
                     "a table that exists keeps its keys");
  }
  CatchInterrupts();
  auto input = InputFile::Open(file);
  if (!input.ok()) return Fail(context, input.status());
  if (std::string wrong = WrongPlaceForRejects(*this, **input); !wrong.empty()) {
    return FailUsage(context, wrong, "name another file with --rejects");
  }
  return ImportRun(context, *this, **input).Run();
}

}  // namespace linedb::dbtool
