#include "engine/history/feed_reader.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "wal/wal_archive.h"
#include "wal/wal_line.h"

namespace linedb::engine {
namespace {

// While a log is looked up its name may go to the next one, and archives may go.
constexpr int kTriesMax = 100;

absl::Status HistoryChanged(wal::Lsn lsn, const std::string& what) {
  return absl::AbortedError(absl::StrCat("history has changed at lsn ", lsn.value, ": ", what,
                                         "; a purge, a restore or a power cut does that"));
}

// The archives of ours before the log in force.
absl::StatusOr<std::vector<wal::Archive>> ArchivesBefore(wal::FileSystem& files,
                                                         const wal::DatabasePaths& paths,
                                                         wal::Lsn log_first) {
  absl::StatusOr<std::vector<wal::Archive>> archives = wal::ListArchives(files, paths);
  if (!archives.ok()) return archives;
  std::erase_if(*archives, [log_first](const wal::Archive& archive) {
    return archive.name.original || archive.name.first >= log_first;
  });
  return archives;
}

// Whether a log succeeds one that was read to its end.
bool Succeeds(const FeedSource& next, const FeedSource& last) {
  const wal::LogHeader& header = last.header();
  const bool has_operations = last.end().next_lsn > header.first_lsn;
  if (next.header().database != header.database) return false;
  if (!has_operations) {  // it was replaced, not succeeded
    return next.header().epoch == header.epoch && next.header().previous == header.previous;
  }
  return next.header().epoch == header.epoch + 1 && next.header().previous == last.end().checksum;
}

}  // namespace

absl::Status FeedReader::Removed(wal::Lsn lsn, const std::vector<wal::Archive>& archives,
                                 wal::Lsn log_first) const {
  wal::Lsn first = log_first;
  for (const wal::Archive& archive : archives) {
    if (archive.name.first > lsn) first = std::min(first, archive.name.first);
  }
  return absl::OutOfRangeError(absl::StrCat(paths_.directory(), ": the archive with lsn ",
                                            lsn.value, " is gone; there are changes from lsn ",
                                            first.value, " on"));
}

absl::Status FeedReader::OpenWith(wal::Lsn lsn) {
  absl::Status gone;
  for (int tries = 0; tries < kTriesMax; ++tries) {
    // The log in force first: a rotation after it leaves it among the archives.
    absl::StatusOr<std::unique_ptr<FeedSource>> log = FeedSource::OpenLog(files_, paths_);
    if (absl::IsNotFound(log.status())) {
      return absl::NotFoundError("there is no database in " + paths_.directory());
    }
    if (!log.ok()) return log.status();
    const wal::Lsn first = (*log)->header().first_lsn;
    durable_ = std::max(durable_, wal::Lsn{first.value - 1});
    if (lsn >= first) {
      source_ = *std::move(log);
      return absl::OkStatus();
    }
    absl::StatusOr<std::vector<wal::Archive>> archives = ArchivesBefore(files_, paths_, first);
    if (!archives.ok()) return archives.status();
    // The last of them: a rotation that a crash cut short may have left a shorter one.
    const auto found =
        std::find_if(archives->rbegin(), archives->rend(), [lsn](const wal::Archive& archive) {
          return archive.name.first <= lsn && lsn <= archive.name.last;
        });
    if (found == archives->rend()) return Removed(lsn, *archives, first);
    absl::StatusOr<std::unique_ptr<FeedSource>> archive =
        FeedSource::OpenArchive(files_, paths_, *found);
    if (archive.ok()) {
      source_ = *std::move(archive);
      return absl::OkStatus();
    }
    gone = archive.status();
    if (!absl::IsNotFound(gone)) return gone;
  }
  return gone;
}

// Up to the position, which the log in force or the archive has, or is about to have.
absl::Status FeedReader::Seek(const FeedPosition& position) {
  const wal::Lsn last{position.lsn};
  std::optional<std::uint64_t> found;
  if (source_->header().first_lsn.value == position.lsn + 1) found = source_->header().previous;
  while (source_->end().next_lsn <= last) {
    absl::StatusOr<bool> read = source_->Read(&lines_);
    if (!read.ok()) return read.status();
    if (!*read) {
      return HistoryChanged(
          last, absl::StrCat("the log ends with lsn ", source_->end().next_lsn.value - 1,
                             "; what is behind it was taken back, or never was"));
    }
    for (const FeedSource::Line& line : lines_) {
      if (line.entry.lsn == last) found = line.checksum;
    }
    if (lines_.back().entry.lsn > last) break;  // the position is within a transaction
    source_->Accept();
  }
  source_->Drop();
  if (position.lsn == 0 || !position.checksum.has_value()) return absl::OkStatus();
  assert(found.has_value());
  if (*found == *position.checksum) return absl::OkStatus();
  return HistoryChanged(
      last, absl::StrCat("it was read with the checksum ", wal::FormatChecksum(*position.checksum),
                         ", and has ", wal::FormatChecksum(*found), " now"));
}

absl::Status FeedReader::StartAt(const FeedPosition& position) {
  failure_ = OpenWith(wal::Lsn{position.lsn + 1});
  if (failure_.ok()) failure_ = Seek(position);
  return failure_;
}

absl::Status FeedReader::StartAtOldest() {
  for (int tries = 0; tries < kTriesMax; ++tries) {
    failure_ = OpenWith(wal::Lsn{UINT64_MAX});  // the log in force
    if (!failure_.ok()) return failure_;
    wal::Lsn first = source_->header().first_lsn;
    absl::StatusOr<std::vector<wal::Archive>> archives = ArchivesBefore(files_, paths_, first);
    failure_ = archives.status();
    if (!failure_.ok() || archives->empty()) return failure_;
    failure_ = OpenWith(archives->front().name.first);
    if (!absl::IsOutOfRange(failure_)) return failure_;  // it was removed just now
  }
  return failure_;
}

absl::Status FeedReader::StartAtNewest() {
  failure_ = OpenWith(wal::Lsn{UINT64_MAX});
  while (failure_.ok()) {
    absl::StatusOr<bool> read = source_->Read(&lines_);
    failure_ = read.status();
    if (!failure_.ok() || !*read) break;
    source_->Accept();
  }
  return failure_;
}

FeedPosition FeedReader::position() const {
  assert(source_ != nullptr);
  const wal::LogPosition& end = source_->end();
  const bool has_operations = end.next_lsn > source_->header().first_lsn;
  return {end.next_lsn.value - 1, has_operations ? end.checksum : source_->header().previous};
}

// Of the log in force.
absl::StatusOr<bool> FeedReader::IsReplaced() {
  const absl::StatusOr<wal::FileInfo> log = files_.Stat(paths_.Log());
  if (!log.ok()) return log.status();
  return log->identity != source_->identity();
}

absl::StatusOr<bool> FeedReader::IsWithin(const FeedLimit& limit) {
  const wal::Lsn last = lines_.back().entry.lsn;
  if (last > limit.last) return false;
  if (limit.delivery == FeedDelivery::kWritten || source_->closed() || last <= durable_) {
    return true;
  }
  absl::StatusOr<wal::Lsn> durable = source_->FindDurable();
  if (!durable.ok()) return durable.status();
  durable_ = std::max(durable_, *durable);
  return last <= durable_;
}

// A transaction of the source that may be delivered, if there is one.
absl::StatusOr<FeedReader::Found> FeedReader::Read(const FeedLimit& limit) {
  const absl::StatusOr<bool> read = source_->Read(&lines_);
  if (!read.ok()) return read.status();
  if (!*read) return Found::kEnd;
  const absl::StatusOr<bool> within = IsWithin(limit);
  if (within.ok() && *within) {
    source_->Accept();
    return Found::kTransaction;
  }
  source_->Drop();
  if (!within.ok()) return within.status();
  return Found::kHeldBack;
}

// The log behind one that was read to its end.
absl::Status FeedReader::OpenNext() {
  std::unique_ptr<FeedSource> last = std::move(source_);
  const wal::Lsn next = last->end().next_lsn;
  absl::Status opened = OpenWith(next);
  if (opened.ok() && (source_->header().first_lsn != next || !Succeeds(*source_, *last))) {
    opened = HistoryChanged(
        wal::Lsn{next.value - 1},
        absl::StrCat("another log than the one that was read goes on with lsn ", next.value));
  }
  if (!opened.ok()) source_ = std::move(last);  // for its position
  return opened;
}

void FeedReader::Deliver(CommittedTransaction* transaction) {
  transaction->number = lines_.back().entry.transaction.value;
  transaction->timestamp = lines_.back().entry.timestamp;
  transaction->changes.clear();
  for (const FeedSource::Line& line : lines_) {
    const wal::LogEntry& entry = line.entry;
    transaction->changes.push_back({entry.lsn.value, static_cast<ChangeKind>(entry.operation),
                                    entry.table, entry.record, entry.old_record, line.text});
  }
  transaction->end = position();
}

absl::StatusOr<bool> FeedReader::Find(const FeedLimit& limit) {
  for (;;) {
    const absl::StatusOr<Found> found = Read(limit);
    if (!found.ok()) return found.status();
    if (*found == Found::kTransaction) return true;
    if (source_->closed()) {
      if (*found == Found::kHeldBack) return false;
      if (absl::Status opened = OpenNext(); !opened.ok()) return opened;
      continue;
    }
    const absl::StatusOr<bool> replaced = IsReplaced();
    if (!replaced.ok() || !*replaced) return replaced;
    // Nobody writes to it any more; what came before the switch is read before it is left.
    source_->Close();
  }
}

absl::StatusOr<bool> FeedReader::Next(const FeedLimit& limit, CommittedTransaction* transaction) {
  if (!failure_.ok()) return failure_;
  const absl::StatusOr<bool> found = Find(limit);
  if (!found.ok()) failure_ = found.status();
  if (found.ok() && *found) Deliver(transaction);
  return found;
}

}  // namespace linedb::engine

namespace linedb {

std::string FeedPosition::ToString() const {
  std::string text = absl::StrCat(lsn);
  if (checksum.has_value()) absl::StrAppend(&text, ":", wal::FormatChecksum(*checksum));
  return text;
}

absl::StatusOr<FeedPosition> FeedPosition::Parse(std::string_view text) {
  const auto fault = [text] {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", std::string(text),
                     "\": not a position; expected an lsn, or an lsn and "
                     "its line's checksum, as in 4712:c38bf5e9c026397a"));
  };
  FeedPosition position;
  if (!wal::ConsumeNumber(&text, &position.lsn)) return fault();
  if (text.empty()) return position;
  if (text.front() != ':') return fault();
  position.checksum = wal::ParseChecksum(text.substr(1));
  if (!position.checksum.has_value()) return fault();
  return position;
}

ChangeFeed::ChangeFeed(std::unique_ptr<engine::FeedReader> reader, FeedDelivery delivery)
    : reader_(std::move(reader)), delivery_(delivery) {}
ChangeFeed::~ChangeFeed() = default;

namespace {

std::unique_ptr<engine::FeedReader> ReaderOf(const std::string& directory) {
  return std::make_unique<engine::FeedReader>(wal::PosixFileSystem(),
                                              wal::DatabasePaths(wal::WithoutSlash(directory)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChangeFeed>> ChangeFeed::Open(const std::string& directory,
                                                             const FeedPosition& position,
                                                             FeedDelivery delivery) {
  std::unique_ptr<engine::FeedReader> reader = ReaderOf(directory);
  if (absl::Status started = reader->StartAt(position); !started.ok()) return started;
  return std::unique_ptr<ChangeFeed>(new ChangeFeed(std::move(reader), delivery));
}

absl::StatusOr<std::unique_ptr<ChangeFeed>> ChangeFeed::OpenAtOldest(const std::string& directory,
                                                                     FeedDelivery delivery) {
  std::unique_ptr<engine::FeedReader> reader = ReaderOf(directory);
  if (absl::Status started = reader->StartAtOldest(); !started.ok()) return started;
  return std::unique_ptr<ChangeFeed>(new ChangeFeed(std::move(reader), delivery));
}

absl::StatusOr<std::unique_ptr<ChangeFeed>> ChangeFeed::OpenAtNewest(const std::string& directory,
                                                                     FeedDelivery delivery) {
  std::unique_ptr<engine::FeedReader> reader = ReaderOf(directory);
  if (absl::Status started = reader->StartAtNewest(); !started.ok()) return started;
  return std::unique_ptr<ChangeFeed>(new ChangeFeed(std::move(reader), delivery));
}

absl::StatusOr<const CommittedTransaction*> ChangeFeed::Next() {
  absl::StatusOr<bool> next = reader_->Next({wal::Lsn{UINT64_MAX}, delivery_}, &transaction_);
  if (!next.ok()) return next.status();
  return *next ? &transaction_ : nullptr;
}

FeedPosition ChangeFeed::position() const { return reader_->position(); }

}  // namespace linedb
