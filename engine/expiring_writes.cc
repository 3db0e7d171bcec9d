#include "engine/expiring_writes.h"

namespace linedb::engine {

absl::Status FinishExpiringLine(Transaction& writer, TableChanges& changes, WriteMode mode,
                                const schema::FieldSpan* spans) {
  const TableChanges::Mark before = changes.MarkBeforeLine();
  const std::size_t operations_before = writer.operations().size();
  absl::Status done =
      changes.MakeWay(spans, [&](const Change& erased) { writer.Record(changes.table(), erased); });
  if (done.ok()) {
    const absl::StatusOr<Change> change = changes.FinishLine(mode, spans);
    if (change.ok()) {
      writer.Record(changes.table(), *change);
      return done;
    }
    done = change.status();
  }
  changes.RollbackTo(before);
  writer.ForgetOperations(operations_before);
  return done;
}

absl::Status InsertExpiringLines(Transaction& writer, TableChanges& changes, std::size_t count,
                                 TableCore::LineEncoder encode, std::size_t* failed) {
  const TableChanges::Mark before = changes.MakeMark();
  const std::size_t operations_before = writer.operations().size();
  FieldSpans spans(static_cast<std::size_t>(changes.table().layout().column_count()));
  for (*failed = 0; *failed < count; ++*failed) {
    absl::Status done = encode(*failed, changes.next_id(), changes.BeginLine(), spans.data());
    if (done.ok()) {
      done = FinishExpiringLine(writer, changes, WriteMode::kInsert, spans.data());
    } else {
      changes.CancelLine();
    }
    if (done.ok()) continue;
    changes.RollbackTo(before);
    writer.ForgetOperations(operations_before);
    return done;
  }
  return absl::OkStatus();
}

absl::Status UpdateExpiringColumns(Transaction& writer, TableChanges& changes,
                                   std::string_view key_text, std::span<const ColumnText> values) {
  FieldSpans spans(static_cast<std::size_t>(changes.table().layout().column_count()));
  absl::Status begun = changes.BeginUpdate(key_text, values, spans.data());
  if (!begun.ok()) return begun;
  return FinishExpiringLine(writer, changes, WriteMode::kUpdate, spans.data());
}

}  // namespace linedb::engine
