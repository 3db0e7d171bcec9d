#include "wal/wal_writer.h"

#include <cassert>
#include <utility>

#include "wal/wal_line.h"

namespace linedb::wal {

WalWriter::WalWriter(std::unique_ptr<File> file, LogHeader header, LogPosition position)
    : file_(std::move(file)),
      header_(std::move(header)),
      synced_(position),
      written_(position),
      added_(position) {
  assert(file_ != nullptr);
  assert(position.bytes > 0 && position.lines > 0);
  assert(position.next_lsn >= header_.first_lsn && position.durable < position.next_lsn);
  Discard();
}

void WalWriter::Add(absl::Span<const LogOperation> operations, std::string_view timestamp) {
  assert(!operations.empty());
  const std::size_t bytes_before = buffer_.size();
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const bool last = i + 1 == operations.size();
    added_.checksum = AppendOperationLine(
        operations[i], LineNumbers{added_.next_lsn, added_.next_transaction}, timestamp,
        last ? std::optional<Lsn>(added_.durable) : std::nullopt, &buffer_);
    added_.next_lsn.value += 1;
    added_.lines += 1;
  }
  added_.next_transaction.value += 1;
  added_.bytes += buffer_.size() - bytes_before;
  assert(added_.bytes - written_.bytes == buffer_.size() - buffer_prefix_bytes_);
}

absl::Status WalWriter::Write() {
  if (failed()) return failure_;
  if (added_.bytes == written_.bytes) return absl::OkStatus();
  const absl::Status appended =
      file_->Append(std::string_view(buffer_).substr(buffer_prefix_bytes_));
  if (!appended.ok()) {
    // An unknown part is in the file. A smaller write may succeed on a full disk, so a line behind
    // half a line is near unless it is cut off now.
    const absl::Status cut = file_->Truncate(written_.bytes);
    if (!cut.ok()) failure_ = cut;
    Discard();
    return appended;
  }
  written_ = added_;
  Discard();
  return absl::OkStatus();
}

void WalWriter::Discard() {
  added_ = written_;
  // A large transaction's buffer is not kept for ever.
  constexpr std::size_t kBufferBytesKept = std::size_t{4} << 20;
  if (buffer_.capacity() > kBufferBytesKept) std::string().swap(buffer_);
  buffer_.assign(LinkOf(written_.checksum));
  buffer_prefix_bytes_ = buffer_.size();
  assert(buffer_prefix_bytes_ == kLinkBytes);
}

absl::Status WalWriter::Undo() {
  if (failed()) return failure_;
  assert(synced_.bytes <= written_.bytes);
  if (synced_.bytes != written_.bytes) {
    failure_ = file_->Truncate(synced_.bytes);
    // Whole lines with their commit may be on the disk already; without a sync of the cut, a power
    // failure would bring a transaction back that its caller was told did not happen.
    if (!failed()) failure_ = file_->Sync();
  }
  written_ = synced_;
  Discard();
  return failure_;
}

absl::Status WalWriter::Sync() {
  if (failed()) return failure_;
  failure_ = file_->Sync();
  if (failed()) return failure_;
  written_.durable.value = written_.next_lsn.value - 1;
  added_.durable = written_.durable;
  synced_ = written_;
  assert(synced_.durable < synced_.next_lsn);
  return absl::OkStatus();
}

}  // namespace linedb::wal
