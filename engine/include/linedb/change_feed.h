// Every committed change of a database, once and in order, read from its log: beside the writer, in
// the same process or another, and across the log's rotations. wal/FORMAT.md has the contract.

#ifndef LINEDB_CHANGE_FEED_H_
#define LINEDB_CHANGE_FEED_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/change.h"

namespace linedb {

namespace engine {
class FeedReader;
class Subscriber;
class Subscriptions;
}  // namespace engine

// Up to where a consumer has read. Kept by the consumer, together with what it made of the changes.
struct FeedPosition {
  std::uint64_t lsn = 0;  // of the last change read; 0: none
  // Of that change's line in the log. With it, a feed that is opened there notices that the change
  // it names is no longer the one that was read; without it, it cannot.
  std::optional<std::uint64_t> checksum = std::nullopt;

  // "4712:c38bf5e9c026397a", or "4712" without a checksum.
  std::string ToString() const;
  // kInvalidArgument for anything else.
  static absl::StatusOr<FeedPosition> Parse(std::string_view text);

  friend bool operator==(const FeedPosition&, const FeedPosition&) = default;
};

struct Change {
  std::uint64_t lsn = 0;
  ChangeKind kind = ChangeKind::kInsert;
  std::string_view table;
  std::string_view record;      // JSON; empty: none. The schema, of kCreateTable and kAlterTable.
  std::string_view old_record;  // empty: none
  std::string_view line;        // as it stands in the log, with its "\n"
};

// A whole transaction, in the order of its changes, of which there is at least one. The views are
// valid until the feed's next call.
struct CommittedTransaction {
  std::uint64_t number = 0;  // counted from 1 without a gap
  std::string_view timestamp;
  std::vector<Change> changes;
  FeedPosition end;  // from where to go on once this transaction is dealt with
};

enum class FeedDelivery {
  // As soon as the transaction is whole in the log. Its commit may not have returned yet, and may
  // still fail; and a power cut may take it back until it is synced. A consumer whose position was
  // taken back is told so (kAborted), it is never given other changes in silence.
  kWritten,
  // Once the log itself says that the transaction is synced: nothing that is delivered is ever
  // taken back. The log says it with the next commit or checkpoint, so of a database that rests the
  // last transactions are held back until it is written to again.
  kDurable,
};

// Takes no lock and writes nothing; works on a read-only file system. One thread at a time.
class ChangeFeed {
 public:
  // The changes after `position`; {} for all since the database's beginning. A position within a
  // transaction delivers that transaction whole. Errors: kNotFound (no database there),
  // kOutOfRange (archives that it needs were removed; the message says from which lsn on there are
  // changes), kAborted (the log has another change in that place, or ends before it: the consumer
  // has seen what a power cut or a restore took back, and begins anew), kFailedPrecondition (a log
  // of a newer version or of the Python original), kDataLoss (damaged), and the disk's.
  static absl::StatusOr<std::unique_ptr<ChangeFeed>> Open(
      const std::string& directory, const FeedPosition& position,
      FeedDelivery delivery = FeedDelivery::kWritten);
  // From the oldest change that the logs still have.
  static absl::StatusOr<std::unique_ptr<ChangeFeed>> OpenAtOldest(
      const std::string& directory, FeedDelivery delivery = FeedDelivery::kWritten);
  // From what is committed from now on.
  static absl::StatusOr<std::unique_ptr<ChangeFeed>> OpenAtNewest(
      const std::string& directory, FeedDelivery delivery = FeedDelivery::kWritten);

  ~ChangeFeed();
  ChangeFeed(const ChangeFeed&) = delete;
  ChangeFeed& operator=(const ChangeFeed&) = delete;

  // The next transaction, or null if there is none for now: ask again later. It does not wait.
  // Errors are those of Open, and stay: a feed that had one has them for ever.
  absl::StatusOr<const CommittedTransaction*> Next();

  // After the last transaction delivered.
  FeedPosition position() const;

 private:
  ChangeFeed(std::unique_ptr<engine::FeedReader> reader, FeedDelivery delivery);

  std::unique_ptr<engine::FeedReader> reader_;
  FeedDelivery delivery_;
  CommittedTransaction transaction_;
};

struct SubscribeOptions {
  // The changes after it come first, from the log and its archives; without it, what is committed
  // from now on.
  std::optional<FeedPosition> position = std::nullopt;
  // Called once, in the subscription's thread, if the feed fails; nothing is called after it. May
  // be empty: CommitSubscription::status says so, too.
  std::function<void(const absl::Status&)> failed = {};
};

// Calls of a function after each commit, made by Database::OnCommit. Destruction ends it. May
// outlive its Database, and then does nothing; nor does it in a forked child, where there are no
// calls and End returns at once, while the parent's go on.
//
// A commit that failed is not called for. If its sync failed, it may be in the log all the same:
// where the next opening recovers it, a subscription from a position before it calls for it then.
class CommitSubscription {
 public:
  CommitSubscription(std::weak_ptr<engine::Subscriptions> all,
                     std::shared_ptr<engine::Subscriber> subscriber);
  CommitSubscription(CommitSubscription&&) noexcept;
  CommitSubscription& operator=(CommitSubscription&&) noexcept;
  ~CommitSubscription();

  // No call begins after it returns; one that is under way has ended by then, unless it is the
  // call that this is called from. One thread.
  void End();

  // Behind the last transaction whose call has returned. Any thread.
  FeedPosition position() const;
  // Why there are no calls any more: an error of ChangeFeed::Next. Any thread.
  absl::Status status() const;

 private:
  std::weak_ptr<engine::Subscriptions> all_;
  std::shared_ptr<engine::Subscriber> subscriber_;
};

}  // namespace linedb

#endif  // LINEDB_CHANGE_FEED_H_
