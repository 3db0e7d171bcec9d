#include "engine/history/slice_plan.h"

#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/history/log_span.h"
#include "engine/history/row_difference.h"
#include "engine/storage/carry_over.h"
#include "schema/record_codec.h"
#include "schema/record_layout.h"
#include "schema/schema_document.h"

namespace linedb::engine {
namespace {

using Layout = std::shared_ptr<const schema::RecordLayout>;

bool ChangesSchema(wal::Operation operation) {
  return operation == wal::Operation::kCreateTable || operation == wal::Operation::kAlterTable ||
         operation == wal::Operation::kDropTable;
}

bool DropsColumns(const schema::RecordLayout& from, const schema::RecordLayout& to) {
  for (const ColumnSchema& column : from.columns()) {
    if (to.FindColumn(column.name) < 0) return true;
  }
  return false;
}

// A table while the log is walked.
struct WalkedTable {
  Layout before;  // the slice; null: there was none
  Layout now;
  Layout was;                    // before the last alteration,
  wal::TransactionId altered{};  // which this transaction made
  bool in_slice = false;
  std::set<std::string> touched;               // keys
  std::map<std::string, std::string> records;  // before the slice, by key
};

class SlicePlanner {
 public:
  explicit SlicePlanner(LogSpan span) : span_(std::move(span)) {}

  absl::StatusOr<SlicePlan> Plan(wal::Lsn first, wal::Lsn last);

 private:
  absl::Status FindTables(wal::Lsn before);
  absl::Status ReadSlice(wal::Lsn last);
  absl::Status Take(const wal::LogEntry& entry);
  absl::Status TakeSchema(const wal::LogEntry& entry, WalkedTable& table);
  absl::Status TakeFirst(const wal::LogEntry& entry, const std::string& key, WalkedTable& table);
  void KeepTables();

  const LogSpan span_;
  std::map<std::string, WalkedTable, std::less<>> tables_;
  SlicePlan plan_;
};

absl::Status SlicePlanner::FindTables(wal::Lsn before) {
  absl::StatusOr<std::map<std::string, TableSchema>> schemas = span_.SchemasAfter(before);
  if (!schemas.ok()) return schemas.status();
  for (auto& [name, schema] : *schemas) {
    absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(std::move(schema));
    if (!layout.ok()) return layout.status();
    WalkedTable& table = tables_[name];
    table.before = table.now = std::make_shared<const schema::RecordLayout>(*std::move(layout));
  }
  return absl::OkStatus();
}

absl::Status SlicePlanner::TakeSchema(const wal::LogEntry& entry, WalkedTable& table) {
  table.was = std::exchange(table.now, nullptr);
  table.altered = entry.transaction;
  if (entry.operation == wal::Operation::kDropTable) return absl::OkStatus();
  absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(entry.record);
  if (!document.ok()) return AtPlace(absl::StrCat("lsn ", entry.lsn.value), document.status());
  absl::StatusOr<schema::RecordLayout> layout =
      schema::RecordLayout::Create(std::move(document->schema));
  if (!layout.ok()) return layout.status();
  table.now = std::make_shared<const schema::RecordLayout>(*std::move(layout));
  return absl::OkStatus();
}

// The first change of a record in the slice says what it was before.
absl::Status SlicePlanner::TakeFirst(const wal::LogEntry& entry, const std::string& key,
                                     WalkedTable& table) {
  if (entry.old_record.empty() || table.before == nullptr) return absl::OkStatus();
  // What a program's function has migrated was a record of the table before the alteration.
  const bool migrated = table.was != nullptr && entry.transaction == table.altered;
  const Layout& layout = migrated ? table.was : table.now;
  if (layout == table.before) {
    table.records[key] = entry.old_record;
    return absl::OkStatus();
  }
  // It is known only as an alteration in the slice made it.
  std::string record;
  if (!CarryBack(*layout, *table.before, entry.old_record, &record).ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("lsn ", entry.lsn.value, ": what the record ", key, " of table ",
                     std::string(entry.table), " was before the table was altered is not in the ",
                     "log; begin the slice behind the alteration"));
  }
  table.records[key] = std::move(record);
  if (!DropsColumns(*table.before, *layout)) return absl::OkStatus();
  plan_.notes.push_back(absl::StrCat("table ", std::string(entry.table), ", record ", key,
                                     ": columns that an alteration in the slice drops have their ",
                                     "default, the log no longer has their values"));
  return absl::OkStatus();
}

absl::Status SlicePlanner::Take(const wal::LogEntry& entry) {
  if (entry.operation == wal::Operation::kPurge || entry.operation == wal::Operation::kPurged) {
    return absl::FailedPreconditionError(absl::StrCat(
        "lsn ", entry.lsn.value, ": what was done there was purged, and cannot be done ",
        "again; leave it out of the slice"));
  }
  WalkedTable& table = tables_[std::string(entry.table)];
  table.in_slice = true;
  if (ChangesSchema(entry.operation)) return TakeSchema(entry, table);
  const std::string_view line = entry.record.empty() ? entry.old_record : entry.record;
  SplitLine split;
  if (table.now == nullptr || !split.Set(*table.now, line)) {
    return absl::DataLossError(absl::StrCat("lsn ", entry.lsn.value, ": not a record of table ",
                                            std::string(entry.table), ": ", std::string(line)));
  }
  std::string scratch;
  const std::string key(
      schema::KeyTextOf(table.now->keys()[0], line, split.spans(), &scratch).value_or(""));
  return table.touched.insert(key).second ? TakeFirst(entry, key, table) : absl::OkStatus();
}

absl::Status SlicePlanner::ReadSlice(wal::Lsn last) {
  // A transaction that is not whole by `last` is: so the walk goes on to its end, and ends itself.
  const absl::Status behind = absl::OutOfRangeError("behind the slice");
  const absl::Status walked =
      span_.Walk(plan_.first, span_.newest(), [&](const std::vector<wal::LogEntry>& transaction) {
        if (transaction.front().lsn > last) return behind;
        std::vector<SlicedOperation> operations;
        for (const wal::LogEntry& entry : transaction) {
          if (absl::Status taken = Take(entry); !taken.ok()) return taken;
          // What is migrated with an alteration was a record of the table as it was before it.
          const bool migrated = transaction.front().operation == wal::Operation::kAlterTable &&
                                wal::IsOnRecord(entry.operation);
          operations.push_back({entry.operation, std::string(entry.table),
                                std::string(entry.record),
                                migrated ? std::string() : std::string(entry.old_record)});
        }
        if (plan_.transactions.empty()) plan_.first_transaction = transaction.front().transaction;
        plan_.transactions.push_back(std::move(operations));
        plan_.last = transaction.back().lsn;
        return absl::OkStatus();
      });
  return walked == behind ? absl::OkStatus() : walked;
}

void SlicePlanner::KeepTables() {
  for (auto& [name, table] : tables_) {
    if (!table.in_slice || table.before == nullptr) continue;
    SlicedTable& kept = plan_.tables[name];
    kept.schema = table.before->schema();
    for (auto& [key, record] : table.records) kept.records.push_back(std::move(record));
  }
}

absl::StatusOr<SlicePlan> SlicePlanner::Plan(wal::Lsn first, wal::Lsn last) {
  if (first.value == 0 || first > last) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is no operation from lsn ", first.value, " to lsn ", last.value));
  }
  for (const wal::Lsn lsn : {last, first}) {
    if (auto there = span_.Resolve(AtLsn{lsn.value}); !there.ok()) return there.status();
  }
  absl::StatusOr<wal::Lsn> before = span_.Resolve(AtLsn{first.value - 1});
  if (!before.ok()) return before.status();
  plan_.database = span_.database();
  plan_.first = wal::Lsn{before->value + 1};
  absl::Status done = FindTables(*before);
  if (done.ok()) done = ReadSlice(last);
  if (!done.ok()) return done;
  KeepTables();
  return std::move(plan_);
}

}  // namespace

std::uint64_t SlicePlan::operations() const {
  std::uint64_t count = 0;
  for (const std::vector<SlicedOperation>& transaction : transactions) count += transaction.size();
  return count;
}

std::uint64_t SlicePlan::records() const {
  std::uint64_t count = 0;
  for (const auto& [name, table] : tables) count += table.records.size();
  return count;
}

absl::StatusOr<SlicePlan> PlanSlice(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                    wal::Lsn first, wal::Lsn last) {
  absl::StatusOr<LogSpan> span = LogSpan::Open(files, paths);
  if (!span.ok()) return span.status();
  return SlicePlanner(*std::move(span)).Plan(first, last);
}

}  // namespace linedb::engine
