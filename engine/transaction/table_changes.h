// What the open transaction has done to one table.

#ifndef LINEDB_ENGINE_TRANSACTION_TABLE_CHANGES_H_
#define LINEDB_ENGINE_TRANSACTION_TABLE_CHANGES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index/table_state.h"
#include "linedb/table_core.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// One change to one record. The lines stay readable through the table until the transaction ends.
struct Change {
  wal::Operation operation = wal::Operation::kInsert;
  RecordLocation line;      // the new version, or the tombstone
  RecordLocation old_line;  // the version it supersedes; nothing for an insert
};

// New lines go to the tail of the table's records and at once into its indexes, where readers do
// not see them because they lie behind `visible_bytes`. So a transaction reads its own writes with
// the very lookup everybody uses, and to commit is to move one number.
//
// The writer's thread only.
class TableChanges {
 public:
  explicit TableChanges(TableState& table);

  TableState& table() const { return table_; }

  // The string to append a canonical line to; FinishLine or CancelLine must follow.
  std::string* BeginLine();
  void CancelLine();
  // Takes in the line appended, whose spans these are, or cancels it: kAlreadyExists for a clash,
  // kNotFound for an update of nothing, kResourceExhausted where no key is left to assign or the
  // file can grow no further.
  absl::StatusOr<Change> FinishLine(WriteMode mode, const schema::FieldSpan* spans);
  // kNotFound if there is no such record.
  absl::StatusOr<Change> Erase(std::string_view key_text);

  // The line that this transaction sees under a key.
  RecordLocation Find(int key, std::string_view text) const;
  bool IsSuperseded(RecordLocation location) const {
    return superseded_.contains(location.offset());
  }
  const absl::flat_hash_set<std::uint64_t>& superseded_offsets() const { return superseded_; }
  std::int64_t next_id() const { return next_id_; }
  // The assigned key in a line, if the table has one, is not to be given again.
  void NoteKeyUsed(std::string_view line, const schema::FieldSpan* spans);

  // The tail became part of the file, or (read-only) stays one: lets readers see the changes.
  void Publish(bool accept_tail);
  // Leaves the table as it was before the transaction.
  void Rollback();

 private:
  struct IndexEntry {
    int key = 0;
    std::uint64_t hash = 0;
    RecordLocation location;
  };

  std::string_view LineBegun() const;
  std::int64_t AssignedKeyOf(std::string_view line, const schema::FieldSpan* spans) const;
  absl::Status CheckKeys(WriteMode mode, std::string_view line, const schema::FieldSpan* spans);
  absl::Status ClashError(int key, std::string_view text, RecordLocation other) const;
  absl::Status CheckRoom() const;
  absl::Status CheckEnd() const;
  void Enter(RecordLocation location);
  void Supersede(RecordLocation old);

  TableState& table_;
  std::size_t line_begin_ = 0;  // in the tail
  std::int64_t next_id_;
  std::uint64_t lines_added_ = 0;
  std::int64_t live_change_ = 0;
  std::vector<IndexEntry> added_;
  std::vector<IndexEntry> removed_;                // still in the indexes, until Publish
  absl::flat_hash_set<std::uint64_t> superseded_;  // offsets

  // Of the line being finished.
  RecordLocation old_line_;
  std::vector<IndexEntry> line_keys_;
  std::string scratch_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_TABLE_CHANGES_H_
