#include "tools/dbtool/memory_copy.h"

#include <cstdint>
#include <string_view>
#include <vector>

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

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> CopySchemas(const Database& source) {
  Options options;
  // Nobody will replay its log or read its archives, and both are in memory.
  options.log_bytes_max = std::uint64_t{4} << 20;
  options.archives_kept = 0;
  absl::StatusOr<std::unique_ptr<Database>> copy = Database::OpenInMemory(options);
  if (!copy.ok()) return copy;
  for (const std::string& name : source.TableNames()) {
    const absl::StatusOr<TableSchema> schema = source.Schema(name);
    if (!schema.ok()) return schema.status();
    if (absl::Status made = (*copy)->CreateTable(*schema); !made.ok()) return made;
  }
  return copy;
}

absl::StatusOr<std::unique_ptr<Database>> CopyTable(Database& source, const std::string& table) {
  const absl::StatusOr<engine::TableCore> from = source.OpenCore(table);
  if (!from.ok()) return from.status();
  absl::StatusOr<std::unique_ptr<Database>> copy = CopySchemas(source);
  if (!copy.ok()) return copy;
  const absl::StatusOr<engine::TableCore> to = (*copy)->OpenCore(table);
  if (!to.ok()) return to.status();
  const absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(from->schema());
  if (!layout.ok()) return layout.status();
  absl::StatusOr<engine::RecordCursor> cursor = from->Scan({});
  if (!cursor.ok()) return cursor.status();
  for (bool more = true; more;) {
    if (Interrupted()) return absl::CancelledError("the dry run was interrupted");
    if (absl::Status copied = CopyLines(*cursor, *to, *layout, &more); !copied.ok()) return copied;
  }
  return copy;
}

}  // namespace linedb::dbtool
