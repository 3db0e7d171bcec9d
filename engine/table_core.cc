#include "linedb/table_core.h"

#include <algorithm>
#include <cassert>
#include <mutex>
#include <numeric>
#include <shared_mutex>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "engine/engine.h"
#include "engine/expiring_writes.h"
#include "engine/index/table_state.h"
#include "engine/transaction/record_scan.h"
#include "schema/record_codec.h"

namespace linedb::engine {

namespace {

absl::Status WriteColumns(Transaction& writer, TableChanges& changes, std::string_view key_text,
                          std::span<const ColumnText> values) {
  if (changes.expires()) return UpdateExpiringColumns(writer, changes, key_text, values);
  absl::StatusOr<Change> change = changes.UpdateColumns(key_text, values);
  if (!change.ok()) return change.status();
  writer.Record(changes.table(), *change);
  return absl::OkStatus();
}

// How many have expired since is known to no count that is kept.
absl::StatusOr<std::uint64_t> CountSeen(const TableCore& core, View view) {
  absl::StatusOr<RecordCursor> cursor = core.Scan(view);
  if (!cursor.ok()) return cursor.status();
  std::uint64_t count = 0;
  for (std::string_view line; cursor->Next(&line);) ++count;
  if (!cursor->status().ok()) return cursor->status();
  return count;
}

}  // namespace

RecordCursor::RecordCursor(std::unique_ptr<ScanState> state) : state_(std::move(state)) {}
RecordCursor::RecordCursor(RecordCursor&&) noexcept = default;
RecordCursor& RecordCursor::operator=(RecordCursor&&) noexcept = default;
RecordCursor::~RecordCursor() = default;

bool RecordCursor::NextRun() { return state_->NextRun(&run_); }
const absl::Status& RecordCursor::status() const { return state_->status(); }

const TableSchema& TableCore::schema() const { return table_->layout().schema(); }

std::uint64_t TableCore::record_count() const {
  if (table_->layout().expires_column() >= 0) {
    const absl::StatusOr<std::uint64_t> seen = CountSeen(*this, {});
    if (seen.ok()) return *seen;
  }
  const std::shared_lock<std::shared_mutex> lock(table_->mutex);
  return table_->generation->published().live;
}

absl::StatusOr<std::uint64_t> TableCore::record_count(const ReadTransaction& snapshot) const {
  absl::StatusOr<const TableSnapshot*> seen = SeenBy(snapshot);
  if (!seen.ok()) return seen.status();
  if (table_->layout().expires_column() >= 0) return CountSeen(*this, snapshot);
  return (*seen)->extent.live;
}

absl::StatusOr<WriteTransaction> TableCore::Begin() const {
  absl::StatusOr<std::unique_ptr<Transaction>> transaction = engine_->Begin();
  if (!transaction.ok()) return transaction.status();
  return WriteTransaction(*std::move(transaction));
}

absl::StatusOr<const TableSnapshot*> TableCore::SeenBy(const ReadTransaction& snapshot) const {
  if (!snapshot.active()) return absl::FailedPreconditionError("the transaction has ended");
  if (snapshot.engine_ != engine_) {
    return absl::FailedPreconditionError("the transaction is another database's");
  }
  const TableSnapshot* seen = snapshot.snapshot_->Find(table_);
  if (seen != nullptr) return seen;
  return absl::FailedPreconditionError(absl::StrCat(
      "table ", table_->name(), " was made, or altered, after the transaction had begun"));
}

absl::Status TableCore::Check(const WriteTransaction& transaction) const {
  if (!transaction.active()) return absl::FailedPreconditionError("the transaction has ended");
  if (transaction.transaction_->engine() != engine_) {
    return absl::FailedPreconditionError("the transaction is another database's");
  }
  return table_->retired;  // no lock: tables are retired by writers only
}

absl::StatusOr<std::shared_ptr<const ScanSource>> TableCore::SourceOf(View view) const {
  if (view.writer() != nullptr) {
    if (absl::Status usable = Check(*view.writer()); !usable.ok()) return usable;
    return ScanSource::OfWriter(*table_, engine_->writer_moment());
  }
  if (view.snapshot() == nullptr) {
    return ScanSource::OfPublished(*table_, engine_->MomentNow(table_->layout()));
  }
  absl::StatusOr<const TableSnapshot*> seen = SeenBy(*view.snapshot());
  if (!seen.ok()) return seen.status();
  const std::shared_lock<std::shared_mutex> lock(table_->mutex);
  std::shared_ptr<const ScanSource> source =
      ScanSource::OfGeneration((*seen)->generation, (*seen)->extent.bytes, (*seen)->moment);
  view.snapshot()->snapshot_->views().Keep(source->mapping);
  return source;
}

schema::TextArena* TableCore::TextsOf(const ReadTransaction& snapshot) const {
  assert(snapshot.active());
  return &snapshot.snapshot_->views().texts();
}

absl::StatusOr<RecordCursor> TableCore::Scan(View view) const {
  absl::StatusOr<std::shared_ptr<const ScanSource>> source = SourceOf(view);
  if (!source.ok()) return source.status();
  return RecordCursor(std::make_unique<ScanState>(*std::move(source)));
}

absl::StatusOr<RecordPieces> TableCore::ScanPieces(View view) const {
  absl::StatusOr<std::shared_ptr<const ScanSource>> source = SourceOf(view);
  if (!source.ok()) return source.status();
  return RecordPieces(*std::move(source));
}

int TableCore::FindKey(std::string_view columns) const { return table_->layout().FindKey(columns); }

int TableCore::FindColumn(std::string_view name) const { return table_->layout().FindColumn(name); }

std::string* TableCore::BeginLine(WriteTransaction& transaction) const {
  return engine_->ChangesOf(*transaction.transaction_, *table_).BeginLine();
}

absl::Status TableCore::WriteLine(WriteTransaction& transaction, WriteMode mode,
                                  const schema::FieldSpan* spans) const {
  Transaction& writer = *transaction.transaction_;
  TableChanges& changes = engine_->ChangesOf(writer, *table_);
  if (changes.expires()) return FinishExpiringLine(writer, changes, mode, spans);
  absl::StatusOr<Change> change = changes.FinishLine(mode, spans);
  if (!change.ok()) return change.status();
  writer.Record(*table_, *change);
  return absl::OkStatus();
}

void TableCore::CancelLine(WriteTransaction& transaction) const {
  engine_->ChangesOf(*transaction.transaction_, *table_).CancelLine();
}

void TableCore::Expect(WriteTransaction& transaction, std::size_t records,
                       std::size_t bytes) const {
  if (!Check(transaction).ok()) return;
  transaction.transaction_->Expect(records);
  engine_->ChangesOf(*transaction.transaction_, *table_).Expect(records, bytes);
}

absl::Status TableCore::InsertLines(WriteTransaction& transaction, std::size_t count,
                                    LineEncoder encode, std::size_t* failed) const {
  *failed = 0;
  if (absl::Status usable = Check(transaction); !usable.ok()) return usable;
  Transaction& writer = *transaction.transaction_;
  TableChanges& changes = engine_->ChangesOf(writer, *table_);
  if (absl::Status room = changes.SpillIfLarge(); !room.ok()) return room;
  if (changes.expires()) return InsertExpiringLines(writer, changes, count, encode, failed);
  const TableChanges::Mark before = changes.MakeMark();
  const std::size_t operations_before = writer.operations().size();
  FieldSpans spans(static_cast<std::size_t>(table_->layout().column_count()));
  absl::Status done;
  std::size_t taken = 0;
  for (; taken < count && done.ok(); ++taken) {
    done = encode(taken, changes.next_id(), changes.BeginLine(), spans.data());
    if (!done.ok()) {
      changes.CancelLine();
      // An error of a record before it comes first.
      absl::Status checked = changes.CheckTaken();
      if (!checked.ok()) done = checked;
      break;
    }
    const absl::StatusOr<Change> change = changes.TakeLine(spans.data());
    done = change.status();
    if (done.ok()) writer.Record(*table_, *change);
  }
  if (done.ok()) done = changes.CheckTaken();
  if (done.ok()) return done;
  *failed = changes.lines_checked() - before.extent.lines;
  changes.RollbackTo(before);
  writer.ForgetOperations(operations_before);
  return done;
}

absl::Status TableCore::AppendCanonical(std::string_view json, std::int64_t next_key,
                                        std::string* line, schema::FieldSpan* spans) const {
  schema::CanonicalizeOptions options;
  options.assigned_key = next_key;
  std::vector<schema::FieldSpan> found;
  absl::Status fits =
      schema::CanonicalizeRecord(table_->layout(), json, options, line, &found, nullptr);
  std::copy(found.begin(), found.end(), spans);
  return fits;
}

std::int64_t TableCore::next_key(const WriteTransaction& transaction) const {
  const TableChanges* changes = transaction.transaction_->FindChangesOf(*table_);
  return changes != nullptr ? changes->next_id() : table_->generation->written.next_id;
}

absl::Status TableCore::WriteJson(WriteTransaction& transaction, WriteMode mode,
                                  std::string_view json, std::string* key_text) const {
  if (absl::Status usable = Check(transaction); !usable.ok()) return usable;
  schema::CanonicalizeOptions options;
  options.assigned_key = next_key(transaction);
  std::string* lines = BeginLine(transaction);
  const std::size_t begin = lines->size();
  std::vector<schema::FieldSpan> spans;
  absl::Status fits =
      schema::CanonicalizeRecord(table_->layout(), json, options, lines, &spans, nullptr);
  if (!fits.ok()) {
    CancelLine(transaction);
    return fits;
  }
  if (key_text != nullptr) {
    const schema::KeyLayout& key = table_->layout().keys()[0];
    std::string scratch;
    const std::optional<std::string_view> text =
        schema::KeyTextOf(key, std::string_view(*lines).substr(begin), spans.data(), &scratch);
    *key_text = key.columns.size() == 1 ? std::string(text.value_or("null"))
                                        : absl::StrCat("[", std::string(text.value_or("")), "]");
  }
  return WriteLine(transaction, mode, spans.data());
}

absl::Status TableCore::UpdateColumns(WriteTransaction& transaction, std::string_view key_text,
                                      std::span<const ColumnText> values) const {
  if (absl::Status usable = Check(transaction); !usable.ok()) return usable;
  Transaction& writer = *transaction.transaction_;
  return WriteColumns(writer, engine_->ChangesOf(writer, *table_), key_text, values);
}

absl::Status TableCore::UpdateMany(WriteTransaction& transaction, std::size_t count,
                                   std::span<const int> columns, UpdateEncoder encode,
                                   std::size_t* failed) const {
  *failed = 0;
  if (absl::Status usable = Check(transaction); !usable.ok()) return usable;
  Transaction& writer = *transaction.transaction_;
  TableChanges& changes = engine_->ChangesOf(writer, *table_);
  if (absl::Status room = changes.SpillIfLarge(); !room.ok()) return room;
  const TableChanges::Mark before = changes.MakeMark();
  const std::size_t operations_before = writer.operations().size();
  std::vector<std::size_t> order(columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return columns[a] < columns[b]; });
  const std::size_t width = 1 + columns.size();
  FieldSpans spans(kKeysTogether * width);
  std::vector<ColumnText> values(columns.size());
  absl::Status done;
  for (std::size_t first = 0; first < count && done.ok(); first += kKeysTogether) {
    schema::TextWriter text;
    const std::size_t end = std::min(first + kKeysTogether, count);
    std::size_t encoded = first;
    absl::Status fits;
    for (; encoded < end; ++encoded) {
      fits = encode(encoded, &text, &spans[(encoded - first) * width]);
      if (!fits.ok()) break;
    }
    absl::InlinedVector<std::string_view, kKeysTogether> keys;
    for (std::size_t i = first; i < encoded; ++i) {
      keys.push_back(spans[(i - first) * width].In(text.text()));
    }
    changes.FetchRecords(keys);
    std::size_t i = first;
    for (; i < encoded && done.ok(); ++i) {
      const schema::FieldSpan* record = &spans[(i - first) * width];
      for (std::size_t k = 0; k < order.size(); ++k) {
        values[k] = {columns[order[k]], record[1 + order[k]].In(text.text())};
      }
      done = WriteColumns(writer, changes, keys[i - first], values);
    }
    // An error of a record before it comes first.
    *failed = done.ok() ? encoded : i - 1;
    if (done.ok()) done = fits;
  }
  if (done.ok()) return done;
  changes.RollbackTo(before);
  writer.ForgetOperations(operations_before);
  return done;
}

absl::Status TableCore::Erase(WriteTransaction& transaction, std::string_view key_text) const {
  if (absl::Status usable = Check(transaction); !usable.ok()) return usable;
  absl::StatusOr<Change> change =
      engine_->ChangesOf(*transaction.transaction_, *table_).Erase(key_text);
  if (!change.ok()) return change.status();
  transaction.transaction_->Record(*table_, *change);
  return absl::OkStatus();
}

absl::StatusOr<std::string> TableCore::KeyTextFromJson(int key, std::string_view json) const {
  const schema::RecordLayout& layout = table_->layout();
  return schema::KeyTextFromJson(layout, layout.keys()[static_cast<std::size_t>(key)], json);
}

absl::StatusOr<std::string> TableCore::KeyTextFromUser(int key, std::string_view text) const {
  const schema::RecordLayout& layout = table_->layout();
  return schema::KeyTextFromUser(layout, layout.keys()[static_cast<std::size_t>(key)], text);
}

absl::Status ReorderLine(const TableSchema& expected, std::string_view line,
                         std::string* reordered) {
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(expected);
  if (!layout.ok()) return layout.status();
  std::vector<schema::FieldSpan> spans;
  absl::Status fits = schema::CanonicalizeRecord(*layout, line, {}, reordered, &spans, nullptr);
  if (fits.ok()) return fits;
  return absl::FailedPreconditionError(std::string(fits.message()));
}

absl::Status UnreadableColumn(const TableSchema& schema, int stored_column, std::string_view line) {
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(schema);
  if (!layout.ok()) return layout.status();
  std::vector<schema::FieldSpan> spans(static_cast<std::size_t>(layout->column_count()));
  const std::size_t column = static_cast<std::size_t>(stored_column);
  std::string value = "?";
  if (schema::SplitCanonical(*layout, line, stored_column, spans.data())) {
    value = std::string(spans[column].In(line));
  }
  return absl::FailedPreconditionError(absl::StrCat(schema.table_name, ".",
                                                    layout->columns()[column].name, ": value ",
                                                    value, " does not fit the struct's member"));
}

}  // namespace linedb::engine
