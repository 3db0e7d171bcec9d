// Adopting: what a table held is known from the log, what it is to hold from the file that somebody
// changed. The difference is tried out in memory, and put into force by one switch of logs.

#include "engine/adopt.h"

#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/adopt_references.h"
#include "engine/edit/adopted_file.h"
#include "engine/edit/row_changes.h"
#include "engine/edit/table_past.h"
#include "engine/engine.h"
#include "engine/lock_note.h"
#include "engine/nearest_name.h"
#include "engine/open.h"
#include "engine/storage/block_checksum.h"
#include "engine/storage/catalog.h"
#include "engine/storage/compacted_file.h"
#include "schema/record_codec.h"
#include "wal/wal_recovery.h"

namespace linedb::engine {
namespace {

// A table that is adopted.
struct AdoptedTable {
  std::string name;
  std::string file;  // as somebody left it
  std::optional<KnownTable> known;
  ChangePlan plan;
  std::vector<RowOperation> operations;
  std::string after;       // the lines that it will hold
  bool untouched = false;  // the file is what the log says, byte by byte
};

class Adoption {
 public:
  Adoption(wal::FileSystem& files, const std::string& directory, const AdoptOptions& options)
      : files_(files), paths_(directory), options_(options) {}

  absl::StatusOr<EditReport> Run(const std::vector<std::string>& tables);

 private:
  absl::Status CheckNobodyWrites();
  absl::Status ReadDatabase();
  absl::Status Prepare(const std::string& name);
  absl::StatusOr<std::shared_ptr<const schema::RecordLayout>> LayoutOf(const std::string& name);
  absl::Status CheckInPlace(const std::string& name);
  bool IsUntouched(const AdoptedTable& table) const;
  absl::Status TryOut(AdoptedTable& table, ProblemList& problems);
  absl::Status JudgeReferences();
  absl::Status PutInForce();
  absl::Status CheckUnchanged();
  absl::Status KeepCopies();
  absl::Status BringForward();

  wal::FileSystem& files_;
  const wal::DatabasePaths paths_;
  const AdoptOptions& options_;
  Catalog catalog_;
  wal::RecoveredLog log_;
  std::vector<AdoptedTable> tables_;
  std::vector<std::string> copies_;
  EditReport report_;
};

// A writer has the file open as it was before, goes on with that, and would write over this one.
// Whether one lives is said by the lock alone: the pid in its note may be another process's by now.
absl::Status Adoption::CheckNobodyWrites() {
  if (options_.dry_run || WriterStateOf(files_, paths_) == WriterState::kNone) {
    return absl::OkStatus();
  }
  const absl::StatusOr<std::string> note = wal::ReadFile(files_, paths_.Lock());
  if (!note.ok()) return note.status();
  // The note stays as it is: of a crash the next opening is to know.
  const absl::StatusOr<std::unique_ptr<wal::FileLock>> lock = files_.Lock(paths_.Lock(), *note);
  // Unless another one has recovered and closed it just now.
  if (lock.ok() && (*lock)->note_found().empty()) return (*lock)->Clear();
  if (!absl::IsUnavailable(lock.status())) return lock.status();
  return absl::UnavailableError(
      absl::StrCat(paths_.directory(), ": ", DescribeLockNote(*note),
                   " has it open for writing, and would write over a file that was changed by "
                   "hand"));
}

absl::Status Adoption::ReadDatabase() {
  if (absl::Status there = CheckDatabaseExists(files_, paths_); !there.ok()) return there;
  if (absl::Status free = CheckNobodyWrites(); !free.ok()) return free;
  absl::StatusOr<Catalog> catalog = ReadCatalog(files_, paths_);
  if (!catalog.ok()) return catalog.status();
  catalog_ = *std::move(catalog);
  absl::StatusOr<wal::RecoveredLog> log = wal::RecoverLog(files_, paths_, IsOriginal(catalog_));
  if (!log.ok()) return log.status();
  log_ = *std::move(log);
  if (log_.kind != wal::LogKind::kOriginal) return absl::OkStatus();
  return absl::FailedPreconditionError(
      paths_.directory() +
      ": in the Python original's format, whose .records files count as they are");
}

absl::StatusOr<std::shared_ptr<const schema::RecordLayout>> Adoption::LayoutOf(
    const std::string& name) {
  const auto entry = catalog_.find(name);
  const auto checkpoint = log_.header.tables.find(name);
  bool known = checkpoint != log_.header.tables.end();
  for (const wal::LogEntry& operation : log_.entries) {
    known =
        known || (operation.table == name && operation.operation == wal::Operation::kCreateTable);
  }
  if (entry == catalog_.end() || !known) {
    std::vector<std::string> names;
    for (const auto& [table, ignored] : catalog_) names.push_back(table);
    return absl::NotFoundError(NoSuchTable(name, names));
  }
  const bool changed = checkpoint != log_.header.tables.end() &&
                       checkpoint->second.schema_checksum != entry->second.checksum;
  if (changed) {
    return absl::DataLossError(absl::StrCat(
        wal::ShortName(paths_, paths_.Schema(name)), " line 1 byte 0: checksum ",
        wal::FormatChecksum(entry->second.checksum), ", expected ",
        wal::FormatChecksum(checkpoint->second.schema_checksum), "; only records can be adopted"));
  }
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(entry->second.schema);
  if (!layout.ok()) return layout.status();
  return std::make_shared<const schema::RecordLayout>(*std::move(layout));
}

// The file that counts is the one that somebody changed.
absl::Status Adoption::CheckInPlace(const std::string& name) {
  const auto checkpoint = log_.header.tables.find(name);
  if (checkpoint == log_.header.tables.end()) return absl::OkStatus();
  absl::StatusOr<bool> awaits = CompactedAwaitsRename(files_, paths_, name, checkpoint->second);
  if (!awaits.ok()) return awaits.status();
  if (!*awaits) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      wal::ShortRecordsName(name),
      ": a checkpoint was stopped before it put the table's new file here, and this one does not "
      "count; keep a copy of it, open the database for writing, and change the file that is there "
      "then"));
}

bool Adoption::IsUntouched(const AdoptedTable& table) const {
  const auto found = log_.header.tables.find(table.name);
  const wal::TableCheckpoint checkpoint =
      found == log_.header.tables.end() ? wal::TableCheckpoint{} : found->second;
  const std::string_view file = table.file;
  if (file.size() != checkpoint.bytes + table.known->tail().size()) return false;
  if (file.substr(checkpoint.bytes) != table.known->tail()) return false;
  return checkpoint.bytes == 0 ||
         BlockChecksumOf(file.substr(0, checkpoint.bytes)) == checkpoint.checksum;
}

absl::Status Adoption::Prepare(const std::string& name) {
  absl::StatusOr<std::shared_ptr<const schema::RecordLayout>> layout = LayoutOf(name);
  if (!layout.ok()) return layout.status();
  if (absl::Status in_place = CheckInPlace(name); !in_place.ok()) return in_place;
  absl::StatusOr<std::string> file = wal::ReadFile(files_, paths_.Records(name));
  if (!file.ok()) return file.status();
  AdoptedTable& table = tables_.emplace_back();
  table.name = name;
  table.file = *std::move(file);
  const auto before = options_.before.find(name);
  const std::string_view copy =
      before == options_.before.end() ? std::string_view() : before->second;
  absl::StatusOr<KnownTable> known =
      ReadTablePast({files_, paths_, log_, *layout, table.file, copy});
  if (!known.ok()) return known.status();
  table.known = *std::move(known);
  table.untouched = IsUntouched(table);
  ProblemList problems(report_, options_.problems_max, wal::ShortRecordsName(name), name);
  const std::uint64_t problems_before = report_.problem_count;
  absl::StatusOr<std::vector<EditedLine>> lines =
      ReadAdoptedFile(*table.known, table.file, problems);
  if (!lines.ok()) return lines.status();
  table.plan = PlanChanges(table.known->Rows(), *lines);
  if (report_.problem_count > problems_before) KeepReadable(table.plan);
  return table.plan.changes.empty() ? absl::OkStatus() : TryOut(table, problems);
}

// The table in memory, and the changes in a transaction there: what the database would refuse is
// refused here.
absl::Status Adoption::TryOut(AdoptedTable& table, ProblemList& problems) {
  Options in_memory;
  in_memory.maintenance = Maintenance::kManual;
  in_memory.archives_kept = 0;
  in_memory.clock = BeforeAllTimes;  // the file has what has expired, too
  absl::StatusOr<std::unique_ptr<Database>> database = Database::OpenInMemory(in_memory);
  if (!database.ok()) return database.status();
  const schema::RecordLayout& layout = table.known->layout();
  // The tables that it references are not there.
  const TableSchema schema = WithoutReferences(layout.schema());
  if (absl::Status made = (*database)->CreateTable(schema); !made.ok()) return made;
  absl::StatusOr<TableCore> core = (*database)->OpenCore(table.name);
  if (!core.ok()) return core.status();
  absl::StatusOr<WriteTransaction> transaction = (*database)->Begin();
  if (!transaction.ok()) return transaction.status();
  const std::vector<RowBefore> rows = table.known->Rows();
  const auto encode = [&](std::size_t i, std::int64_t, std::string* line,
                          schema::FieldSpan* spans) {
    line->append(rows[i].line);
    return schema::SplitCanonical(layout, rows[i].line, layout.column_count() - 1, spans)
               ? absl::OkStatus()
               : absl::InternalError("a row that is not canonical");
  };
  std::size_t failed = 0;
  absl::Status done = core->InsertLines(*transaction, rows.size(), encode, &failed);
  if (!done.ok()) return done;
  done = ApplyChanges({*transaction, *core, layout, table.known->next_id()}, table.plan, problems,
                      &table.operations);
  absl::StatusOr<RecordCursor> cursor = core->Scan(*transaction);
  if (!done.ok() || !cursor.ok()) return done.ok() ? cursor.status() : done;
  for (std::string_view line; cursor->Next(&line);) table.after.append(line).push_back('\n');
  return cursor->status();
}

// The database as it will be: nothing follows what somebody removed by hand, so that all must hold
// as it stands.
absl::Status Adoption::JudgeReferences() {
  GivenTables adopted;
  for (const AdoptedTable& table : tables_) {
    GivenTable& given = adopted[table.name];
    given.lines = table.after;
    if (!table.plan.changes.empty()) continue;
    for (const RowBefore& row : table.known->Rows()) given.lines.append(row.line).push_back('\n');
  }
  return JudgeAdopted(files_, paths_, catalog_, log_, adopted, [&](const JudgedReference& found) {
    const std::string& name = found.broken.table;
    ProblemList problems(report_, options_.problems_max, wal::ShortRecordsName(name), name);
    TextPosition position{0, 1};
    for (const AdoptedTable& table : tables_) {
      if (table.name == name) position = PositionOf(table.plan, found.broken.record);
    }
    problems.AddBroken(position, found.broken);
    return true;
  });
}

absl::StatusOr<EditReport> Adoption::Run(const std::vector<std::string>& tables) {
  if (absl::Status read = ReadDatabase(); !read.ok()) return read;
  const std::set<std::string> names(tables.begin(), tables.end());
  for (const std::string& name : names) {
    if (absl::Status prepared = Prepare(name); !prepared.ok()) return prepared;
  }
  if (report_.problem_count == 0) {
    if (absl::Status judged = JudgeReferences(); !judged.ok()) return judged;
  }
  if (report_.problem_count > 0) return std::move(report_);
  std::erase_if(tables_, [](const AdoptedTable& table) { return table.untouched; });
  for (const AdoptedTable& table : tables_) {
    ReportChanges(table.plan, table.name, options_.changes_max, &report_);
  }
  if (tables_.empty() || options_.dry_run) return std::move(report_);
  if (options_.confirm && !options_.confirm(report_)) return std::move(report_);
  if (absl::Status done = PutInForce(); !done.ok()) return done;
  report_.rewritten = true;
  report_.committed = report_.changed() > 0;
  return std::move(report_);
}

// Nobody held the lock while all of it was checked.
absl::Status Adoption::CheckUnchanged() {
  if (LogIdentity(files_, paths_) != log_.identity) {
    return absl::AbortedError(paths_.directory() + ": somebody wrote to it meanwhile; try again");
  }
  absl::StatusOr<wal::FileInfo> log = files_.Stat(paths_.Log());
  if (!log.ok()) return log.status();
  bool changed = log->bytes != log_.text.size();
  for (const AdoptedTable& table : tables_) {
    const absl::StatusOr<std::string> file = wal::ReadFile(files_, paths_.Records(table.name));
    if (!file.ok()) return file.status();
    changed = changed || *file != table.file;
  }
  if (!changed) return absl::OkStatus();
  return absl::AbortedError(paths_.directory() + ": a file was changed meanwhile; try again");
}

// A crash before the switch may leave the table's old state under a name that recovery puts into
// the place of the changed file: what somebody typed is not to be lost by that.
absl::Status Adoption::KeepCopies() {
  for (const AdoptedTable& table : tables_) {
    absl::StatusOr<std::string> kept =
        KeepSurplus(files_, paths_.RecordsSurplus(table.name), table.file);
    if (!kept.ok()) return kept.status();
    copies_.push_back(*std::move(kept));
  }
  return absl::OkStatus();
}

wal::Operation OperationOf(RowChangeKind kind) {
  switch (kind) {
    case RowChangeKind::kInserted:
      return wal::Operation::kInsert;
    case RowChangeKind::kUpdated:
      return wal::Operation::kUpdate;
    case RowChangeKind::kDeleted:
      break;
  }
  return wal::Operation::kDelete;
}

absl::Status Adoption::PutInForce() {
  Installation installation;
  for (const AdoptedTable& table : tables_) {
    GivenTable& given = installation.tables[table.name];
    for (const RowBefore& row : table.known->Rows()) {
      given.lines.append(row.line).push_back('\n');
    }
    given.next_id = table.known->next_id();
    for (const RowOperation& operation : table.operations) {
      installation.transaction.push_back(
          {OperationOf(operation.kind), table.name, operation.record, operation.old_record});
    }
  }
  installation.begin = [this] {
    absl::Status fits = CheckUnchanged();
    return fits.ok() ? KeepCopies() : fits;
  };
  Options options;
  options.maintenance = Maintenance::kManual;
  absl::Status done = Install(files_, paths_, options, installation);
  // If it is not known what happened, they stay.
  if (done.ok()) done = BringForward();
  if (!absl::IsInternal(done)) {
    for (const std::string& copy : copies_) files_.Remove(copy).IgnoreError();
  }
  return done;
}

// The files as the log has them by now: what opening does.
absl::Status Adoption::BringForward() {
  Options options;
  options.create = Create::kNever;
  options.maintenance = Maintenance::kManual;
  options.archives_kept = std::numeric_limits<int>::max();  // how many is its owner's to say
  options.clock = BeforeAllTimes;                           // so is what expires
  absl::StatusOr<std::unique_ptr<Engine>> engine =
      Engine::Open(nullptr, files_, paths_.directory(), options);
  const absl::Status done = engine.ok() ? (*engine)->Close() : engine.status();
  if (done.ok()) return done;
  return absl::InternalError(
      absl::StrCat("the changes are in the log, and count, but bringing the ",
                   "files forward failed: ", std::string(done.message())));
}

}  // namespace

absl::StatusOr<EditReport> AdoptTables(wal::FileSystem& files, const std::string& directory,
                                       const std::vector<std::string>& tables,
                                       const AdoptOptions& options) {
  return Adoption(files, directory, options).Run(tables);
}

}  // namespace linedb::engine

namespace linedb {

absl::StatusOr<EditReport> Adopt(const std::string& directory,
                                 const std::vector<std::string>& tables,
                                 const AdoptOptions& options) {
  return engine::AdoptTables(wal::PosixFileSystem(), wal::WithoutSlash(directory), tables, options);
}

}  // namespace linedb
