// Appends transactions to the log: format, write, sync.

#ifndef LINEDB_WAL_WAL_WRITER_H_
#define LINEDB_WAL_WAL_WRITER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"
#include "wal/wal_line.h"

namespace linedb::wal {

// The writer of one log, made so that one thread can format while another writes and syncs:
//
//   Add       Stage       Take        Write      Sync
//   adding -> staged ---> writing --> written -> synced
//
// One thread at a time calls what adds, and one at a time Write and Sync, which may be another.
// Stage and Take touch what both sides know: the caller sees to it that they do not run at the same
// time.
class WalWriter {
 public:
  // Continues a log whose file ends exactly at `position`.
  WalWriter(std::unique_ptr<File> file, LogHeader header, LogPosition position);

  // Formats an operation of a transaction; the last one becomes its commit line.
  enum class Place { kBefore, kLast };
  void AddOperation(const LogOperation& operation, std::string_view timestamp, Place place);
  // The same for a transaction as a whole, of at least one operation.
  void Add(absl::Span<const LogOperation> operations, std::string_view timestamp);
  // Makes room for lines of about so many bytes, at once instead of by and by.
  void Expect(std::size_t bytes);
  // Hands over what was added.
  void Stage();
  // Takes what was staged, for the next Write.
  void Take();
  // Writes what was taken, with one append. An error leaves the log as it was (cut back, and the
  // cut synced: whole transactions of it may have reached the disk), and nothing more can be
  // written before a Discard; if even that fails, failed() and every later call fails.
  absl::Status Write();
  // The same with what is not a whole transaction yet: nothing but the rest of it may follow, and
  // position() stays where it begins until the Write that ends it. An error of either leaves the
  // log as it was before the transaction.
  absl::Status WritePart();
  // Makes what was written durable. An error fails the writer for good: it is never retried.
  absl::Status Sync();
  // Forgets what was added, staged and taken but not written. No other call runs meanwhile.
  void Discard();

  bool failed() const { return !failure_.ok(); }
  // Why the writer takes nothing more; OK while it does.
  const absl::Status& failure() const { return failure_; }
  const LogHeader& header() const { return header_; }
  // After the last good Write.
  const LogPosition& position() const { return written_; }
  bool has_unsynced() const { return synced_.bytes != written_.bytes; }
  // Bytes added and not staged.
  std::size_t added_bytes() const { return adding_.size() - kLinkBytes; }
  // Bytes staged and not taken.
  std::size_t staged_bytes() const { return staged_.empty() ? 0 : staged_.size() - kLinkBytes; }

 private:
  absl::Status Append();

  std::unique_ptr<File> file_;
  LogHeader header_;

  // Each begins with the end of the line before, and then has its lines; staged_ and writing_ are
  // empty if they have none.
  std::string adding_;
  LogPosition added_;

  std::string staged_;
  LogPosition staged_end_;

  std::string writing_;
  LogPosition writing_end_;
  std::uint64_t part_bytes_ = 0;  // of a transaction that is not written whole
  LogPosition written_;
  LogPosition synced_;
  absl::Status failure_;

  std::atomic<std::uint64_t> durable_;  // the last lsn synced, for commit lines
};

}  // namespace linedb::wal

#endif  // LINEDB_WAL_WAL_WRITER_H_
