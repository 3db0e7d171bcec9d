// What a transaction has done to one table.

#ifndef LINEDB_ENGINE_TRANSACTION_TABLE_CHANGES_H_
#define LINEDB_ENGINE_TRANSACTION_TABLE_CHANGES_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/index/record_expiry.h"
#include "engine/index/table_state.h"
#include "engine/storage/spill_space.h"
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
// not see them because they lie behind what is published. So a transaction reads its own writes
// with the very lookup everybody uses, and to commit is to move one number.
//
//   open --Seal--> sealed --Publish--> done      Rollback leads out of either
//
// A sealed transaction's lines are in the file, and the next transaction builds on them while the
// log is synced. The slot's holder calls everything but Publish, which is the publisher's.
class TableChanges {
 public:
  // `settle_limit`: every reader sees the file at least up to here, now and later
  // (Publisher::SettleLimit). What was superseded below it is settled by the way, bit by bit, so
  // that nobody ever waits for all of it. `moment`: what has expired by then is not there.
  // `space`: where it may put aside what it has no memory for; null: nowhere.
  explicit TableChanges(TableState& table, std::uint64_t settle_limit = 0,
                        const ExpiryMoment& moment = {}, const SpillSpace* space = nullptr);
  // What a log says was done: nothing is ever taken back, so that no note is kept of it. Nor are
  // new keys looked for in the index's files, where each would take a page to be read, nor the
  // table's checks asked: the log's checksums vouch for their having been checked. `expected`: how
  // much of it there will be.
  struct Replayed {
    std::uint64_t bytes = 0;
    std::uint64_t records = 0;
  };
  TableChanges(TableState& table, Replayed expected, std::uint64_t settle_limit = kNoLimit,
               const SpillSpace* space = nullptr);

  // From now on the table's checks are not asked: who calls vouches for the records, or asks them
  // of what there is in the end.
  void ExemptFromChecks() { asks_checks_ = false; }

  TableState& table() const { return table_; }
  TableGeneration& generation() const { return *generation_; }

  // Makes room for so many more lines, of so many bytes together.
  void Expect(std::size_t lines, std::size_t bytes);
  // Puts aside the lines that there are, if they take more memory than they may. With no line
  // begun, and none taken and not checked. The writes do it by themselves, too; but to go back to a
  // mark is cheaper if nothing was put aside since.
  // `more`: bytes of the line that is to come.
  absl::Status SpillIfLarge(std::size_t more = 0) noexcept;

  // The string to append a canonical line to; FinishLine or CancelLine must follow.
  std::string* BeginLine();
  void CancelLine();
  // Takes in the line appended, whose spans these are, or cancels it: kInvalidArgument if a check
  // is false for it, kAlreadyExists for a clash, kNotFound for an update of nothing,
  // kResourceExhausted where no key is left to assign or the file can grow no further.
  absl::StatusOr<Change> FinishLine(WriteMode mode, const schema::FieldSpan* spans) noexcept;
  // The same for one of many lines to be inserted, whose keys are checked some lines later,
  // together with its neighbours': what the indexes have on them is fetched meanwhile. CheckTaken
  // must follow, and nothing else come between. After an error of either the caller goes back to a
  // mark from before the first of the lines; lines_checked() says how many were right.
  absl::StatusOr<Change> TakeLine(const schema::FieldSpan* spans) noexcept;
  absl::Status CheckTaken() noexcept;
  std::uint64_t lines_checked() const { return after_.lines; }
  // TableCore::UpdateColumns: a line that FinishLine would take, made of the record's line.
  absl::StatusOr<Change> UpdateColumns(std::string_view key_text,
                                       std::span<const ColumnText> values) noexcept;
  // Has what UpdateColumns will look at of these records fetched, all at once. Judges nothing.
  void FetchRecords(std::span<const std::string_view> key_texts) const;
  // kNotFound if there is no such record.
  absl::StatusOr<Change> Erase(std::string_view key_text) noexcept;
  // The same of one that has expired: any other is not found.
  absl::StatusOr<Change> EraseExpired(std::string_view key_text) noexcept;

  // Whether records expire, as far as this transaction is concerned. Then its lines are finished by
  // expiring_writes.h, one by one, which makes way for each of them first.
  bool expires() const { return expires_; }
  // Erases what has expired and has a key of the line begun; `erased` is told of each. On an error
  // the line is gone.
  absl::Status MakeWay(const schema::FieldSpan* spans,
                       absl::FunctionRef<void(const Change&)> erased) noexcept;
  // Begins a line: the record's, with other values in these columns, as UpdateColumns does. After
  // an error there is none.
  absl::Status BeginUpdate(std::string_view key_text, std::span<const ColumnText> values,
                           schema::FieldSpan* spans) noexcept;

  std::int64_t next_id() const { return after_.next_id; }
  // The assigned key in a line, if the table has one, is not to be given again.
  void NoteKeyUsed(std::string_view line, const schema::FieldSpan* spans);

  // A moment of the transaction to which it can go back.
  struct Mark {
    std::uint64_t end = 0;  // of the table's bytes
    std::size_t entries = 0;
    std::uint64_t retained = 0;
    TableExtent extent;
  };
  Mark MakeMark() const;
  // The moment before the line begun.
  Mark MarkBeforeLine() const;
  void RollbackTo(const Mark& mark) noexcept;

  // The written tail (accept_tail), or the tail as it is (read-only), counts from now on for those
  // who write.
  void Seal(bool accept_tail) noexcept;
  bool sealed() const { return sealed_; }
  // Lets readers see the changes.
  void Publish();
  // Leaves the table as it was before the transaction; of a sealed one that is the last to have
  // sealed, its lines are cut off the file.
  absl::Status Rollback() noexcept;

 private:
  struct IndexEntry {
    int key = 0;
    std::uint64_t hash = 0;
    RecordLocation location;
  };
  // A key of a line that is not in the indexes yet. Its text lies in the tail, which moves as it
  // grows, or for a key of several columns among compound_texts_.
  struct LineKey {
    IndexEntry entry;
    std::size_t text_begin = 0;
    std::size_t text_bytes = 0;
  };
  using LineKeys = absl::InlinedVector<LineKey, 4>;

  using Layers = TableGeneration::Layers;
  // Where a key that must not be there yet is looked for.
  Layers layers_checked() const { return replays_ ? Layers::kOutsideRuns : Layers::kAll; }

  // Puts aside what stands before the line begun, or before the place where one would begin.
  absl::Status SpillBefore(std::size_t bytes, std::size_t more = 0);
  absl::Status Spill(std::size_t bytes);
  std::uint64_t MemoryBytes() const;
  // For a rollback, or to be put aside.
  bool notes_entries() const { return !replays_ || space_ != nullptr; }

  std::string_view LineBegun() const;
  RecordLocation LocationBegun() const;
  std::string_view TextOf(const LineKey& key) const;
  std::int64_t AssignedKeyOf(std::string_view line, const schema::FieldSpan* spans) const;
  absl::Status NoteLine(std::string_view line, const schema::FieldSpan* spans);
  void NoteKeys(std::string_view line, const schema::FieldSpan* spans);
  void NoteOrdered(std::string_view line, const schema::FieldSpan* spans);
  absl::Status CheckKeys(WriteMode mode);
  absl::Status CheckUnique(const LineKey& key, RecordLocation replaced) const;
  absl::Status CheckNamedKeys(std::span<const ColumnText> values) const;
  absl::Status Splice(std::span<const ColumnText> values, schema::FieldSpan* spans);
  absl::Status NotFoundError(std::string_view key_text) const;
  absl::Status ClashError(const LineKey& key, RecordLocation other) const;
  absl::Status CheckRecord(const schema::FieldSpan* spans) const;
  absl::Status CheckRoom() const;
  absl::Status CheckEnd() const;
  absl::Status CheckLine(RecordLocation location) const;
  void Enter(const LineKey& key);
  void EnterOrdered(std::size_t line, RecordLocation location);
  void ForgetNoted();
  Change EnterLine();
  absl::StatusOr<Change> EraseLine(RecordLocation old);
  absl::StatusOr<bool> HasExpired(RecordLocation location) const;
  void NoteExpiry(std::string_view line, const schema::FieldSpan* spans);
  void DropLine();
  void AppendTombstoneOf(RecordLocation old, std::string* tail) const;

  TableState& table_;
  const std::shared_ptr<TableGeneration> generation_;
  const std::uint64_t settle_limit_;
  const bool expires_ = false;
  const ExpiryMoment moment_;
  const bool replays_ = false;
  const std::uint64_t spill_bytes_ = SpillBytes();
  const SpillSpace* const space_ = nullptr;
  bool asks_checks_ = true;
  std::size_t line_begin_ = 0;  // in the tail
  Mark begin_;
  TableExtent after_;
  absl::InlinedVector<IndexEntry, 4> added_;  // those of lines that were not put aside
  std::size_t added_before_ = 0;              // of lines that were, how many there were
  bool sealed_ = false;
  std::string expiry_earliest_;  // as it stands in the lines entered; empty: none expires
  Timestamp expiry_earliest_time_ = Timestamp::max();  // the same, once sealed

  // Of the line being finished, or of the lines taken and not checked.
  LineKeys line_keys_;
  RecordLocation old_line_;
  std::string compound_texts_;
  std::string order_keys_;                    // of each line, of each index, one behind the other
  std::vector<std::size_t> order_keys_ends_;  // where they end
  std::string scratch_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_TABLE_CHANGES_H_
