// What a table holds, and which lines its file may have, built up from lines and from the log.

#ifndef LINEDB_ENGINE_EDIT_KNOWN_TABLE_H_
#define LINEDB_ENGINE_EDIT_KNOWN_TABLE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "engine/edit/row_changes.h"
#include "schema/record_layout.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// An operation on a record, kept.
struct KeptOperation {
  wal::Operation operation = wal::Operation::kInsert;
  std::string record;      // of an ALTER_TABLE: the schema
  std::string old_record;  // likewise
  bool migrated = false;   // a record, with the alteration before it in the same transaction
};

// One thread.
class KnownTable {
 public:
  explicit KnownTable(std::shared_ptr<const schema::RecordLayout> layout)
      : layout_(std::move(layout)) {}

  struct Row {
    std::string line;    // the record's, canonical; empty: it is deleted
    std::string newest;  // the key's last line in the file: the record's, or a tombstone
    std::uint64_t order = 0;
    // So many lines of the key does the file have, if nobody has removed or added any.
    std::uint64_t lines_min = 0;
    std::uint64_t lines_max = 0;
    bool logged = false;  // by an operation since the checkpoint
  };

  // The lines of a file, in order. kDataLoss for what is none of this table's.
  absl::Status TakeLines(std::string_view text);
  // An operation that the log has next.
  absl::Status TakeOperation(const KeptOperation& operation);
  // An ALTER_TABLE, with what a program's functions made of the records.
  absl::Status TakeAlteration(const KeptOperation& operation,
                              std::span<const KeptOperation> migrated);
  // What was taken so far is what the log's header is of.
  void NoteCheckpoint(const wal::TableCheckpoint& checkpoint);

  const schema::RecordLayout& layout() const { return *layout_; }
  // Null if the key was never seen.
  const Row* Find(const std::string& key) const;
  std::uint64_t live() const { return live_; }
  std::int64_t next_id() const { return next_id_; }

  // The live rows in the order in which a file has them; valid until something is taken.
  std::vector<RowBefore> Rows() const;
  // What the file has behind the checkpoint's bytes, if nobody has touched it.
  const std::string& tail() const { return tail_; }

 private:
  absl::Status TakeLine(std::string_view line);
  void NoteNewest(Row& row, std::string_view newest);
  void NoteKey(std::string_view line);

  std::shared_ptr<const schema::RecordLayout> layout_;
  std::unordered_map<std::string, Row> rows_;
  std::uint64_t order_ = 0;
  std::uint64_t live_ = 0;
  std::int64_t next_id_ = 1;
  bool after_checkpoint_ = false;
  std::string tail_;
  std::vector<schema::FieldSpan> spans_;
  std::string scratch_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EDIT_KNOWN_TABLE_H_
