// Altering tables. engine/FORMAT.md numbers the crash cases.

#include <algorithm>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/alteration.h"
#include "engine/alteration_judge.h"
#include "engine/alteration_references.h"
#include "engine/engine.h"
#include "engine/storage/catalog.h"
#include "engine/table_loader.h"
#include "engine/unfinished.h"
#include "schema/primary_key.h"
#include "schema/schema_document.h"

namespace linedb::engine {

// A table as it will be, ready for the switch of logs.
struct Altered {
  std::shared_ptr<TableState> table;
  std::unique_ptr<TableCompaction> compaction;  // of its new file; null: it keeps the one it has
  // The first transaction of the new log, and what its views point into.
  std::vector<wal::LogOperation> transaction;
  std::unique_ptr<const std::string> document;
  std::unique_ptr<const std::string> old_document;
  std::shared_ptr<const ScanSource> old_records;

  std::shared_ptr<const TableGeneration> generation() const {
    return compaction != nullptr ? compaction->generation() : table->generation;
  }
  // What was made for an alteration that does not come about.
  void Abandon() {
    if (compaction != nullptr) compaction->Abandon();
  }
};

namespace {

std::shared_ptr<const schema::RecordLayout> LayoutOf(const TableState& table) {
  const std::shared_lock<std::shared_mutex> lock(table.mutex);
  return table.generation->shared_layout();
}

// The violations as an error, for those who have no report.
absl::Status ViolationError(const MigrateReport& report) {
  std::vector<std::string> all;
  bool clashes = false;
  for (const MigrateViolation& violation : report.violations) {
    all.push_back(absl::StrCat(violation.ToText(), "; record ", violation.record));
    clashes = clashes || violation.kind == ViolationKind::kUnique;
  }
  if (report.violations_total > all.size()) {
    all.push_back(absl::StrCat("and ", report.violations_total - all.size(), " more"));
  }
  const std::string text = absl::StrCat(absl::StrJoin(all, ";\n"), ";\nchange these records first");
  return clashes ? absl::AlreadyExistsError(text) : absl::FailedPreconditionError(text);
}

// Of a source that passes over what has expired no count is kept.
absl::StatusOr<std::uint64_t> CountRecords(const std::shared_ptr<const ScanSource>& source) {
  if (source->moment.is_before_all()) return source->generation->published().live;
  std::uint64_t count = 0;
  ScanState scan(source);
  for (std::string_view line; scan.Next(&line);) ++count;
  if (!scan.status().ok()) return scan.status();
  return count;
}

void PrepareDocuments(const Alteration& alteration, Altered* altered) {
  const auto text_of = [](const schema::RecordLayout& layout) {
    return std::make_unique<const std::string>(
        schema::FormatSchemaDocumentCompact(layout.schema()));
  };
  altered->document = text_of(alteration.to());
  altered->old_document = text_of(alteration.from());
  altered->transaction.push_back({wal::Operation::kAlterTable, altered->table->name(),
                                  *altered->document, *altered->old_document});
}

// What functions made of the records is in the log, too: nothing else could tell it again. The new
// file has the records in the order of the old one, but for those that it leaves out.
absl::Status LogChangedRecords(const TableState& table, const Alteration& alteration,
                               Altered* altered) {
  absl::StatusOr<std::shared_ptr<const ScanSource>> source = ScanSource::OfPublished(table);
  if (!source.ok()) return source.status();
  altered->old_records = *source;
  const std::string_view name = altered->table->name();
  auto purged = alteration.purged().begin();
  const auto log_purged = [&] {
    for (; purged != alteration.purged().end() && *purged == altered->transaction.size();
         ++purged) {
      altered->transaction.push_back({wal::Operation::kPurged, name, {}, {}});
    }
  };
  std::string_view rest = altered->compaction->generation()->records.file_view();
  ScanState scan(*source);
  std::string_view old_line;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    const std::optional<std::string> key = schema::PrimaryKeyOf(alteration.to(), line);
    do {
      if (!scan.Next(&old_line)) {
        return scan.status().ok() ? absl::InternalError("a migration made a record of none")
                                  : scan.status();
      }
    } while (schema::PrimaryKeyOf(alteration.from(), old_line) != key);
    log_purged();
    altered->transaction.push_back({wal::Operation::kUpdate, name, line, old_line});
  }
  log_purged();
  return absl::OkStatus();
}

}  // namespace

absl::Status Engine::AlterTable(const TableSchema& schema) noexcept {
  AlterationRequest request{.wanted = schema};
  request.all_permitted = request.counts_version = request.unchanged_too = true;
  const absl::StatusOr<MigrateReport> report = Alter(request);
  if (!report.ok()) return report.status();
  return report->violations_total == 0 ? absl::OkStatus() : ViolationError(*report);
}

// What functions made of the records is not made again, but taken from the log, by the key.
absl::Status Engine::RepeatAlteration(const TableSchema& logged,
                                      const std::vector<std::string>& migrated) noexcept {
  AlterationRequest request{.wanted = logged};
  request.as_logged = request.unchanged_too = true;
  if (!migrated.empty()) {
    absl::StatusOr<std::shared_ptr<TableState>> table = ExistingTable(logged.table_name);
    if (!table.ok()) return table.status();
    absl::StatusOr<RecordChange> change = MigratedRecords(LayoutOf(**table), logged, migrated);
    if (!change.ok()) return change.status();
    request.change = *std::move(change);
    for (std::size_t i = 0; i < migrated.size(); ++i) {
      if (migrated[i].empty()) request.purged.push_back(i + 1);  // behind the ALTER_TABLE
    }
  }
  const absl::StatusOr<MigrateReport> report = Alter(request);
  if (!report.ok()) return report.status();
  return report->violations_total == 0 ? absl::OkStatus() : ViolationError(*report);
}

absl::Status Engine::CheckReadable() const {
  if (absl::Status here = CheckProcess(); !here.ok()) return here;
  return closed_ ? absl::FailedPreconditionError("the database is closed") : absl::OkStatus();
}

absl::StatusOr<MigrateReport> Engine::Alter(const AlterationRequest& request) noexcept {
  const bool applies = request.options.mode == MigrateMode::kApply;
  absl::Status done = applies ? CheckUsable() : CheckReadable();
  // Before the wait for a checkpoint, which waits for the slot.
  if (done.ok() && applies) done = slot_.CheckNotMine();
  if (!done.ok()) return done;
  std::optional<std::lock_guard<std::mutex>> one_at_a_time;
  if (applies) one_at_a_time.emplace(checkpoint_mutex_);
  absl::StatusOr<std::shared_ptr<TableState>> table = ExistingTable(request.wanted.table_name);
  if (!table.ok()) return table.status();
  absl::StatusOr<std::unique_ptr<Alteration>> alteration =
      Alteration::Plan(LayoutOf(**table), request);
  if (!alteration.ok()) return alteration.status();
  MigrateReport report;
  report.plan = (*alteration)->steps();
  report.version_before = (*alteration)->from().schema().version;
  report.version_after = (*alteration)->to().schema().version;
  if (report.plan.empty() && !request.unchanged_too) {
    report.version_after = report.version_before;
    return report;
  }
  // Nobody could mend one that does not fit, or that references what a function changes.
  done = applies ? EraseExpiredConcerning(**table) : absl::OkStatus();
  if (!done.ok()) return done;
  done = applies ? AlterAlone(*table, **alteration, request.options, &report)
                 : JudgeAlteration(**table, **alteration, request.options, &report);
  if (!done.ok()) return done;
  return report;
}

// A dry run deletes nothing, and tells of the records that there would be.
ExpiryMoment Engine::MomentToJudge(const schema::RecordLayout& layout,
                                   const MigrateOptions& options) const {
  return options.mode == MigrateMode::kApply ? ExpiryMoment() : MomentNow(layout);
}

// What is committed; the writer's slot keeps it so, if the caller holds it.
absl::Status Engine::JudgeAlteration(const TableState& table, const Alteration& alteration,
                                     const MigrateOptions& options, MigrateReport* report) const {
  report->rewrote = alteration.rewrites();
  // Not before: who made a table while the slot was waited for may reference a key that goes.
  if (absl::Status fit = CheckReferencesFit(alteration.to()); !fit.ok()) return fit;
  absl::StatusOr<std::shared_ptr<const ScanSource>> source =
      ScanSource::OfPublished(table, MomentToJudge(table.layout(), options));
  if (!source.ok()) return source.status();
  absl::StatusOr<std::vector<std::unique_ptr<RecordRule>>> rules = RulesOf(alteration);
  if (!rules.ok()) return rules.status();
  if (keeps_references_) AddReferenceRules(alteration, Tables(), &*rules);
  if (!alteration.judges()) {
    const absl::StatusOr<std::uint64_t> records = CountRecords(*source);
    report->records = records.value_or(0);
    return records.status();
  }
  absl::StatusOr<Judgement> judged =
      JudgeRecords(alteration, *rules, *std::move(source), options.violations_max);
  if (!judged.ok()) return judged.status();
  report->violations = std::move(judged->violations);
  report->violations_total = judged->violations_total;
  report->records = judged->records;
  return absl::OkStatus();
}

absl::Status Engine::AlterAlone(const std::shared_ptr<TableState>& table,
                                const Alteration& alteration, const MigrateOptions& options,
                                MigrateReport* report) {
  absl::Status done;
  {
    // The files of the index are read, and not written meanwhile.
    const std::lock_guard<std::mutex> no_index(indexes_mutex_);
    done = AcquireSlot();
    if (!done.ok()) return done;
    done = FlushHoldingSlot();
    if (done.ok()) done = JudgeAlteration(*table, alteration, options, report);
    const bool altered = done.ok() && report->violations_total == 0;
    if (altered) {
      // New constraints hold for the records, not for what these were before: lines that are
      // superseded must not be there when the file is read.
      const TableExtent& extent = table->generation->written;
      const bool only_live = extent.lines == extent.live;
      report->rewrote = alteration.rewrites() || !table->generation->records.has_file() ||
                        (alteration.constrains() && !only_live);
      done = AlterHoldingSlot(table, alteration, report->rewrote);
    }
    if (altered && done.ok()) commits_.AcknowledgeLog();
    report->migrated = altered && done.ok();
    ReleaseSlot();
  }
  if (!report->migrated) return done;
  subscriptions_->Wake();
  RemoveIndexOf(table->name());
  maintainer_.Request();
  return done;
}

// Everything that can fail for want of room or by what the records hold comes before the switch.
absl::Status Engine::AlterHoldingSlot(const std::shared_ptr<TableState>& table,
                                      const Alteration& alteration, bool rewrites) {
  absl::StatusOr<Altered> altered =
      rewrites ? Rewrite(*table, alteration) : AlterInPlace(*table, alteration);
  if (!altered.ok()) return altered.status();
  absl::Status done;
  // What no rule saw: others' references to a key whose values a function changed.
  if (alteration.judges()) done = JudgeAltered(altered->generation());
  if (done.ok()) {
    absl::StatusOr<CatalogEntry> entry =
        WriteNextSchemaFile(files_, paths_, alteration.to().schema());
    if (entry.ok()) altered->table->schema_checksum = entry->checksum;
    done = entry.status();
  }
  if (done.ok()) return SwitchToAltered(table, *std::move(altered));
  altered->Abandon();
  return done;
}

absl::StatusOr<Altered> Engine::Rewrite(const TableState& table, const Alteration& alteration) {
  Altered altered;
  altered.table = std::make_shared<TableState>(alteration.to());
  altered.compaction = std::make_unique<TableCompaction>(
      files_, paths_, table, altered.table->generation->shared_layout(),
      [&alteration](std::string_view record, std::string* line) {
        return alteration.Change(record, line, [](int, const std::string&) {});
      });
  absl::Status done = altered.compaction->Copy();
  PrepareDocuments(alteration, &altered);
  if (done.ok() && alteration.by_function()) done = LogChangedRecords(table, alteration, &altered);
  if (done.ok()) return altered;
  altered.Abandon();
  return done;
}

// The lines are canonical under the altered schema, too: the file stays. Its index is that of the
// keys that the table had already; for the others it is read.
absl::StatusOr<Altered> Engine::AlterInPlace(const TableState& table,
                                             const Alteration& alteration) {
  Altered altered;
  altered.table = std::make_shared<TableState>(alteration.to());
  PrepareDocuments(alteration, &altered);
  const TableGeneration& old = *table.generation;
  const std::string path = paths_.Records(table.name());
  absl::StatusOr<std::unique_ptr<wal::File>> file = files_.Open(path, wal::OpenMode::kAppend);
  if (!file.ok()) return file.status();
  absl::StatusOr<RecordsFile> records =
      RecordsFile::Open(*std::move(file), old.records.file_bytes());
  if (!records.ok()) return records.status();
  altered.table->generation->records = *std::move(records);
  wal::TableCheckpoint now;
  now.bytes = old.records.file_bytes();
  now.lines = old.written.lines;
  now.live = old.written.live;
  now.checksum = old.records.Checksum();
  now.next_id = old.written.next_id;
  absl::Status loaded = LoadRecords(files_, paths_, now, wal::ShortName(paths_, path), options_,
                                    *altered.table->generation);
  if (!loaded.ok()) return loaded;
  return altered;
}

absl::Status Engine::SwitchToAltered(const std::shared_ptr<TableState>& table, Altered altered) {
  const std::string name = table->name();
  TablesCheckpoint checkpoint(files_, paths_, options_);
  const bool rewrites = altered.compaction != nullptr;
  if (rewrites) checkpoint.Add(std::move(altered.compaction));
  TableMap tables = Tables();
  tables[name] = altered.table;
  CheckpointReport report;
  absl::Status done =
      SwitchLogs({&checkpoint, tables, altered.transaction, rewrites ? name : ""}, &report);
  if (!done.ok()) {
    // Unless nobody knows whether it came about.
    if (commits_.failure().ok()) files_.Remove(paths_.SchemaNext(name)).IgnoreError();
    return done;
  }
  NoteExpiring({{name, altered.table}});
  {
    const std::unique_lock<std::shared_mutex> lock(tables_mutex_);
    tables_ = std::move(tables);
    MapReferences();
    Retire(table, "altered: open it again");
  }
  done = PlaceNextSchemaFile(files_, paths_, name);
  if (done.ok()) return done;
  done = HappenedUnfinished(done, name, "altered");
  commits_.Fail(done);
  return done;
}

}  // namespace linedb::engine
