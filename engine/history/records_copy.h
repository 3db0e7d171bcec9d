// Copying the bytes of a table, compared with their checksum while they are copied.

#ifndef LINEDB_ENGINE_HISTORY_RECORDS_COPY_H_
#define LINEDB_ENGINE_HISTORY_RECORDS_COPY_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/storage/block_checksum.h"
#include "linedb/history.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// What all files of a copy count into, and who is asked whether to go on.
class CopyCount {
 public:
  explicit CopyCount(const CopyProgress& progress) : progress_(progress) {}

  void Expect(std::uint64_t bytes) { total_ += bytes; }
  // kCancelled if it is to end.
  absl::Status AddCopied(std::uint64_t bytes);
  absl::Status AddShared(std::uint64_t bytes);
  void AddFile() { ++files_; }
  std::uint64_t copied() const { return copied_; }
  std::uint64_t shared() const { return shared_; }
  std::uint64_t files() const { return files_; }

 private:
  absl::Status Tell() const;

  const CopyProgress& progress_;
  std::uint64_t total_ = 0;
  std::uint64_t copied_ = 0;
  std::uint64_t shared_ = 0;
  std::uint64_t files_ = 0;
};

// Of the first `bytes` bytes, which are there.
absl::StatusOr<BlockChecksum> ChecksumOfFile(wal::File& file, std::uint64_t bytes);

// Appends all of `source` from byte `begin` to byte `end` to `target`, which is synced now and
// then; takes it into `checksum`, which may be null.
absl::Status AppendRange(wal::File& source, std::uint64_t begin, std::uint64_t end,
                         wal::File& target, BlockChecksum* checksum, CopyCount& count);

// Whether what is found in a file is on the disk. What a copy that did not end properly wrote may
// be in the page cache only, and stay there whatever is synced: it is written anew.
enum class Found { kDurable, kInCache };

// Makes the file `path` begin with the first `checkpoint.bytes` of `source`, and syncs it, by
// appending what it does not have yet. It never touches the first `kept_bytes` of it, which are
// durable; `found` tells of those behind them. False if the file begins with something else, and
// has to be replaced: what it holds behind these bytes may then be gone.
absl::StatusOr<bool> ContinueRecords(wal::FileSystem& files, const std::string& path,
                                     std::uint64_t kept_bytes, Found found, wal::File& source,
                                     const wal::TableCheckpoint& checkpoint, CopyCount& count);

// Makes the file `path` anew of them; it has this name only once it is synced, and the name is not
// durable yet. kDataLoss, beginning with `source_name`, if they are not what the checkpoint tells.
absl::Status CopyRecords(wal::FileSystem& files, const std::string& path, wal::File& source,
                         const std::string& source_name, const wal::TableCheckpoint& checkpoint,
                         CopyCount& count);

// Makes the file end, behind its first `bytes` bytes, with `tail`, and syncs it.
absl::Status SetTail(wal::FileSystem& files, const std::string& path, std::uint64_t bytes,
                     Found found, std::string_view tail, CopyCount& count);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_RECORDS_COPY_H_
