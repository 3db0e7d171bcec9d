// What Table<T> and JsonTable are made of: reading and writing records as canonical lines. Not for
// direct use.

#ifndef LINEDB_TABLE_CORE_H_
#define LINEDB_TABLE_CORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/struct_codec.h"
#include "linedb/table_schema.h"
#include "linedb/text_arena.h"
#include "linedb/text_search.h"
#include "linedb/transaction.h"

namespace linedb::engine {

class Engine;
class TableState;
class ScanState;
struct ScanSource;
struct TableSnapshot;

// Walks the live records of a table in file order, as they were when it was made. One thread.
class RecordCursor {
 public:
  explicit RecordCursor(std::unique_ptr<ScanState> state);
  RecordCursor(RecordCursor&&) noexcept;
  RecordCursor& operator=(RecordCursor&&) noexcept;
  ~RecordCursor();

  // The next record's canonical line, valid until the cursor is destroyed, or the snapshot that it
  // walks has ended. False at the end.
  bool Next(std::string_view* line) {
    if (run_.empty() && !NextRun()) return false;
    const char* newline = schema::FindNewline(run_.data(), run_.data() + run_.size());
    *line = run_.substr(0, static_cast<std::size_t>(newline - run_.data()));
    run_.remove_prefix(line->size() + 1);
    return true;
  }
  // Why Next returned false: OK at the end, kDataLoss where the file is damaged.
  const absl::Status& status() const;

 private:
  bool NextRun();

  std::unique_ptr<ScanState> state_;
  std::string_view run_;  // live lines that follow each other, each with its "\n"
};

// The live records of a table, as they were when it was made, in pieces that follow each other in
// file order: walking all of them is the same as one walk. How they are cut depends on the table's
// file only. Any thread.
class RecordPieces {
 public:
  explicit RecordPieces(std::shared_ptr<const ScanSource> source);

  std::size_t count() const { return count_; }
  RecordCursor Walk(std::size_t piece) const;

 private:
  std::shared_ptr<const ScanSource> source_;
  std::uint64_t piece_bytes_;
  std::size_t count_;
};

// Who reads: a transaction that writes, which sees what it wrote; one that reads, which sees what
// was committed when it began; or nobody in particular, who sees what is committed now.
class View {
 public:
  View() = default;
  View(const WriteTransaction& writer) : writer_(&writer) {}       // NOLINT: meant to convert
  View(const ReadTransaction& snapshot) : snapshot_(&snapshot) {}  // NOLINT: meant to convert

  const WriteTransaction* writer() const { return writer_; }
  const ReadTransaction* snapshot() const { return snapshot_; }

 private:
  const WriteTransaction* writer_ = nullptr;
  const ReadTransaction* snapshot_ = nullptr;
};

enum class WriteMode {
  kInsert,  // the primary key must be new
  kUpdate,  // the primary key must exist
  kUpsert,  // either
};

// What a column is to become.
struct ColumnText {
  int column = 0;         // its number among the stored columns
  std::string_view text;  // the value's canonical text
};

// A handle on a table; copyable, as long-lived as its Database. Any thread, but for what names a
// transaction: the transaction's thread.
class TableCore {
 public:
  TableCore(Engine* engine, TableState* table) : engine_(engine), table_(table) {}

  const TableSchema& schema() const;
  std::uint64_t record_count() const;
  // Fails as Visit does.
  absl::StatusOr<std::uint64_t> record_count(const ReadTransaction& snapshot) const;

  // Begins a transaction for a single call. Fails as Database::Begin does.
  absl::StatusOr<WriteTransaction> Begin() const;

  // Calls `visit` with the line of the record whose key number `key` (0: primary) has this text;
  // returns what it returned. kNotFound if there is none; kFailedPrecondition if the transaction
  // has ended, is another database's or began before the table did, or if the table was dropped or
  // altered; kDataLoss if the file is damaged there. The line is valid during the call, read with a
  // snapshot as long as that; `visit` must not call into the database.
  using LineVisitor = absl::FunctionRef<absl::Status(std::string_view)>;
  absl::Status Visit(View view, int key, std::string_view key_text, LineVisitor visit) const;
  // The same for `count` keys, faster than as many calls: `encode(i, text)` appends key i's text,
  // `visit(i, line)` is called, in the order of i, for those that have a record. Without a
  // transaction each is as it was at some moment of the call. An error of either is returned.
  using KeyEncoder = absl::FunctionRef<absl::Status(std::size_t, schema::TextWriter*)>;
  using NumberedLineVisitor = absl::FunctionRef<absl::Status(std::size_t, std::string_view)>;
  absl::Status VisitMany(View view, int key, std::size_t count, KeyEncoder encode,
                         NumberedLineVisitor visit) const;

  // kFailedPrecondition if the transaction has ended or is another database's, or if the table was
  // dropped or altered. What names one
  // checks it: those below that return no status rely on their callers to have done so.
  absl::Status Check(const WriteTransaction& transaction) const;

  // What keeps the views read with the snapshot, which is active; as long-lived as it.
  schema::TextArena* TextsOf(const ReadTransaction& snapshot) const;

  // Fails as Visit does.
  absl::StatusOr<RecordCursor> Scan(View view) const;
  absl::StatusOr<RecordPieces> ScanPieces(View view) const;

  // What the transaction sees of the table, as long as it has not ended. Fails as Visit does.
  absl::StatusOr<const TableSnapshot*> SeenBy(const ReadTransaction& snapshot) const;

  // The number of the key over these columns (names joined by ","), or -1.
  int FindKey(std::string_view columns) const;
  // The number of a column among the stored ones, or -1.
  int FindColumn(std::string_view name) const;

  // Writing a line: append it to *BeginLine(), then WriteLine with its spans (one per stored
  // column); on an error the table is as before and the line is gone. CancelLine takes back what
  // was appended.
  std::string* BeginLine(WriteTransaction& transaction) const;
  absl::Status WriteLine(WriteTransaction& transaction, WriteMode mode,
                         const schema::FieldSpan* spans) const;
  void CancelLine(WriteTransaction& transaction) const;
  // Makes room for so many more records, whose lines have so many bytes together, at once instead
  // of by and by. For what is certain to come: the room is not given back before the transaction
  // ends.
  void Expect(WriteTransaction& transaction, std::size_t records, std::size_t bytes) const;
  // Inserts `count` records, all of them or none: `encode(i, next_key, line, spans)` appends record
  // i as for BeginLine, with the key it gets if it leaves it out. Keys are checked in groups, so
  // that what is fetched for one is not waited for by the next. On an error `failed` is the record
  // that it is about.
  using LineEncoder =
      absl::FunctionRef<absl::Status(std::size_t, std::int64_t, std::string*, schema::FieldSpan*)>;
  absl::Status InsertLines(WriteTransaction& transaction, std::size_t count, LineEncoder encode,
                           std::size_t* failed) const;
  // Appends any JSON object as the table's canonical line, with its spans; fails as WriteJson.
  absl::Status AppendCanonical(std::string_view json, std::int64_t next_key, std::string* line,
                               schema::FieldSpan* spans) const;
  // What a left-out key becomes.
  std::int64_t next_key(const WriteTransaction& transaction) const;

  // Writes a record given as any JSON object: checked, put in canonical form, keys assigned.
  // `key_text`, if not null, becomes the record's primary key as JSON text.
  absl::Status WriteJson(WriteTransaction& transaction, WriteMode mode, std::string_view json,
                         std::string* key_text) const;

  // Replaces these columns of a record, which are different ones, ascend and are not of its primary
  // key; all else of its line stays as it is, byte by byte. kNotFound if there is no such record,
  // and as WriteLine.
  absl::Status UpdateColumns(WriteTransaction& transaction, std::string_view key_text,
                             std::span<const ColumnText> values) const;
  // The same for `count` records, all of them or none, whose `columns` are these, in any order:
  // `encode(i, text, spans)` appends record i's key text and the columns' texts, and says where
  // they lie in `text`. On an error `failed` is the record that it is about.
  using UpdateEncoder =
      absl::FunctionRef<absl::Status(std::size_t, schema::TextWriter*, schema::FieldSpan*)>;
  absl::Status UpdateMany(WriteTransaction& transaction, std::size_t count,
                          std::span<const int> columns, UpdateEncoder encode,
                          std::size_t* failed) const;

  // kNotFound if there is no such record.
  absl::Status Erase(WriteTransaction& transaction, std::string_view key_text) const;

  // Key text of key values given as JSON, or as a person types them.
  absl::StatusOr<std::string> KeyTextFromJson(int key, std::string_view json) const;
  absl::StatusOr<std::string> KeyTextFromUser(int key, std::string_view text) const;

  Engine* engine() const { return engine_; }
  TableState* table() const { return table_; }

 private:
  template <class Read>
  absl::Status ReadIn(View view, Read&& read) const;
  absl::StatusOr<std::shared_ptr<const ScanSource>> SourceOf(View view) const;

  Engine* engine_;
  TableState* table_;
};

// The canonical line, in the order of `expected`'s columns, of a line whose columns may stand in
// another order. kFailedPrecondition if it does not fit.
absl::Status ReorderLine(const TableSchema& expected, std::string_view line,
                         std::string* reordered);

// The error of a record whose column `column` cannot be read into a struct's member.
absl::Status UnreadableColumn(const TableSchema& schema, int stored_column, std::string_view line);

}  // namespace linedb::engine

#endif  // LINEDB_TABLE_CORE_H_
