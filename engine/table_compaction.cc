#include "engine/table_compaction.h"

#include <mutex>
#include <shared_mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "wal/file_steps.h"

namespace linedb::engine {
namespace {

// Lines are gathered to writes of this size.
constexpr std::size_t kWriteBytes = std::size_t{1} << 20;
// What is left for Complete, which makes commits wait.
constexpr std::uint64_t kLeftBytesMax = std::uint64_t{256} << 10;
// Writers that are faster than the copying are not chased for ever.
constexpr int kCatchUpRoundsMax = 20;

}  // namespace

TableCompaction::TableCompaction(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                 const TableState& table,
                                 std::shared_ptr<const schema::RecordLayout> layout,
                                 Transform transform)
    : files_(files),
      path_(paths.RecordsCompacted(table.name())),
      temporary_(wal::TemporaryOf(path_)),
      table_(table),
      old_(table.generation),
      transform_(std::move(transform)),
      generation_(std::make_shared<TableGeneration>(layout != nullptr ? std::move(layout)
                                                                      : old_->shared_layout())) {}

absl::Status TableCompaction::Copy() {
  absl::Status done = MakeFile();
  if (done.ok()) done = CopyLive();
  for (int round = 0; done.ok() && round < kCatchUpRoundsMax; ++round) {
    std::uint64_t bytes = 0;
    done = CatchUp(&bytes);
    if (bytes <= kLeftBytesMax) break;
  }
  if (done.ok()) done = generation_->records.Sync();
  return done;
}

absl::Status TableCompaction::MakeFile() {
  if (absl::Status removed = wal::RemoveIfThere(files_, temporary_); !removed.ok()) return removed;
  absl::StatusOr<std::unique_ptr<wal::File>> file =
      files_.Open(temporary_, wal::OpenMode::kCreateNew);
  if (!file.ok()) return file.status();
  absl::StatusOr<RecordsFile> records = RecordsFile::Open(*std::move(file), 0);
  if (!records.ok()) return records.status();
  generation_->records = *std::move(records);
  generation_->records.guard().SetEnabled(old_->records.guard().enabled());
  return absl::OkStatus();
}

absl::Status TableCompaction::CopyLive() {
  std::unique_ptr<ScanState> scan;
  {
    const std::shared_lock<std::shared_mutex> lock(table_.mutex);
    // Read once: a commit may be published between one line and the next.
    copied_bytes_ = old_->published_bytes();
    scan = ScanState::OfGeneration(old_, copied_bytes_);
  }
  scan->CompareAgain();
  for (KeyIndex& index : generation_->indexes) index.Reserve(old_->published().live);
  generation_->HoldOrdered();
  for (std::string_view line; scan->Next(&line);) {
    if (absl::Status appended = AppendRecord(line); !appended.ok()) return appended;
  }
  generation_->EnterHeld();
  absl::Status read = scan->status();
  return read.ok() ? WriteTail() : read;
}

// What was committed since is copied line by line, superseded ones too: that is what replaying the
// log does.
absl::Status TableCompaction::CatchUp(std::uint64_t* bytes) {
  std::shared_ptr<const wal::Mapping> mapping;
  std::string_view text;
  {
    const std::shared_lock<std::shared_mutex> lock(table_.mutex);
    mapping = old_->records.mapping();
    const std::uint64_t end = old_->published_bytes();
    if (old_->records.has_file()) text = old_->records.file_view().substr(0, end);
  }
  *bytes = text.size() > copied_bytes_ ? text.size() - copied_bytes_ : 0;
  if (*bytes > 0) {
    absl::Status whole = old_->CompareBlocks(text, copied_bytes_, text.size(), /*again=*/true);
    if (!whole.ok()) return whole;
  }
  while (copied_bytes_ < text.size()) {
    const std::size_t end = text.find('\n', copied_bytes_);
    absl::Status appended = AppendLine(text.substr(copied_bytes_, end - copied_bytes_));
    if (!appended.ok()) return appended;
    copied_bytes_ = end + 1;
  }
  return WriteTail();
}

absl::Status TableCompaction::AppendRecord(std::string_view line) {
  if (!transform_) return AppendLine(line);
  transformed_.clear();
  if (absl::Status fits = transform_(line, &transformed_); !fits.ok()) return fits;
  return AppendLine(transformed_);
}

absl::Status TableCompaction::AppendLine(std::string_view line) {
  std::string& tail = generation_->records.tail();
  const RecordLocation location(generation_->records.end(), line.size());
  tail.append(line);
  tail.push_back('\n');
  RecordLocation clash;
  if (!generation_->LoadLine(location, &clash)) return ClashError(line, clash);
  return tail.size() < kWriteBytes ? absl::OkStatus() : WriteTail();
}

absl::Status TableCompaction::ClashError(std::string_view line, RecordLocation clash) const {
  if (!clash) {
    return absl::DataLossError(
        absl::StrCat(table_.name(), ": not a record of this table: ", std::string(line)));
  }
  return absl::AlreadyExistsError(
      absl::StrCat(table_.name(), ": the record ", std::string(line), " has a unique value that ",
                   std::string(generation_->records.View(clash)), " has already"));
}

absl::Status TableCompaction::WriteTail() {
  RecordsFile& records = generation_->records;
  unsynced_bytes_ += records.tail().size();
  absl::Status done = records.WriteTail();
  if (done.ok()) done = records.MapTail();
  if (!done.ok()) return done;
  records.AcceptTail();
  if (unsynced_bytes_ < wal::kSyncPortionBytes) return done;
  unsynced_bytes_ = 0;
  return records.Sync();
}

absl::Status TableCompaction::Complete() {
  std::uint64_t bytes = 0;
  absl::Status done = CatchUp(&bytes);
  if (done.ok()) done = generation_->records.Sync();
  // Not before: recovery may take what has this name for a file that a header vouches for.
  if (done.ok()) done = files_.Rename(temporary_, path_);
  if (!done.ok()) return done;
  generation_->records.NoteRename(path_);
  generation_->written.bytes = generation_->records.file_bytes();
  generation_->written.next_id = old_->written.next_id;
  if (generation_->written.live == old_->written.live) return done;
  return absl::DataLossError(absl::StrCat(table_.name(), ": a compaction found ",
                                          generation_->written.live, " records, expected ",
                                          old_->written.live, "; the table stays as it is"));
}

void TableCompaction::Abandon() {
  for (const std::string& path : {temporary_, path_}) files_.Remove(path).IgnoreError();
}

std::uint64_t TableCompaction::lines_dropped() const {
  return old_->written.lines - generation_->written.lines;
}

}  // namespace linedb::engine
