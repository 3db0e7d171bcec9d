#include "engine/history/records_copy.h"

#include <algorithm>
#include <cassert>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "wal/file_steps.h"

namespace linedb::engine {
namespace {

constexpr std::uint64_t kPieceBytes = std::uint64_t{1} << 20;

absl::StatusOr<std::string> ReadPiece(wal::File& file, std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t bytes = std::min(kPieceBytes, end - begin);
  absl::StatusOr<std::string> piece = file.ReadAt(begin, bytes);
  if (!piece.ok() || piece->size() == bytes) return piece;
  return absl::DataLossError(
      absl::StrCat("the file ends at byte ", begin + piece->size(), ", expected ", end));
}

// Whether two files have the same bytes just before `end`: a look, before all are compared by their
// checksum.
absl::StatusOr<bool> AgreeBefore(wal::File& one, wal::File& other, std::uint64_t end) {
  const std::uint64_t begin = end - std::min(end, kChecksumBlockBytes);
  absl::StatusOr<std::string> a = ReadPiece(one, begin, end);
  absl::StatusOr<std::string> b = ReadPiece(other, begin, end);
  if (!a.ok()) return a.status();
  if (!b.ok()) return b.status();
  return *a == *b;
}

// One try of ContinueRecords: the first `begin` bytes of the target are taken as they are.
absl::StatusOr<bool> ContinueFrom(std::uint64_t begin, wal::File& target,
                                  std::uint64_t target_bytes, wal::File& source,
                                  const wal::TableCheckpoint& checkpoint, CopyCount& count) {
  absl::StatusOr<bool> agree = AgreeBefore(source, target, begin);
  if (!agree.ok() || !*agree) return agree;
  absl::StatusOr<BlockChecksum> checksum = ChecksumOfFile(target, begin);
  if (!checksum.ok()) return checksum.status();
  if (begin < checkpoint.bytes) {
    absl::Status done;
    if (target_bytes > begin) done = target.Truncate(begin);
    if (done.ok()) {
      done = AppendRange(source, begin, checkpoint.bytes, target, &*checksum, count);
    }
    if (!done.ok()) return done;
  }
  if (checksum->Total() != checkpoint.checksum) return false;
  if (absl::Status counted = count.AddShared(begin); !counted.ok()) return counted;
  if (begin < checkpoint.bytes) count.AddFile();
  absl::Status synced = target.Sync();
  if (!synced.ok()) return synced;
  return true;
}

}  // namespace

absl::Status CopyCount::AddCopied(std::uint64_t bytes) {
  copied_ += bytes;
  return Tell();
}

absl::Status CopyCount::AddShared(std::uint64_t bytes) {
  shared_ += bytes;
  return Tell();
}

absl::Status CopyCount::Tell() const {
  const std::uint64_t done = copied_ + shared_;
  if (!progress_ || progress_(done, std::max(done, total_))) return absl::OkStatus();
  return absl::CancelledError("the copy was interrupted; running it again goes on with it");
}

absl::StatusOr<BlockChecksum> ChecksumOfFile(wal::File& file, std::uint64_t bytes) {
  BlockChecksum checksum;
  while (checksum.bytes() < bytes) {
    absl::StatusOr<std::string> piece = ReadPiece(file, checksum.bytes(), bytes);
    if (!piece.ok()) return piece.status();
    checksum.Append(*piece);
  }
  return checksum;
}

absl::Status AppendRange(wal::File& source, std::uint64_t begin, std::uint64_t end,
                         wal::File& target, BlockChecksum* checksum, CopyCount& count) {
  assert(begin <= end && (checksum == nullptr || checksum->bytes() == begin));
  std::uint64_t unsynced_bytes = 0;
  while (begin < end) {
    absl::StatusOr<std::string> piece = ReadPiece(source, begin, end);
    if (!piece.ok()) return piece.status();
    absl::Status done = target.Append(*piece);
    if (checksum != nullptr) checksum->Append(*piece);
    begin += piece->size();
    unsynced_bytes += piece->size();
    if (done.ok() && unsynced_bytes >= wal::kSyncPortionBytes) {
      unsynced_bytes = 0;
      done = target.Sync();
    }
    if (done.ok()) done = count.AddCopied(piece->size());
    if (!done.ok()) return done;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> ContinueRecords(wal::FileSystem& files, const std::string& path,
                                     std::uint64_t kept_bytes, Found found, wal::File& source,
                                     const wal::TableCheckpoint& checkpoint, CopyCount& count) {
  if (checkpoint.bytes < kept_bytes) return false;
  absl::StatusOr<std::unique_ptr<wal::File>> target = files.Open(path, wal::OpenMode::kAppend);
  if (absl::IsNotFound(target.status()) && kept_bytes == 0) {
    target = files.Open(path, wal::OpenMode::kCreateNew);
  }
  if (!target.ok()) return target.status();
  // All that is there, or, if that is nothing of the source's, what has to stay.
  for (const bool all : {found == Found::kDurable, false}) {
    absl::StatusOr<std::uint64_t> size = (*target)->Size();
    if (!size.ok()) return size.status();
    if (*size < kept_bytes) return false;
    const std::uint64_t begin = all ? std::min(*size, checkpoint.bytes) : kept_bytes;
    absl::StatusOr<bool> continued =
        ContinueFrom(begin, **target, *size, source, checkpoint, count);
    if (!continued.ok() || *continued || begin == kept_bytes) return continued;
  }
  return false;
}

absl::Status CopyRecords(wal::FileSystem& files, const std::string& path, wal::File& source,
                         const std::string& source_name, const wal::TableCheckpoint& checkpoint,
                         CopyCount& count) {
  BlockChecksum checksum;
  const std::string temporary = wal::TemporaryOf(path);
  const auto write = [&](wal::File& file) -> absl::Status {
    absl::Status done = AppendRange(source, 0, checkpoint.bytes, file, &checksum, count);
    if (!done.ok() || checksum.Total() == checkpoint.checksum) return done;
    return absl::DataLossError(absl::StrCat(
        source_name, " line 1 byte 0: checksum ", wal::FormatChecksum(checksum.Total()),
        ", expected ", wal::FormatChecksum(checkpoint.checksum), " of the first ", checkpoint.bytes,
        " bytes; nothing was backed up of it, and verify finds the place"));
  };
  absl::Status done = wal::WriteTemporary(files, temporary, write).status();
  if (!done.ok()) return done;
  count.AddFile();
  return files.Rename(temporary, path);
}

absl::Status SetTail(wal::FileSystem& files, const std::string& path, std::uint64_t bytes,
                     Found found, std::string_view tail, CopyCount& count) {
  absl::StatusOr<std::unique_ptr<wal::File>> file = files.Open(path, wal::OpenMode::kAppend);
  if (absl::IsNotFound(file.status()) && bytes == 0) {
    file = files.Open(path, wal::OpenMode::kCreateNew);
  }
  if (!file.ok()) return file.status();
  absl::StatusOr<std::uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  assert(*size >= bytes);
  absl::StatusOr<std::string> had = (*file)->ReadAt(bytes, tail.size());
  if (!had.ok()) return had.status();
  if (found == Found::kInCache) had->clear();
  const std::uint64_t same = static_cast<std::uint64_t>(
      std::mismatch(had->begin(), had->end(), tail.begin(), tail.end()).first - had->begin());
  absl::Status done;
  if (*size > bytes + same) done = (*file)->Truncate(bytes + same);
  if (done.ok() && same < tail.size()) {
    done = (*file)->Append(tail.substr(same));
    count.AddFile();
  }
  if (done.ok()) done = (*file)->Sync();
  if (done.ok()) done = count.AddShared(same);
  return done.ok() ? count.AddCopied(tail.size() - same) : done;
}

}  // namespace linedb::engine
