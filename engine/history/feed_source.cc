#include "engine/history/feed_source.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"
#include "wal/wal_line.h"

namespace linedb::engine {
namespace {

// A log is read in pieces of this size, or as large as the transaction that does not fit into one.
constexpr std::uint64_t kPieceBytes = std::uint64_t{256} << 10;

}  // namespace

absl::StatusOr<std::unique_ptr<FeedSource>> FeedSource::OpenLog(wal::FileSystem& files,
                                                                const wal::DatabasePaths& paths) {
  std::unique_ptr<FeedSource> source(new FeedSource(wal::ShortName(paths, paths.Log())));
  absl::StatusOr<wal::FileInfo> before = files.Stat(paths.Log());
  for (;;) {
    if (!before.ok()) return before.status();
    absl::StatusOr<std::unique_ptr<wal::File>> file = files.Open(paths.Log(), wal::OpenMode::kRead);
    if (!file.ok()) return file.status();
    // The name may have gone to the next log in between.
    absl::StatusOr<wal::FileInfo> after = files.Stat(paths.Log());
    if (after.ok() && after->identity == before->identity) {
      source->file_ = *std::move(file);
      source->identity_ = after->identity;
      break;
    }
    before = std::move(after);
  }
  absl::Status read = source->ReadHeader();
  if (!read.ok()) return read;
  return source;
}

absl::StatusOr<std::unique_ptr<FeedSource>> FeedSource::OpenArchive(wal::FileSystem& files,
                                                                    const wal::DatabasePaths& paths,
                                                                    const wal::Archive& archive) {
  std::unique_ptr<FeedSource> source(new FeedSource(wal::ShortName(paths, archive.path)));
  absl::StatusOr<std::string> text = wal::ReadListedArchive(files, paths, archive);
  if (!text.ok()) return text.status();
  source->text_ = *std::move(text);
  source->closed_ = true;
  absl::Status read = source->ReadHeader();
  if (!read.ok()) return read;
  return source;
}

absl::Status FeedSource::ReadHeader() {
  for (std::uint64_t bytes = kPieceBytes;; bytes *= 2) {
    absl::StatusOr<std::string> text = Bytes(0, bytes);
    if (!text.ok()) return text.status();
    if (text->find('\n') == text->npos && text->size() == bytes) continue;
    wal::WalReader reader(*text, name_);
    absl::Status read = reader.ReadHeader(&header_);
    if (absl::IsNotFound(read)) {
      return absl::FailedPreconditionError(
          absl::StrCat(std::string(read.message()),
                       ": the Python original's log has no numbers to go by; the first program "
                       "that opens the database for writing gives it a log of ours"));
    }
    end_ = read_ = reader.position();
    return read;
  }
}

absl::StatusOr<std::string> FeedSource::Bytes(std::uint64_t offset, std::uint64_t length) {
  if (file_ != nullptr) return file_->ReadAt(offset, length);
  if (offset >= text_.size()) return std::string();
  return text_.substr(offset, length);
}

absl::Status FeedSource::Changed(const std::string& what) const {
  return absl::AbortedError(absl::StrCat("history has changed at lsn ", end_.next_lsn.value - 1,
                                         ": ", name_, " line ", end_.lines, ": ", what));
}

void FeedSource::Drop() {
  reader_.reset();
  window_.clear();
}

void FeedSource::Accept() {
  assert(read_.bytes > end_.bytes);
  end_ = read_;
}

// The window is what follows the end, and begins with the end of the line before it: if that is
// another line by now, what was accepted is no longer there.
absl::Status FeedSource::Fill(std::uint64_t bytes) {
  Drop();
  window_byte_ = end_.bytes - wal::kLinkBytes;
  absl::StatusOr<std::string> window = Bytes(window_byte_, bytes);
  if (!window.ok()) return window.status();
  window_ = *std::move(window);
  window_is_last_ = window_.size() < bytes;
  const std::string link = wal::LinkOf(end_.checksum);
  if (window_.size() < link.size()) return Changed("the log is shorter than what was read of it");
  if (!window_.starts_with(link)) {
    return Changed(absl::StrCat("it ended in the checksum ", wal::FormatChecksum(end_.checksum),
                                ", and is another line now"));
  }
  reader_.emplace(window_, name_, end_);
  return absl::OkStatus();
}

bool FeedSource::ReadWhole(std::vector<Line>* lines) {
  lines->clear();
  wal::LogEntry entry;
  while (reader_->Next(&entry)) {
    const wal::LogPosition& position = reader_->position();
    const std::string_view text =
        std::string_view(window_).substr(entry.byte - window_byte_, position.bytes - entry.byte);
    lines->push_back({entry, text, position.checksum});
    if (!entry.commit) continue;
    read_ = position;
    return true;
  }
  return false;
}

absl::StatusOr<bool> FeedSource::Read(std::vector<Line>* lines) {
  // What was read and not accepted may be something else by now.
  if (reader_.has_value() && reader_->position().bytes != end_.bytes) Drop();
  for (std::uint64_t bytes = kPieceBytes;;) {
    if (!reader_.has_value()) {
      if (absl::Status filled = Fill(bytes); !filled.ok()) return filled;
    }
    if (ReadWhole(lines)) return true;
    const bool from_end = window_byte_ + wal::kLinkBytes == end_.bytes;
    if (window_is_last_ && from_end) {
      absl::Status judged = JudgeStop(reader_->stop());
      Drop();
      if (!judged.ok()) return judged;
      return false;
    }
    if (from_end) bytes *= 2;
    Drop();
  }
}

// A line that is not valid is on its way, or was torn by a crash and goes with its log, unless what
// is behind it says that it was synced.
absl::Status FeedSource::JudgeStop(const wal::LogStop& stop) {
  if (stop.reason.empty()) return absl::OkStatus();
  const std::string place =
      absl::StrCat(name_, " line ", stop.line, " byte ", stop.byte, ": ", stop.reason);
  if (file_ == nullptr) return absl::DataLossError(place);
  const bool is_last_line = window_.find('\n', stop.byte - window_byte_) == window_.npos;
  if (is_last_line) return absl::OkStatus();
  absl::StatusOr<std::uint64_t> bytes = file_->Size();
  if (!bytes.ok()) return bytes.status();
  if (*bytes == judged_bytes_) return absl::OkStatus();
  judged_bytes_ = *bytes;
  absl::StatusOr<std::string> text = file_->ReadAt(0, *bytes);
  if (!text.ok()) return text.status();
  if (stop.byte >= text->size()) return absl::OkStatus();
  const std::optional<wal::LogEntry> proof = wal::FindDurableProof(*text, stop.byte, end_.next_lsn);
  if (!proof.has_value()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(place, "; line ", proof->line, " proves lsn ",
                                          end_.next_lsn.value, " was synced"));
}

absl::StatusOr<wal::Lsn> FeedSource::FindDurable() {
  assert(!closed_);
  absl::StatusOr<std::uint64_t> bytes = file_->Size();
  if (!bytes.ok()) return bytes.status();
  if (*bytes == durable_bytes_) return durable_;
  FeedSource ahead(name_);
  ahead.file_ = std::move(file_);
  ahead.end_ = end_;
  std::vector<Line> lines;
  absl::StatusOr<bool> found = ahead.Read(&lines);
  for (; found.ok() && *found; found = ahead.Read(&lines)) ahead.Accept();
  file_ = std::move(ahead.file_);
  if (!found.ok()) return found.status();
  durable_bytes_ = *bytes;
  durable_ = ahead.end_.durable;
  return durable_;
}

}  // namespace linedb::engine
