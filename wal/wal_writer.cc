#include "wal/wal_writer.h"

#include <array>
#include <cassert>
#include <optional>
#include <utility>

#include "wal/wal_line.h"

namespace linedb::wal {
namespace {

// A large transaction's buffer is not kept for ever.
void Clear(std::string* buffer) {
  constexpr std::size_t kBufferBytesKept = std::size_t{4} << 20;
  if (buffer->capacity() > kBufferBytesKept) {
    std::string().swap(*buffer);
  } else {
    buffer->clear();
  }
}

// Both begin with the end of the line before, if they have anything. As a rule the target is empty:
// then nothing is copied.
void PassOn(std::string* source, std::string* target) {
  if (target->empty()) {
    source->swap(*target);
  } else {
    target->append(*source, kLinkBytes);
    Clear(source);
  }
}

}  // namespace

WalWriter::WalWriter(std::unique_ptr<File> file, LogHeader header, LogPosition position)
    : file_(std::move(file)),
      header_(std::move(header)),
      written_(position),
      synced_(position),
      durable_(position.durable.value) {
  assert(file_ != nullptr);
  assert(position.bytes > 0 && position.lines > 0);
  assert(position.next_lsn >= header_.first_lsn && position.durable < position.next_lsn);
  Discard();
}

void WalWriter::Expect(std::size_t bytes) { adding_.reserve(adding_.size() + bytes); }

void WalWriter::AddOperation(const LogOperation& operation, std::string_view timestamp,
                             Place place) {
  const std::size_t bytes_before = adding_.size();
  std::optional<Lsn> commit_durable;
  if (place == Place::kLast) commit_durable = Lsn{durable_.load(std::memory_order_acquire)};
  added_.checksum =
      AppendOperationLine(operation, LineNumbers{added_.next_lsn, added_.next_transaction},
                          timestamp, commit_durable, &adding_);
  added_.next_lsn.value += 1;
  added_.lines += 1;
  if (place == Place::kLast) added_.next_transaction.value += 1;
  added_.bytes += adding_.size() - bytes_before;
}

void WalWriter::Add(absl::Span<const LogOperation> operations, std::string_view timestamp) {
  assert(!operations.empty());
  for (const LogOperation& operation : operations) {
    const bool last = &operation == &operations.back();
    AddOperation(operation, timestamp, last ? Place::kLast : Place::kBefore);
  }
}

void WalWriter::Stage() {
  assert(adding_.size() >= kLinkBytes);
  std::array<char, kLinkBytes> link;  // the next line's checksum begins with it
  adding_.copy(link.data(), link.size(), adding_.size() - link.size());
  PassOn(&adding_, &staged_);
  staged_end_ = added_;
  adding_.assign(link.data(), link.size());
}

void WalWriter::Take() {
  if (!staged_.empty()) PassOn(&staged_, &writing_);
  writing_end_ = staged_end_;
}

absl::Status WalWriter::Write() {
  if (!failed() && writing_.empty()) return absl::OkStatus();
  if (absl::Status appended = Append(); !appended.ok()) return appended;
  const Lsn durable = written_.durable;
  written_ = writing_end_;
  written_.durable = durable;
  part_bytes_ = 0;
  return absl::OkStatus();
}

absl::Status WalWriter::WritePart() { return Append(); }

absl::Status WalWriter::Append() {
  if (failed()) return failure_;
  const std::string_view lines = std::string_view(writing_).substr(kLinkBytes);
  assert(writing_end_.bytes - written_.bytes == part_bytes_ + lines.size());
  const absl::Status appended = file_->Append(lines);
  if (appended.ok()) {
    part_bytes_ += lines.size();
    Clear(&writing_);
    return appended;
  }
  // An unknown part is in the file. A smaller write may succeed on a full disk, so a line behind
  // half a line is near unless it is cut off now. And whole transactions of it may be on the disk:
  // without a sync of the cut, a power failure would bring back what its caller was told did not
  // happen.
  part_bytes_ = 0;
  failure_ = file_->Truncate(written_.bytes);
  if (!failed()) failure_ = file_->Sync();
  return appended;
}

absl::Status WalWriter::Sync() {
  if (failed()) return failure_;
  failure_ = file_->Sync();
  if (failed()) return failure_;
  written_.durable.value = written_.next_lsn.value - 1;
  synced_ = written_;
  durable_.store(written_.durable.value, std::memory_order_release);
  assert(synced_.durable < synced_.next_lsn);
  return absl::OkStatus();
}

void WalWriter::Discard() {
  Clear(&staged_);
  Clear(&writing_);
  Clear(&adding_);
  adding_.assign(LinkOf(written_.checksum));
  assert(adding_.size() == kLinkBytes);
  added_ = staged_end_ = writing_end_ = written_;
  assert(part_bytes_ == 0);
}

}  // namespace linedb::wal
