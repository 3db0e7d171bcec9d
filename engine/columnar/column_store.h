// The columns of a table in memory, as far as somebody holds them.

#ifndef LINEDB_ENGINE_COLUMNAR_COLUMN_STORE_H_
#define LINEDB_ENGINE_COLUMNAR_COLUMN_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/columnar/chunk_builder.h"
#include "engine/columnar/column_chunk.h"
#include "engine/index/table_state.h"
#include "engine/storage/superseded_lines.h"
#include "linedb/columnar.h"

namespace linedb::engine {

// A column of a store; in memory while somebody holds this object. Its content is the store's.
struct StoredColumn {
  int number = 0;  // among the stored columns
  std::shared_ptr<const std::vector<ColumnChunk>> chunks =
      std::make_shared<const std::vector<ColumnChunk>>();
};

// The columns of one generation of a table.
//
// A moment is a length here as everywhere: which lines are there for who sees the file up to some
// length is settled for ever. So the store covers the file up to a length, catches up with what was
// published when a moment behind it is asked for, and never has to be told of a commit:
//
//   new lines            are read from the bytes behind what is covered, into the last chunks
//   lines superseded     for everybody: the bits of SupersededLines, where a stretch of 64 KiB
//                        is not the one that was taken over before (copy on write)
//                        for some: RetainedLines, as far as the moment sees them
//
// Both are taken under the table's mutex, together with the length. Superseded for everybody is
// only what every open snapshot sees superseded, so those bits are right for all moments that can
// be asked for, the older ones too.
//
// Any thread. One at a time brings the arrays forward; the table's mutex is held, shared, for
// moments only.
class ColumnStore {
 public:
  ColumnStore(const TableState& table, const std::shared_ptr<const TableGeneration>& generation,
              ColumnMemory memory);

  // Whether this is the store of that generation, or of one that nobody has any more.
  bool IsOf(const std::shared_ptr<const TableGeneration>& generation) const {
    return generation_.lock() == generation;
  }
  bool IsObsolete() const { return generation_.expired(); }

  // The column, which is read when a moment is asked for.
  std::shared_ptr<StoredColumn> Hold(int number);
  // Whether somebody holds all of these.
  bool AreHeld(std::span<const int> numbers);

  // What the columns, of this store, hold for who sees the file up to `limit`: an open snapshot's,
  // or none for what is published; without what has expired by `now`. `generation` is the store's.
  // kDataLoss if the file is damaged, kResourceExhausted if there is no memory for the arrays;
  // nothing has changed then.
  absl::StatusOr<std::shared_ptr<const ColumnMoment>> MomentAt(
      const std::shared_ptr<const TableGeneration>& generation, std::optional<std::uint64_t> limit,
      Timestamp now, std::span<const std::shared_ptr<StoredColumn>> columns) noexcept;

 private:
  // What is taken from the table under its mutex.
  struct Facts {
    std::uint64_t limit = 0;
    TableBytes bytes;
    SupersededLines superseded;
    std::vector<std::uint64_t> retained;  // of the retained lines, those superseded at the limit
  };
  // The rows that are there at a moment.
  struct LiveRows {
    std::uint64_t limit = 0;
    std::vector<RowChunk> chunks;
    // They are the same from `now` on, until the first of them expires.
    Timestamp now = Timestamp::min();
    Timestamp next_expiry = Timestamp::max();
  };

  std::shared_ptr<StoredColumn> HoldLocked(int number);
  absl::StatusOr<std::shared_ptr<const ColumnMoment>> MakeMoment(
      const std::shared_ptr<const TableGeneration>& generation, std::optional<std::uint64_t> limit,
      Timestamp now, std::span<const std::shared_ptr<StoredColumn>> columns);
  Facts FactsAt(const TableGeneration& generation, std::optional<std::uint64_t> limit) const;
  bool IsCovered(std::span<const std::shared_ptr<StoredColumn>> columns) const;
  absl::Status CatchUp(const TableGeneration& generation, const Facts& facts,
                       std::span<const std::shared_ptr<StoredColumn>> columns);
  std::vector<ChunkWork> WorkUpTo(std::uint64_t end,
                                  std::span<const std::shared_ptr<StoredColumn>> columns) const;
  void TakeOver(std::vector<ChunkWork> work, std::uint64_t end,
                std::span<const std::shared_ptr<StoredColumn>> columns);
  void MarkSuperseded(const SupersededLines& superseded);
  std::shared_ptr<LiveRows> RowsAt(const Facts& facts) const;
  bool IsLiveAt(std::uint64_t limit, Timestamp now) const;
  void MarkExpired(Timestamp now, LiveRows* live) const;

  const TableState& table_;
  const std::weak_ptr<const TableGeneration> generation_;
  const ColumnMemory memory_;

  std::mutex mutex_;  // guards all below, and the content of the columns
  std::vector<std::weak_ptr<StoredColumn>> columns_;
  std::uint64_t covered_ = 0;  // the rows of the lines before it are in rows_
  std::vector<RowChunk> rows_;
  SupersededLines superseded_;            // marked in rows_
  std::shared_ptr<StoredColumn> expiry_;  // of tables whose records expire, once it was asked for
  std::shared_ptr<const LiveRows> live_;  // of the last moment that was asked for
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_COLUMNAR_COLUMN_STORE_H_
