// ChangeFeed on any disk, and up to any lsn.

#ifndef LINEDB_ENGINE_HISTORY_FEED_READER_H_
#define LINEDB_ENGINE_HISTORY_FEED_READER_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/history/feed_source.h"
#include "linedb/change_feed.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_archive.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// What a feed delivers for now: transactions up to this lsn ...
struct FeedLimit {
  wal::Lsn last{UINT64_MAX};
  // ... and of these the synced ones alone.
  FeedDelivery delivery = FeedDelivery::kWritten;
};

// One of the Start functions comes first, once. One thread at a time. An error stays.
class FeedReader {
 public:
  FeedReader(wal::FileSystem& files, wal::DatabasePaths paths)
      : files_(files), paths_(std::move(paths)) {}

  absl::Status StartAt(const FeedPosition& position);
  absl::Status StartAtOldest();
  absl::Status StartAtNewest();

  // False: nothing for now.
  absl::StatusOr<bool> Next(const FeedLimit& limit, CommittedTransaction* transaction);
  // After the last transaction delivered.
  FeedPosition position() const;

 private:
  enum class Found { kEnd, kHeldBack, kTransaction };
  absl::StatusOr<Found> Read(const FeedLimit& limit);
  absl::StatusOr<bool> Find(const FeedLimit& limit);
  absl::StatusOr<bool> IsWithin(const FeedLimit& limit);
  absl::StatusOr<bool> IsReplaced();
  absl::Status OpenNext();
  // The log or archive with the operation of that number, or whose next operation it is.
  absl::Status OpenWith(wal::Lsn lsn);
  absl::Status Seek(const FeedPosition& position);
  absl::Status Removed(wal::Lsn lsn, const std::vector<wal::Archive>& archives,
                       wal::Lsn log_first) const;
  void Deliver(CommittedTransaction* transaction);

  wal::FileSystem& files_;
  const wal::DatabasePaths paths_;
  std::unique_ptr<FeedSource> source_;
  std::vector<FeedSource::Line> lines_;  // of the transaction read last
  wal::Lsn durable_;                     // as far as is known
  absl::Status failure_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_FEED_READER_H_
