// Walking the live records of a table in file order.

#ifndef LINEDB_ENGINE_TRANSACTION_RECORD_SCAN_H_
#define LINEDB_ENGINE_TRANSACTION_RECORD_SCAN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/index/record_expiry.h"
#include "engine/index/table_state.h"
#include "engine/storage/superseded_lines.h"
#include "wal/file_system.h"

namespace linedb::engine {

// A scan's own view of a table: it shares the bytes, which never change, and copies the rest, so
// it needs no lock while it runs and nothing that happens meanwhile shows in it. Constant: any
// number of scans, in any threads, may read the same one. Without a moment it has what has expired,
// too.
struct ScanSource {
  // Of what is published; takes the table's lock for a moment. The table's `retired` if it is.
  static absl::StatusOr<std::shared_ptr<const ScanSource>> OfPublished(
      const TableState& table, const ExpiryMoment& moment = {});
  // Of a generation up to `limit`. The caller holds the mutex of its table, shared.
  static std::shared_ptr<const ScanSource> OfGeneration(
      std::shared_ptr<const TableGeneration> generation, std::uint64_t limit,
      const ExpiryMoment& moment = {});
  // Of what the open transaction sees; its thread only.
  static std::shared_ptr<const ScanSource> OfWriter(const TableState& table,
                                                    const ExpiryMoment& moment = {});

  std::uint64_t bytes() const { return file.size() + tail.size(); }

  std::shared_ptr<const TableGeneration> generation;  // keeps a read-only table's tail alive
  std::shared_ptr<const wal::Mapping> mapping;        // keeps `file` alive
  std::string_view file;
  std::uint64_t file_bytes = 0;  // RecordsFile::Mapped
  std::string_view tail;         // what follows the file's bytes
  std::string tail_copied;       // which is this if it grows while the scan runs
  SupersededLines superseded;
  std::vector<std::uint64_t> retained;  // of the retained lines, the superseded ones, in order
  ExpiryMoment moment;                  // what has expired by then is passed over
};

// A walk over a source, or over the lines that begin in a part of it. One thread.
class ScanState {
 public:
  // Of a generation up to `limit`. The caller holds the mutex of its table, shared.
  static std::unique_ptr<ScanState> OfGeneration(std::shared_ptr<const TableGeneration> generation,
                                                 std::uint64_t limit) {
    return std::make_unique<ScanState>(ScanSource::OfGeneration(std::move(generation), limit));
  }
  // Of all of it.
  explicit ScanState(std::shared_ptr<const ScanSource> source);
  // Of the lines that begin in [begin, end); `begin` is a multiple of kChecksumBlockBytes. What
  // pieces that follow each other yield is together what the whole yields.
  ScanState(std::shared_ptr<const ScanSource> source, std::uint64_t begin, std::uint64_t end);

  // Compares also the blocks that were compared before: for copies, which would make damage pass
  // for what was written.
  void CompareAgain() { compare_again_ = true; }

  // The next lines that stand one behind the other and are all live, each with its "\n"; their
  // bytes have been compared with their checksums. False at the end.
  bool NextRun(std::string_view* lines);
  // The next line, without its "\n". Not to be mixed with NextRun.
  bool Next(std::string_view* line);
  // Why these ended early; OK otherwise.
  const absl::Status& status() const { return status_; }

 private:
  std::uint64_t offset() const { return part_offset_ + position_; }
  void SkipLineBegunBefore(std::uint64_t begin);
  bool MakeReady();
  void CompareUpTo(std::uint64_t byte);
  bool AnySupersededUpTo(std::uint64_t end);
  bool IsSuperseded(std::uint64_t offset);
  bool IsPassedOver(std::size_t position);
  std::size_t EndOfLine(std::size_t position);

  std::shared_ptr<const ScanSource> source_;
  std::uint64_t end_;      // no line that begins here or behind it is the walk's
  std::string_view part_;  // what is read now: the file's bytes, then the tail
  bool in_tail_ = false;   // memory: nothing there has checksums
  std::uint64_t part_offset_ = 0;
  std::size_t position_ = 0;          // in `part_`
  std::size_t ready_end_ = 0;         // in `part_`: the lines before it have been compared
  bool any_superseded_ = false;       // among the lines that are ready
  std::uint64_t compared_bytes_ = 0;  // end of the blocks compared
  std::size_t retained_next_ = 0;
  bool compare_again_ = false;
  const bool expires_;  // every line's expiry is looked at
  absl::Status status_;
  std::string_view run_;  // what Next has not given out
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_RECORD_SCAN_H_
