// Follows the database's log: what was committed lately, and that there is something new.

#ifndef LINEDB_TOOLS_DBTOOL_UI_FOLLOWER_H_
#define LINEDB_TOOLS_DBTOOL_UI_FOLLOWER_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "linedb/change_feed.h"
#include "linedb/database.h"
#include "schema/record_layout.h"

namespace linedb::dbtool {

// A change, short enough to be kept.
struct ChangeNote {
  std::uint64_t lsn = 0;
  ChangeKind kind = ChangeKind::kInsert;
  std::string table;
  std::string key;   // JSON, as the page of a record is asked for; empty: not of a record, or of a
                     // table that has become another one
  std::string text;  // the record's beginning
};

struct TransactionNote {
  std::uint64_t number = 0;
  std::uint64_t first_lsn = 0;
  std::uint64_t last_lsn = 0;
  std::string timestamp;
  std::uint64_t inserts = 0;
  std::uint64_t updates = 0;
  std::uint64_t deletes = 0;
  std::uint64_t others = 0;         // tables created, altered, dropped; records purged
  std::vector<ChangeNote> changes;  // the first few

  std::uint64_t operations() const { return inserts + updates + deletes + others; }
};

// What the log was found to be at one moment.
struct LogNews {
  std::uint64_t version = 0;  // counts what was new
  std::uint64_t lsn = 0;
  absl::Status failure;  // why nothing is followed any more; it is tried again
  std::vector<TransactionNote> transactions;
};

// Keeps the last few thousand transactions in memory. While it runs, a thread looks into the log
// ten times a second, and has the database refreshed before it tells of what is new: whoever is
// told sees it. Any thread.
class Follower {
 public:
  // The handle is for reading, and outlives the follower.
  explicit Follower(Database& database);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // Looks into the log now. Start makes a thread that does it again and again, until Stop.
  void Poll();
  void Start();
  // Nobody waits any more.
  void Stop();

  // Transactions behind number `after`, the newest `count` of them.
  LogNews News(std::uint64_t after, std::size_t count) const;
  std::uint64_t version() const;
  // Until version() is another one than `known`, or the time is over, or Stop; then version().
  std::uint64_t WaitForNews(std::uint64_t known, std::chrono::milliseconds time) const;

 private:
  absl::Status OpenFeed();
  // Whether there was anything.
  absl::StatusOr<bool> TakeTransactions();
  void Note(const CommittedTransaction& transaction);
  ChangeNote NoteOf(const Change& change);
  std::string KeyOf(const Change& change);
  bool SeesOtherFiles();
  void Tell(bool is_new, const absl::Status& outcome);

  Database& database_;
  std::mutex poll_mutex_;  // guards the four below
  std::unique_ptr<ChangeFeed> feed_;
  std::map<std::string, std::optional<schema::RecordLayout>, std::less<>> layouts_;
  std::uint64_t polls_ = 0;
  std::uint64_t files_seen_ = 0;

  mutable std::mutex mutex_;  // guards all below
  mutable std::condition_variable changed_;
  std::deque<TransactionNote> transactions_;
  std::uint64_t version_ = 1;
  std::uint64_t lsn_ = 0;
  absl::Status failure_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_UI_FOLLOWER_H_
