// Calls after commits: each subscriber reads the log behind the writer, in a thread of its own. A
// commit does no more for them than to wake that thread.

#ifndef LINEDB_ENGINE_SUBSCRIPTIONS_H_
#define LINEDB_ENGINE_SUBSCRIPTIONS_H_

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/history/feed_reader.h"
#include "engine/process_mark.h"
#include "engine/worker.h"
#include "linedb/change_feed.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// An error ends the subscription, which has it as its status; the transaction then counts as not
// dealt with. `ended` turns true when its owner ends it, while the call is under way: who makes
// more of a transaction than one call looks at it before each, and leaves off with kCancelled.
using CommitCallback =
    std::function<absl::Status(const CommittedTransaction&, const std::atomic<bool>& ended)>;
// The last lsn that is acknowledged. Any thread.
using AcknowledgedLsn = std::function<wal::Lsn()>;

// Any thread, but for Start, which comes first.
class Subscriber {
 public:
  Subscriber(wal::FileSystem& files, const wal::DatabasePaths& paths, AcknowledgedLsn acknowledged,
             CommitCallback callback, std::function<void(const absl::Status&)> failed);

  absl::Status Start(const std::optional<FeedPosition>& position);
  // Calls for what was acknowledged before.
  void Wake() { worker_.Request(); }
  // Makes the calls that Wake asked for, and ends.
  void Finish();
  // Makes none any more; waits for the one under way. False if it comes from there: then it does
  // not wait, and the subscriber must not be destroyed yet.
  bool End();

  FeedPosition position() const;
  absl::Status status() const;

 private:
  void Deliver();
  void Fail(const absl::Status& failure);

  const AcknowledgedLsn acknowledged_;
  const CommitCallback callback_;
  const std::function<void(const absl::Status&)> failed_;
  FeedReader reader_;                 // the worker's, once started
  CommittedTransaction transaction_;  // so is this

  mutable std::mutex mutex_;  // guards the two below; no other is taken under it
  FeedPosition position_;
  absl::Status status_;

  const pid_t process_ = CurrentProcess();  // a forked child has no such thread to wait for
  std::atomic<bool> ended_ = false;
  std::atomic<std::thread::id> thread_;  // that makes a call just now
  Worker worker_;
};

// Those of a database. Any thread.
class Subscriptions {
 public:
  Subscriptions(wal::FileSystem& files, const wal::DatabasePaths& paths,
                AcknowledgedLsn acknowledged)
      : files_(files), paths_(paths), acknowledged_(std::move(acknowledged)) {}
  // Makes no calls any more.
  ~Subscriptions();

  static absl::StatusOr<CommitSubscription> Add(const std::shared_ptr<Subscriptions>& all,
                                                CommitCallback callback,
                                                const SubscribeOptions& options);
  // To be called after each acknowledgement. Costs next to nothing if there is nobody to wake.
  void Wake();
  void Remove(const std::shared_ptr<Subscriber>& subscriber);
  // Makes the calls for all that is acknowledged. Nobody is called afterwards.
  void Close();

 private:
  wal::FileSystem& files_;
  const wal::DatabasePaths paths_;
  const AcknowledgedLsn acknowledged_;
  std::mutex mutex_;  // guards the two below; a worker's own is taken under it
  std::vector<std::shared_ptr<Subscriber>> subscribers_;
  bool closed_ = false;
  std::atomic<bool> has_any_ = false;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_SUBSCRIPTIONS_H_
