#include "tools/dbtool/memory_copy.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "schema/record_codec.h"
#include "schema/record_layout.h"
#include "tools/dbtool/process.h"

namespace linedb::dbtool {
namespace {

// Enough to make a commit cheap, few enough to be no second copy of the table.
constexpr int kLinesPerTransaction = 10000;

// Copies up to so many lines in one transaction; *more is false at the end.
absl::Status CopyLines(engine::RecordCursor& cursor, const engine::TableCore& target,
                       const schema::RecordLayout& layout, bool* more) {
  absl::StatusOr<WriteTransaction> transaction = target.Begin();
  if (!transaction.ok()) return transaction.status();
  std::vector<schema::FieldSpan> spans(layout.columns().size());
  std::string_view line;
  for (int count = 0; count < kLinesPerTransaction; ++count) {
    *more = cursor.Next(&line);
    if (!*more) break;
    if (!schema::SplitCanonical(layout, line, layout.column_count() - 1, spans.data())) {
      return absl::DataLossError(layout.schema().table_name + ": not a record of the table: " +
                                 std::string(line.substr(0, 200)));
    }
    target.BeginLine(*transaction)->append(line);
    absl::Status written = target.WriteLine(*transaction, engine::WriteMode::kInsert, spans.data());
    if (!written.ok()) return written;
  }
  return transaction->Commit();
}

// Of no use before it keeps references again: they have no order in which tables could be made.
absl::StatusOr<std::unique_ptr<Database>> MakeUnchecked(const Database& source) {
  Options options;
  // Nobody will replay its log or read its archives, and both are in memory.
  options.log_bytes_max = std::uint64_t{4} << 20;
  options.archives_kept = 0;
  absl::StatusOr<std::unique_ptr<Database>> copy = Database::OpenInMemory(options);
  if (!copy.ok()) return copy;
  (*copy)->engine().LeaveReferencesUnchecked();
  for (const std::string& name : source.TableNames()) {
    const absl::StatusOr<TableSchema> schema = source.Schema(name);
    if (!schema.ok()) return schema.status();
    if (absl::Status made = (*copy)->CreateTable(*schema); !made.ok()) return made;
  }
  return copy;
}

absl::Status CopyRecords(Database& source, Database& target, const std::string& table) {
  const absl::StatusOr<engine::TableCore> from = source.OpenCore(table);
  if (!from.ok()) return from.status();
  const absl::StatusOr<engine::TableCore> to = target.OpenCore(table);
  if (!to.ok()) return to.status();
  const absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(from->schema());
  if (!layout.ok()) return layout.status();
  absl::StatusOr<engine::RecordCursor> cursor = from->Scan({});
  if (!cursor.ok()) return cursor.status();
  for (bool more = true; more;) {
    if (Interrupted()) return absl::CancelledError("the dry run was interrupted");
    if (absl::Status copied = CopyLines(*cursor, *to, *layout, &more); !copied.ok()) return copied;
  }
  return absl::OkStatus();
}

// The table, those that reference one of these, and those that the table references.
std::set<std::string> ConcernedBy(const Database& source, const std::string& table) {
  std::map<std::string, std::vector<ReferenceSchema>> references;
  for (const std::string& name : source.TableNames()) {
    const absl::StatusOr<TableSchema> schema = source.Schema(name);
    if (schema.ok()) references[name] = AllReferences(*schema);
  }
  std::set<std::string> concerned = {table};
  for (std::size_t known = 0; known < concerned.size();) {
    known = concerned.size();
    for (const auto& [name, all] : references) {
      for (const ReferenceSchema& each : all) {
        if (concerned.contains(each.table)) concerned.insert(name);
      }
    }
  }
  for (const ReferenceSchema& each : references[table]) {
    if (references.contains(each.table)) concerned.insert(each.table);
  }
  return concerned;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> CopySchemas(const Database& source) {
  absl::StatusOr<std::unique_ptr<Database>> copy = MakeUnchecked(source);
  if (copy.ok()) (*copy)->engine().KeepReferencesAgain();
  return copy;
}

absl::StatusOr<std::unique_ptr<Database>> CopyTable(Database& source, const std::string& table) {
  if (absl::Status known = source.OpenCore(table).status(); !known.ok()) return known;
  absl::StatusOr<std::unique_ptr<Database>> copy = MakeUnchecked(source);
  if (!copy.ok()) return copy;
  for (const std::string& name : ConcernedBy(source, table)) {
    if (absl::Status copied = CopyRecords(source, **copy, name); !copied.ok()) return copied;
  }
  (*copy)->engine().KeepReferencesAgain();
  return copy;
}

}  // namespace linedb::dbtool
