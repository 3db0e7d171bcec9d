// A log that a feed reads, piece by piece: the one in force as it grows, or an archive.

#ifndef LINEDB_ENGINE_HISTORY_FEED_SOURCE_H_
#define LINEDB_ENGINE_HISTORY_FEED_SOURCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_archive.h"
#include "wal/wal_format.h"
#include "wal/wal_reader.h"

namespace linedb::engine {

// One thread. What lies behind the transactions accepted is read anew each time: a writer whose
// write or sync fails takes back what it had written, and writes something else there.
class FeedSource {
 public:
  struct Line {
    wal::LogEntry entry;  // its views are valid until the next call
    std::string_view text;
    std::uint64_t checksum = 0;
  };

  // The log in force. kNotFound if there is none; kFailedPrecondition if it is no log of ours.
  static absl::StatusOr<std::unique_ptr<FeedSource>> OpenLog(wal::FileSystem& files,
                                                             const wal::DatabasePaths& paths);
  // kNotFound if it was removed meanwhile.
  static absl::StatusOr<std::unique_ptr<FeedSource>> OpenArchive(wal::FileSystem& files,
                                                                 const wal::DatabasePaths& paths,
                                                                 const wal::Archive& archive);

  // The next whole transaction, or false. kAborted if the log no longer holds what was accepted;
  // kDataLoss if it is damaged.
  absl::StatusOr<bool> Read(std::vector<Line>* lines);
  // The last one read counts; without it the same is read again.
  void Accept();
  // Forgets what was read and not accepted.
  void Drop();

  // Nothing comes any more, and all is synced: an archive, or a log that was replaced.
  bool closed() const { return closed_; }
  void Close() { closed_ = true; }
  const std::string& identity() const { return identity_; }
  const wal::LogHeader& header() const { return header_; }
  // After the last transaction accepted.
  const wal::LogPosition& end() const { return end_; }

  // The highest lsn that the log says is synced; reads what is behind `end`.
  absl::StatusOr<wal::Lsn> FindDurable();

 private:
  explicit FeedSource(std::string name) : name_(std::move(name)) {}

  absl::Status ReadHeader();
  absl::Status Fill(std::uint64_t bytes);
  bool ReadWhole(std::vector<Line>* lines);
  absl::StatusOr<std::string> Bytes(std::uint64_t offset, std::uint64_t length);
  absl::Status JudgeStop(const wal::LogStop& stop);
  absl::Status Changed(const std::string& what) const;

  const std::string name_;
  std::unique_ptr<wal::File> file_;  // null: an archive, whose text is `text_`
  std::string text_;
  std::string identity_;
  bool closed_ = false;
  wal::LogHeader header_;
  wal::LogPosition end_;

  // A piece of the log, from kLinkBytes before what was the end when it was read.
  std::string window_;
  std::uint64_t window_byte_ = 0;
  bool window_is_last_ = false;  // it reached the end of the file
  std::optional<wal::WalReader> reader_;
  wal::LogPosition read_;            // after the transaction read last
  std::uint64_t judged_bytes_ = 0;   // the log's length when its invalid line was looked into
  std::uint64_t durable_bytes_ = 0;  // its length when `durable_` was found
  wal::Lsn durable_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_FEED_SOURCE_H_
